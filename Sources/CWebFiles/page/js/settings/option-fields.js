import { h, show } from "../core/dom.js";
import { checkField, selectField, textArea, textField } from "../core/fields.js";
import { t } from "../core/i18n.js";
import { languageChoices, modelChoices } from "../core/models.js";

/** Fields for a transcription's options. What the chosen model cannot do is not asked for. */
export class OptionFields {
  #models;
  element = h("div", { class: "form-part" });

  constructor(models, options = {}) {
    this.#models = models;
    this.#draw({ model: "", language: "", task: "transcribe", hotwords: [], ...options });
    this.element.addEventListener("change", (event) => {
      if (event.target.name === "model" || event.target.name === "diarization") this.#draw(this.#present());
    });
  }

  /** The options that a form's data says. */
  read(data) {
    const number = data.get("speakers") ? Number(data.get("speakers")) : null;
    return {
      model: data.get("model") || null,
      language: data.get("language") || null,
      task: data.get("task") ?? "transcribe",
      diarization: data.has("diarization"),
      speakers: data.has("diarization") ? number : null,
      hotwords: (data.get("hotwords") ?? "").split("\n").map((word) => word.trim()).filter(Boolean),
    };
  }

  #present() {
    return this.read(new FormData(this.element.closest("form")));
  }

  #draw({ model, language, task, diarization, speakers, hotwords }) {
    const chosen = this.#models.find((entry) => (model ? entry.id === model : entry.default));
    const can = (capability) => chosen?.capabilities.includes(capability);
    const languages = languageChoices(chosen, language);
    const known = languages.some(([code]) => code === language);
    const tasks = ["transcribe", "translate"].map((name) => [name, t(`options.task.${name}`)]);
    const number = { name: "speakers", type: "number", min: 1, max: 50, value: speakers ?? "" };
    show(
      this.element,
      selectField(t("options.model"), modelChoices(this.#models), { name: "model", value: model ?? "" }),
      selectField(t("options.language"), languages, { name: "language", value: known ? language : "" }),
      can("translation") && selectField(t("options.task"), tasks, { name: "task", value: task }),
      checkField(t("options.diarization"), { name: "diarization", checked: diarization }),
      diarization && textField(t("options.speakers"), number, t("options.speakers.hint")),
      can("hotwords") && textArea(t("options.hotwords"), { name: "hotwords", value: hotwords.join("\n") }, t("options.hotwords.hint")),
    );
  }
}
