import { h, show } from "../core/dom.js";
import { checkField, selectField, textField } from "../core/fields.js";
import { t, tOr } from "../core/i18n.js";

const PRESETS = ["default", "netflix", "podcast", "social"];
const NUMBERS = ["max_lines", "max_chars", "max_cps", "min_duration", "max_duration", "gap"];
const FLAGS = ["speakers", "times", "words"];

/** A choice of a format, and the options that it has. Belongs into a form. */
export class ExportOptions {
  #formats;
  #options = h("div", { class: "form-part" });
  #choice;
  element;

  /** @param {Array<{id: string, name: string, file_extension: string, options: string[]}>} formats */
  constructor(formats) {
    this.#formats = formats;
    const choices = formats.map((format) => [format.id, `${format.name} (.${format.file_extension})`]);
    const field = selectField(t("export.format"), choices, { name: "format", value: formats[0].id });
    this.#choice = field.querySelector("select");
    this.#choice.addEventListener("input", () => this.#draw());
    this.element = h("div", { class: "form-part" }, field, this.#options);
    this.#draw();
  }

  /** The format that is chosen. */
  get format() {
    return this.#formats.find((format) => format.id === this.#choice.value);
  }

  /** What a request for an export says, from the form's data. */
  query(data) {
    const query = new URLSearchParams({ format: this.format.id });
    for (const name of this.format.options) {
      if (FLAGS.includes(name)) query.set(name, String(data.has(name)));
      else if (data.get(name)) query.set(name, data.get(name));
    }
    return query;
  }

  #draw() {
    const names = new Set(this.format.options);
    const fine = NUMBERS.filter((name) => names.has(name));
    const presets = PRESETS.map((preset) => [preset, t(`export.preset.${preset}`)]);
    const newlines = ["lf", "crlf"].map((name) => [name, t(`export.newline.${name}`)]);
    show(
      this.#options,
      names.has("preset") && selectField(t("export.preset"), presets, { name: "preset", value: "default" }),
      FLAGS.filter((name) => names.has(name)).map((name) => checkField(t(`export.${name}`), { name, checked: name !== "words" })),
      names.has("newline") && selectField(t("export.newline"), newlines, { name: "newline", value: "lf" }),
      fine.length > 0 && h("details", {}, h("summary", {}, t("export.fine")), h("div", { class: "form-grid" }, fine.map(numberField))),
    );
  }
}

function numberField(name) {
  return textField(tOr(`export.${name}`, name), { name, inputmode: "decimal" });
}
