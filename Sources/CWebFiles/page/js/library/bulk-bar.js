import { call } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { isActive } from "../core/jobs.js";
import { complain, toast } from "../core/toast.js";
import { exportJobs } from "./bulk-export.js";
import { deleteSoon } from "./deleting.js";

/** What can be done with the chosen jobs at once. */
export class BulkBar {
  #all;
  #removed;
  #restored;
  element = h("div", { class: "bulk", role: "toolbar", "aria-label": t("bulk.label"), hidden: true });

  /** `all` answers the rows of the list; `removed` takes one out of it, `restored` puts a job back. */
  constructor(all, removed, restored) {
    this.#all = all;
    this.#removed = removed;
    this.#restored = restored;
  }

  /** Shows what goes with the present choice. */
  update() {
    const [rows, all] = [this.#selected(), this.#all()];
    this.element.hidden = rows.length === 0;
    if (rows.length === 0) return;
    const [active, ended] = [rows.filter((row) => isActive(row.job)), rows.filter((row) => !isActive(row.job))];
    const done = rows.map((row) => row.job).filter((job) => job.status === "completed");
    show(
      this.element,
      h("span", { class: "bulk-count", role: "status" }, t("bulk.count", { n: rows.length })),
      active.length > 0 && button("stop", t("job.cancel"), () => this.#cancel(active)),
      done.length > 0 && button("download", t("panel.export"), () => exportJobs(done, rows.length - done.length)),
      ended.length > 0 && button("retry", t("bulk.retry"), () => this.#retry(ended)),
      button("trash", t("delete"), () => this.#delete(rows), "danger"),
      rows.length < all.length && button(null, t("bulk.all"), () => this.#choose(all, true), "quiet"),
      button(null, t("bulk.none"), () => this.#choose(rows, false), "quiet"),
    );
  }

  #selected() {
    return this.#all().filter((row) => row.isSelected);
  }

  #choose(rows, isChosen) {
    for (const row of rows) row.isSelected = isChosen;
    this.update();
  }

  async #cancel(rows) {
    this.#choose(rows, false);
    for (const row of rows) await row.cancel();
  }

  async #retry(rows) {
    this.#choose(rows, false);
    let count = 0;
    for (const row of rows) {
      try {
        await call("POST", `/transcriptions/${row.job.id}:retry`);
        count += 1;
      } catch (error) {
        complain(error);
      }
    }
    if (count) toast(t("bulk.retry.done", { n: count }));
  }

  #delete(rows) {
    const jobs = rows.map((row) => row.job);
    for (const row of rows) this.#removed(row);
    deleteSoon(jobs, () => jobs.forEach(this.#restored));
  }
}
