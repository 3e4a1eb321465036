import { t, tOr } from "./i18n.js";
import { percent, roughly } from "./format.js";

/** Whether a job waits or runs. */
export function isActive(job) {
  return job.status === "queued" || job.status === "processing";
}

/** What a job's state is called. */
export function statusText(job) {
  return t(`status.${job.status}`);
}

/** What a running or waiting job is doing, as exactly as it is known. */
export function activityText(job) {
  if (job.status === "processing") {
    if (job.cancel_requested || job.progress_stage === "canceling") return t("stage.canceling");
    return t("job.running", { stage: tOr(`stage.${job.progress_stage}`, job.progress_stage), share: percent(job.progress) });
  }
  if (job.waiting_reason && !["next", "in_line"].includes(job.waiting_reason)) {
    return tOr(`waiting.${job.waiting_reason}`, t("status.queued"));
  }
  if (!job.queue_position) return t("status.queued");
  const place = job.queue_position === 1 ? t("job.next") : t("job.place", { place: job.queue_position });
  const wait = job.estimated_start_seconds;
  return wait > 5 ? t("job.place.estimate", { place, wait: roughly(wait) }) : place;
}

/** The job after one of its events. */
export function updated(job, data) {
  const next = { ...job, status: data.status ?? job.status, progress: data.progress ?? job.progress };
  if (data.stage) next.progress_stage = data.stage;
  if (data.message) next.error = data.message;
  return next;
}
