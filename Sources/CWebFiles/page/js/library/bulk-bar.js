import { call } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { isActive } from "../core/jobs.js";
import { complain, toast } from "../core/toast.js";
import { deleteSoon } from "./deleting.js";

/** What can be done with the chosen jobs at once. */
export class BulkBar {
  #selected;
  #removed;
  #restored;
  element = h("div", { class: "bulk", role: "toolbar", "aria-label": t("bulk.label"), hidden: true });

  /** `selected` answers the chosen rows; `removed` takes one out of the list, `restored` puts a job back. */
  constructor(selected, removed, restored) {
    this.#selected = selected;
    this.#removed = removed;
    this.#restored = restored;
  }

  /** Shows what goes with the present choice. */
  update() {
    const rows = this.#selected();
    this.element.hidden = rows.length === 0;
    if (rows.length === 0) return;
    const [active, ended] = [rows.filter((row) => isActive(row.job)), rows.filter((row) => !isActive(row.job))];
    show(
      this.element,
      h("span", { class: "bulk-count", role: "status" }, t("bulk.count", { n: rows.length })),
      active.length > 0 && button("stop", t("job.cancel"), () => this.#cancel(active)),
      ended.length > 0 && button("retry", t("bulk.retry"), () => this.#retry(ended)),
      button("trash", t("delete"), () => this.#delete(rows), "danger"),
      button(null, t("bulk.none"), () => this.#choose(rows, false), "quiet"),
    );
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
