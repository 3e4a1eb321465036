import { call } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { percent } from "../core/format.js";
import { t } from "../core/i18n.js";
import { activityText, isActive, updated } from "../core/jobs.js";
import { notice } from "../core/notice.js";
import { complain } from "../core/toast.js";
import { retryDialog } from "../library/job-dialogs.js";
import { go } from "../core/router.js";

/** How the job stands, while that is more than "done": progress, place in line, what went wrong, warnings. */
export class RunState {
  #job;
  #text = h("span", {});
  #bar = h("progress", { class: "bar", max: "1", "aria-label": t("job.progress.plain") });
  #changed;
  element = h("div", { class: "run-state" });

  /** `changed` is called when the job should be looked at again. */
  constructor(job, changed) {
    [this.#job, this.#changed] = [job, changed];
  }

  /** Shows a job's state. */
  show(job) {
    this.#job = job;
    show(this.element, isActive(job) ? this.#running() : this.#ended());
  }

  /** Shows a step of progress. */
  progress(data) {
    const isOther = this.#job.status !== data.status;
    this.#job = updated(this.#job, data);
    if (isOther) this.#changed();
    this.#update();
  }

  #running() {
    this.#update();
    const cancel = () => call("POST", `/transcriptions/${this.#job.id}:cancel`).catch(complain);
    return h(
      "div",
      { class: "notice" },
      h("div", { class: "run-words" }, h("p", { role: "status" }, this.#text), this.#job.status === "processing" && this.#bar),
      button("stop", t("job.cancel"), cancel, "", { disabled: this.#job.cancel_requested }),
    );
  }

  #update() {
    this.#text.textContent = activityText(this.#job);
    this.#bar.value = this.#job.progress;
    this.#bar.textContent = percent(this.#job.progress);
  }

  #ended() {
    const job = this.#job;
    const warnings = (job.warnings ?? []).map((warning) => notice("warn", "warn", warning.message));
    if (job.status === "completed") return warnings;
    const retry = async () => {
      const id = await retryDialog(job);
      if (id) go(`/t/${id}`);
    };
    const text = job.status === "failed" ? t("job.failed.why", { why: job.error ?? t("status.failed") }) : t("job.canceled");
    return [
      notice(
        job.status === "failed" ? "bad" : "plain",
        "warn",
        text,
        button("retry", t("job.retry"), retry),
      ),
      ...warnings,
    ];
  }
}
