import { get } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { checkField, selectField } from "../core/fields.js";
import { languageName } from "../core/format.js";
import { t } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { languageChoices, modelChoices, modelName, transcriptionModels } from "../core/models.js";

/** Every option that has no field here, as it is without a profile. */
const NOTHING_ELSE = {
  task: null, speakers: null, min_speakers: null, max_speakers: null, diarization_model: null, hotwords: null, start: null, end: null,
  device: null,
};

/** How new recordings are transcribed: by a profile, or by a few choices made here. */
export class IntakeOptions {
  #signal;
  #profiles = [];
  #models = [];
  #body = h("div", { class: "intake-fields" });
  #summary = h("span", { class: "intake-summary" });

  constructor(signal) {
    this.#signal = signal;
    const on = { change: (event) => this.#changed(event), submit: (event) => event.preventDefault() };
    this.element = h(
      "details",
      { class: "intake-options" },
      h("summary", {}, t("intake.options"), " ", this.#summary),
      h("form", { class: "intake-form", on }, this.#body),
    );
    onLive((type) => type === "profile.updated" && this.load().catch(() => {}), signal);
  }

  /** Fetches what there is to choose from. */
  async load() {
    const [profiles, models] = await Promise.all([
      get("/profiles", { signal: this.#signal }),
      transcriptionModels(this.#signal),
    ]);
    this.#profiles = profiles.items;
    this.#models = models;
    this.#draw({ profile: this.#profiles.find((profile) => profile.is_default)?.id ?? "" });
  }

  /**
   * What a request for a transcription says: `{profile_id?, options?}`. What a request leaves out comes from the default profile, so
   * that one without a profile says everything.
   */
  get request() {
    const { profile, model, language, diarization } = this.#values();
    if (profile) return { profile_id: profile };
    return { options: { ...NOTHING_ELSE, model: model || null, language: language || null, diarization } };
  }

  #values() {
    const form = this.element.querySelector("form");
    const data = new FormData(form);
    return {
      profile: data.get("profile") ?? "",
      model: data.get("model") ?? "",
      language: data.get("language") ?? "",
      diarization: data.get("diarization") !== null,
    };
  }

  #changed(event) {
    if (event.target.name === "profile" || event.target.name === "model") this.#draw(this.#values());
    this.#summarize();
  }

  #draw({ profile, model = "", language = "", diarization = false }) {
    const chosen = this.#models.find((entry) => (model ? entry.id === model : entry.default));
    const languages = languageChoices(chosen, language);
    const choices = [["", t("intake.no.profile")], ...this.#profiles.map((entry) => [entry.id, entry.name])];
    show(
      this.#body,
      this.#profiles.length > 0 && selectField(t("profile"), choices, { name: "profile", value: profile }),
      !profile && selectField(t("options.model"), modelChoices(this.#models), { name: "model", value: model }),
      !profile &&
        selectField(t("options.language"), languages, {
          name: "language",
          value: languages.some(([code]) => code === language) ? language : "",
        }),
      !profile && checkField(t("options.diarization"), { name: "diarization", checked: diarization }),
    );
    this.#summarize();
  }

  #summarize() {
    const { profile, model, language, diarization } = this.#values();
    const parts = profile
      ? [this.#profiles.find((entry) => entry.id === profile)?.name]
      : [
          modelName(this.#models.find((entry) => (model ? entry.id === model : entry.default))),
          language ? languageName(language) : t("intake.language.auto"),
          diarization && t("options.diarization"),
        ];
    this.#summary.textContent = parts.filter(Boolean).join(" · ");
  }
}
