import { call } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { formDialog } from "../core/dialog.js";
import { checkField, selectField, textField } from "../core/fields.js";
import { t } from "../core/i18n.js";
import { languageChoices, modelChoices, transcriptionModels } from "../core/models.js";
import { complain, toast } from "../core/toast.js";

/** Asks for another title; answers the job, or undefined. */
export function renameDialog(job) {
  const field = textField(t("title"), { name: "title", value: job.title, autofocus: true, maxlength: 500 });
  return formDialog(t("rename"), [field], {
    send: (data) => call("PATCH", `/transcriptions/${job.id}`, { title: data.get("title") }),
  });
}

/** Asks how to try again, with another model perhaps, and does; answers the new job's id, or undefined. */
export async function retryDialog(job) {
  let models;
  let full;
  try {
    [models, full] = await Promise.all([transcriptionModels(), call("GET", `/transcriptions/${job.id}`)]);
  } catch (error) {
    return complain(error);
  }
  const old = full.options;
  const place = h("div", { class: "form-part" });
  const draw = (model, language) => {
    const chosen = models.find((entry) => (model ? entry.id === model : entry.default));
    const languages = languageChoices(chosen, language);
    const known = languages.some(([code]) => code === language);
    show(
      place,
      selectField(t("options.model"), modelChoices(models), { name: "model", value: model }),
      selectField(t("options.language"), languages, { name: "language", value: known ? language : "" }),
    );
  };
  place.addEventListener("change", (event) => {
    if (event.target.name === "model") draw(event.target.value, place.querySelector("[name=language]").value);
  });
  draw(old.model ?? "", old.language ?? "");
  const diarization = checkField(t("options.diarization"), { name: "diarization", checked: old.diarization });
  const send = async (data) => {
    const options = {
      model: data.get("model") || null, language: data.get("language") || null, diarization: data.has("diarization"),
    };
    const made = await call("POST", `/transcriptions/${job.id}:retry`, { options });
    toast(t("job.retry.done", { title: job.title }));
    return made.id;
  };
  return formDialog(t("job.retry.title", { title: job.title }), [h("p", {}, t("job.retry.hint")), place, diarization], {
    submit: t("job.retry.submit"), send,
  });
}
