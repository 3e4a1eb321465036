import { get, request } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { clock, fullMoment, languageName, moment, roughly } from "../core/format.js";
import { t, tOr } from "../core/i18n.js";
import { statusText } from "../core/jobs.js";
import { describe } from "../core/toast.js";

/** What made the text: model and settings, how long it took, warnings, attempts, the log. */
export function fillFacts(id) {
  return async (place, signal) => {
    show(place, h("p", { role: "status" }, t("loading")));
    try {
      const [job, attempts, log] = await Promise.all([
        get(`/transcriptions/${id}`, { signal }),
        get(`/transcriptions/${id}/executions`, { signal }),
        request("GET", `/transcriptions/${id}/logs`, { signal }).then((answer) => answer.text()),
      ]);
      show(place, facts(job, attempts.items), attemptList(attempts.items), logText(log));
    } catch (error) {
      if (error.name !== "AbortError") show(place, h("p", { role: "alert" }, describe(error)));
    }
  };
}

function facts(job, attempts) {
  const { options, engine } = job;
  const done = attempts.find((attempt) => attempt.status === "completed");
  const took = done?.processing_duration_ms / 1000;
  const speed = took && job.duration_seconds ? t("facts.speed", { times: (job.duration_seconds / took).toFixed(1) }) : "";
  const language = job.detected_language ?? options.language;
  const rows = [
    [t("facts.status"), statusText(job)],
    [t("facts.model"), engine.transcription_model ?? options.model ?? t("options.model.default")],
    engine.diarization_model && [t("facts.speakers"), engine.diarization_model],
    [t("options.language"), language ? languageName(language) + (options.language ? "" : ` (${t("facts.detected")})`) : "–"],
    options.task === "translate" && [t("options.task"), t("options.task.translate")],
    options.hotwords.length > 0 && [t("options.hotwords"), options.hotwords.join(", ")],
    (options.start !== null || options.end !== null) && [t("facts.part"), part(options)],
    job.duration_seconds && [t("facts.length"), clock(job.duration_seconds)],
    took && [t("facts.took"), [roughly(took), speed && ` (${speed})`]],
    [t("facts.created"), fullMoment(job.created_at)],
    job.completed_at && [t("facts.completed"), fullMoment(job.completed_at)],
    job.error && [t("facts.error"), job.error],
    job.warnings.length > 0 && [t("facts.warnings"), job.warnings.map((warning) => h("p", {}, warning.message))],
  ];
  return h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function part({ start, end }) {
  return `${clock(start ?? 0)} – ${end === null ? "…" : clock(end)}`;
}

function attemptList(attempts) {
  if (attempts.length === 0) return null;
  const item = (attempt) => {
    const took = attempt.processing_duration_ms === null ? "" : ` · ${roughly(attempt.processing_duration_ms / 1000)}`;
    return h(
      "li",
      {},
      h("strong", {}, `${attempt.number}. ${tOr(`status.${attempt.status}`, attempt.status)}`),
      h("span", { class: "hint" }, ` ${attempt.model} · `, h("time", { datetime: attempt.started_at }, moment(attempt.started_at)), took),
      attempt.error && h("p", { class: "form-problem" }, attempt.error),
    );
  };
  return [h("h3", {}, t("facts.attempts")), h("ol", { class: "attempts" }, attempts.map(item))];
}

function logText(log) {
  const text = h("pre", { class: "preview", tabindex: "0", "aria-label": t("facts.log") }, log);
  return h("details", {}, h("summary", {}, t("facts.log")), text);
}
