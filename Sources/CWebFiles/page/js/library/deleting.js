import { beforeSignOut, currentAccount, isCurrent, onAccount } from "../core/account.js";
import { call } from "../core/api.js";
import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";

// A delete waits a little, so that it can be taken back; the server cannot bring back what is gone. Leaving the page or signing out
// deletes at once what still waits; what cannot be deleted because the session has ended waits for its account.

const WAIT_MILLISECONDS = 8_000;
const pending = new Map();

/** Whether a job is about to be deleted, and is not to be shown. */
export function isPendingDelete(id) {
  return pending.has(id);
}

/** Deletes jobs in a moment. `undone` hears that it was taken back. */
export function deleteSoon(jobs, undone) {
  const account = currentAccount().id;
  for (const job of jobs) pending.set(job.id, { job, account, isDue: false });
  const text = jobs.length === 1 ? t("job.deleted", { title: jobs[0].title }) : t("jobs.deleted", { n: jobs.length });
  const undo = () => {
    for (const job of jobs) pending.delete(job.id);
    undone();
  };
  toast(text, { action: { label: t("undo"), run: undo }, onEnd: () => remove(jobs.map((job) => job.id)), milliseconds: WAIT_MILLISECONDS });
}

async function remove(ids, keepalive = false) {
  for (const id of ids.filter((entry) => pending.has(entry))) {
    const entry = pending.get(id);
    entry.isDue = true;
    try {
      await call("DELETE", `/transcriptions/${id}`, undefined, { keepalive, account: entry.account });
    } catch (error) {
      if (error.status === 401) continue;
      if (error.status !== 404) complain(error);
    }
    pending.delete(id);
  }
}

/** Deletes what waits, each in a call of its own: none waits for another once the page is gone. */
function removeAll(keepalive) {
  return Promise.all([...pending.keys()].map((id) => remove([id], keepalive)));
}

addEventListener("pagehide", () => removeAll(true));
beforeSignOut(() => removeAll(false));
onAccount(() => remove([...pending].filter(([, { account, isDue }]) => isDue && isCurrent(account)).map(([id]) => id)));
