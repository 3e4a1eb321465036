import { call } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { clock, fullMoment, languageName, moment, percent } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { activityText, isActive, statusText } from "../core/jobs.js";
import { menuButton } from "../core/menu.js";
import { complain, toast } from "../core/toast.js";
import { deleteSoon } from "./deleting.js";
import { renameDialog, retryDialog } from "./job-dialogs.js";

/** One transcription in the list. */
export class JobRow {
  #on;
  #check;
  #title = h("a", { class: "job-title", dir: "auto" });
  #facts = h("p", { class: "job-facts" });
  #state = h("div", { class: "job-state" });

  /** @param {{removed: () => void, restored: (job: object) => void, changed: (job: object) => void, selected: () => void}} on */
  constructor(job, on) {
    this.#on = on;
    this.#check = h("input", { type: "checkbox", class: "job-check", on: { change: on.selected } });
    this.menu = menuButton({ class: "icon-button" }, icon("more"), () => this.#actions());
    this.element = h(
      "li",
      { class: "job", data: { id: job.id } },
      this.#check,
      h("div", { class: "job-words" }, this.#title, this.#facts),
      this.#state,
      this.menu,
    );
    this.update(job);
  }

  /** Whether it is chosen for what is done with several at once. */
  get isSelected() {
    return this.#check.checked;
  }

  set isSelected(isChosen) {
    this.#check.checked = isChosen;
  }

  /** Shows how the job stands now. */
  update(job) {
    this.job = { ...this.job, ...job };
    const { title, id } = this.job;
    this.element.dataset.status = this.job.status;
    this.#title.textContent = title;
    const at = this.job.match?.start;
    this.#title.href = typeof at === "number" ? `/t/${id}?at=${at}` : `/t/${id}`;
    this.#check.setAttribute("aria-label", t("job.select", { title }));
    this.menu.setAttribute("aria-label", t("job.actions", { title }));
    show(this.#facts, ...this.#factList());
    this.#showState();
  }

  #factList() {
    const { job } = this;
    const facts = [
      h("time", { datetime: job.created_at, title: fullMoment(job.created_at) }, moment(job.created_at)),
      job.duration_seconds ? h("span", {}, clock(job.duration_seconds)) : null,
      job.detected_language || job.language ? h("span", {}, languageName(job.detected_language ?? job.language)) : null,
      job.warnings?.length ? h("span", { class: "warn-text" }, icon("warn"), t("job.warnings", { n: job.warnings.length })) : null,
    ];
    const hit = job.match?.snippet;
    return [...facts.filter(Boolean), hit && h("span", { class: "job-hit" }, "… ", hit, " …")];
  }

  #showState() {
    const { job } = this;
    if (job.status === "processing") {
      const text = activityText(job);
      const props = { class: "bar", max: "1", value: String(job.progress), "aria-label": t("job.progress", { title: job.title }) };
      show(this.#state, h("progress", props, percent(job.progress)), h("span", { class: "job-activity" }, text));
      return;
    }
    const text = job.status === "queued" ? activityText(job) : statusText(job);
    const isProblem = job.status === "failed" && job.error;
    show(
      this.#state,
      h("span", { class: `badge badge-${job.status}` }, text),
      isProblem && h("span", { class: "job-problem" }, job.error),
    );
  }

  #actions() {
    const { job } = this;
    const active = isActive(job);
    return [
      { label: t("rename"), icon: icon("edit"), run: () => this.#rename() },
      active && { label: t("job.cancel"), icon: icon("stop"), run: () => this.cancel() },
      !active && { label: t("job.retry"), icon: icon("retry"), run: () => retryDialog(job) },
      { label: t("delete"), icon: icon("trash"), danger: true, begins: true, run: () => this.delete() },
    ];
  }

  async #rename() {
    const renamed = await renameDialog(this.job);
    if (renamed) this.#on.changed(renamed);
  }

  /** Asks the server to stop the job. */
  async cancel() {
    try {
      await call("POST", `/transcriptions/${this.job.id}:cancel`);
      toast(t("job.cancel.done", { title: this.job.title }));
    } catch (error) {
      complain(error);
    }
  }

  /** Deletes the job in a moment, unless that is undone. */
  delete() {
    const { job } = this;
    this.#on.removed();
    deleteSoon([job], () => this.#on.restored(job));
  }
}
