import { address, get, request } from "../core/api.js";
import { button } from "../core/buttons.js";
import { debounced, h, show } from "../core/dom.js";
import { checkField, selectField, textField } from "../core/fields.js";
import { icon } from "../core/icons.js";
import { t, tOr } from "../core/i18n.js";
import { describe } from "../core/toast.js";

const PREVIEW_CHARACTERS = 4_000;
const PRESETS = ["default", "netflix", "podcast", "social"];
const NUMBERS = ["max_lines", "max_chars", "max_cps", "min_duration", "max_duration", "gap"];
const FLAGS = ["speakers", "times", "words"];
/** Formats that are no text to be looked at. */
const BINARY = new Set(["docx"]);

/** Every format with its options, what it looks like, and the file. */
export function fillExports(job, transcript) {
  return (place, signal) => {
    const body = h("div", {});
    show(place, h("p", { role: "status" }, t("loading")));
    get("/export-formats", { signal }).then(
      ({ items }) => new ExportForm(body, items, job, transcript, signal) && show(place, body),
      (error) => error.name !== "AbortError" && show(place, h("p", { role: "alert" }, describe(error))),
    );
  };
}

class ExportForm {
  #formats;
  #job;
  #signal;
  #options = h("div", { class: "form-part" });
  #preview = h("pre", { class: "preview", tabindex: "0", "aria-label": t("export.preview") });
  #problem = h("p", { class: "form-problem", role: "alert", hidden: true });
  #download = h("a", { class: "button button-main", download: true }, icon("download"), t("export.download"));
  #form;
  #show = debounced(200, () => this.#load());
  #loading = null;

  constructor(place, formats, job, transcript, signal) {
    [this.#formats, this.#job, this.#signal] = [formats, job, signal];
    const choices = formats.map((format) => [format.id, `${format.name} (.${format.file_extension})`]);
    this.#form = h(
      "form",
      { class: "form", on: { input: (event) => this.#changed(event), submit: (event) => event.preventDefault() } },
      selectField(t("export.format"), choices, { name: "format", value: formats[0].id }),
      this.#options,
      this.#problem,
      h("div", { class: "form-buttons" }, button("copy", t("copy"), () => this.#copy()), this.#download),
    );
    show(place, this.#form, h("h3", {}, t("export.preview")), this.#preview);
    transcript.addEventListener("change", this.#show, { signal });
    signal.addEventListener("abort", () => this.#show.cancel());
    this.#drawOptions();
    this.#load();
  }

  get #format() {
    return this.#formats.find((format) => format.id === new FormData(this.#form).get("format"));
  }

  get #path() {
    const query = new URLSearchParams();
    const data = new FormData(this.#form);
    query.set("format", data.get("format"));
    for (const name of this.#format.options) {
      if (FLAGS.includes(name)) query.set(name, String(data.get(name) !== null));
      else if (data.get(name)) query.set(name, data.get(name));
    }
    return `/transcriptions/${this.#job.id}/transcript?${query}`;
  }

  #changed(event) {
    if (event.target.name === "format") this.#drawOptions();
    this.#show();
  }

  #drawOptions() {
    const names = new Set(this.#format.options);
    const has = (name, field) => names.has(name) && field();
    const fine = NUMBERS.filter((name) => names.has(name));
    show(
      this.#options,
      has("preset", () => selectField(t("export.preset"), PRESETS.map((preset) => [preset, t(`export.preset.${preset}`)]), { name: "preset", value: "default" })),
      FLAGS.filter((name) => names.has(name)).map((name) => checkField(t(`export.${name}`), { name, checked: name !== "words" })),
      has("newline", () => selectField(t("export.newline"), [["lf", t("export.newline.lf")], ["crlf", t("export.newline.crlf")]], { name: "newline", value: "lf" })),
      fine.length > 0 && h("details", {}, h("summary", {}, t("export.fine")), h("div", { class: "form-grid" }, fine.map(numberField))),
    );
  }

  async #load() {
    const path = this.#path;
    this.#download.href = address(path);
    this.#loading?.abort();
    this.#loading = new AbortController();
    this.#problem.hidden = true;
    if (BINARY.has(this.#format.id)) return show(this.#preview, t("export.no.preview"));
    try {
      const text = await (await request("GET", path, { signal: AbortSignal.any([this.#signal, this.#loading.signal]) })).text();
      return show(this.#preview, text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}\n…` : text);
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      this.#problem.textContent = describe(error);
      this.#problem.hidden = false;
      return show(this.#preview);
    }
  }

  async #copy() {
    const { copyText } = await import("./copying.js");
    await copyText(async () => (await request("GET", this.#path)).text());
  }
}

function numberField(name) {
  return textField(tOr(`export.${name}`, name), { name, inputmode: "decimal", class: "input" });
}
