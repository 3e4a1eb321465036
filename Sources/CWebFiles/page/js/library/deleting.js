import { call } from "../core/api.js";
import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";

// A delete waits a little, so that it can be taken back; the server cannot bring back what is gone. Leaving the page deletes at
// once what still waits.

const WAIT_MILLISECONDS = 8_000;
const pending = new Map();

/** Whether a job is about to be deleted, and is not to be shown. */
export function isPendingDelete(id) {
  return pending.has(id);
}

/** Deletes jobs in a moment. `undone` hears that it was taken back. */
export function deleteSoon(jobs, undone) {
  for (const job of jobs) pending.set(job.id, job);
  const text = jobs.length === 1 ? t("job.deleted", { title: jobs[0].title }) : t("jobs.deleted", { n: jobs.length });
  const undo = () => {
    for (const job of jobs) pending.delete(job.id);
    undone();
  };
  toast(text, { action: { label: t("undo"), run: undo }, onEnd: () => remove(jobs), milliseconds: WAIT_MILLISECONDS });
}

async function remove(jobs, keepalive = false) {
  for (const job of jobs.filter((entry) => pending.has(entry.id))) {
    try {
      await call("DELETE", `/transcriptions/${job.id}`, undefined, { keepalive });
    } catch (error) {
      if (error.status !== 404) complain(error);
    }
    pending.delete(job.id);
  }
}

addEventListener("pagehide", () => {
  // Each in a call of its own: none waits for another once the page is gone.
  for (const job of pending.values()) remove([job], true);
});
