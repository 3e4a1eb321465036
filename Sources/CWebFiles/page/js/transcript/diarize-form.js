import { get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { form } from "../core/dialog.js";
import { h, show } from "../core/dom.js";
import { selectField, textField } from "../core/fields.js";
import { t } from "../core/i18n.js";
import { activityText } from "../core/jobs.js";
import { modelChoices } from "../core/models.js";
import { complain } from "../core/toast.js";

function bar(progress) {
  return h("progress", { class: "bar", max: "1", value: String(progress), "aria-label": t("diarize.progress") });
}

/** Where speakers are told apart anew: how many there are, and how it goes once it was asked for. */
export class DiarizeForm {
  #diarization;
  #models = [];
  element = h("section", { class: "diarize" });

  constructor(document, diarization, signal) {
    this.#diarization = diarization;
    let wasKnown = false;
    const draw = () => this.#draw((wasKnown = document.labels.length > 0));
    // What is being typed stays as long as the question is the same.
    const follow = () => document.labels.length > 0 !== wasKnown && draw();
    for (const type of ["load", "change"]) document.addEventListener(type, follow, { signal });
    diarization.addEventListener("state", draw, { signal });
    draw();
    const failed = (error) => error.name === "AbortError" || complain(error);
    this.#load(signal).then(() => diarization.job || draw(), failed);
  }

  async #load(signal) {
    this.#models = (await get("/models/transcription?capability=diarization", { signal })).items;
  }

  #draw(isAgain) {
    const { job } = this.#diarization;
    const head = h("h3", {}, t(isAgain ? "diarize.again" : "diarize.title"));
    show(this.element, head, job ? this.#running(job) : this.#form(isAgain));
  }

  #running(job) {
    const stop = () => this.#diarization.stop().catch(complain);
    return h(
      "div",
      { class: "run-words" },
      h("p", { role: "status" }, activityText(job)),
      job.status === "processing" && bar(job.progress),
      h("p", { class: "hint" }, t("diarize.meanwhile")),
      h("div", { class: "form-buttons" }, button("stop", t("job.cancel"), stop, "small")),
    );
  }

  #form(isAgain) {
    const number = { name: "speakers", type: "number", min: 1, max: 50, inputmode: "numeric" };
    const here = this.#models.filter((model) => model.installed);
    const usual = here.some((model) => model.default) ? "" : (here[0]?.id ?? "");
    const send = (data) =>
      this.#diarization.start({
        speakers: data.get("speakers") ? Number(data.get("speakers")) : null,
        model: data.get("model") || null,
      });
    const fields = [
      h("p", { class: "hint" }, t(isAgain ? "diarize.again.hint" : "diarize.hint")),
      textField(t("options.speakers"), number, t("options.speakers.hint")),
      this.#models.length > 1 && selectField(t("options.model"), modelChoices(this.#models), { name: "model", value: usual }),
    ];
    return form(fields.filter(Boolean), { submit: t("diarize.submit"), send });
  }
}
