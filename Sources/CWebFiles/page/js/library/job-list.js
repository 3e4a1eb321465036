import { get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { debounced, h, show } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isActive, updated } from "../core/jobs.js";
import { onLive } from "../core/live.js";
import { complain, describe } from "../core/toast.js";
import { BulkBar } from "./bulk-bar.js";
import { JobRow } from "./job-row.js";
import { isPendingDelete } from "./deleting.js";

const PAGE = 40;
/** Places in line change with every job; so many of them at most are asked for at a time. */
const PLACES_MAX = 12;

/** The list of transcriptions. It follows what happens on the server. */
export class JobList {
  #signal;
  #query = new URLSearchParams();
  #rows = new Map();
  #cursor = null;
  #loading = null;
  #hasStream = false;
  #items = h("ul", { class: "jobs" });
  #foot = h("div", { class: "list-foot" });
  #bulk;
  #askPlaces = debounced(700, () => this.#loadPlaces());

  constructor(signal) {
    this.#signal = signal;
    this.#bulk = new BulkBar(() => [...this.#rows.values()], (row) => this.#remove(row.job.id), (job) => this.add(job));
    this.element = h("section", { class: "library", "aria-label": t("library.title") }, this.#bulk.element, this.#items, this.#foot);
    onLive((type, data) => this.#hear(type, data), signal);
    signal.addEventListener("abort", () => this.#askPlaces.cancel());
    const nearEnd = new IntersectionObserver((entries) => entries[0].isIntersecting && this.#loadMore());
    nearEnd.observe(this.#foot);
    signal.addEventListener("abort", () => nearEnd.disconnect());
  }

  /** Shows what a query finds, from its beginning. */
  async load(query = this.#query) {
    this.#query = query;
    this.#cursor = null;
    this.#loading?.abort();
    if (this.#rows.size === 0) this.#showSkeleton();
    await this.#fetch(true);
  }

  /** Puts a new job on top. */
  add(job) {
    if (this.#rows.has(job.id) || this.#query.get("q") || !this.#fits(job)) return;
    const row = this.#row(job);
    this.#items.prepend(row.element);
    this.#showFoot();
    this.#askPlaces();
  }

  async #fetch(isFresh) {
    const loading = new AbortController();
    this.#loading = loading;
    const query = new URLSearchParams(this.#query);
    query.set("limit", PAGE);
    if (this.#cursor) query.set("cursor", this.#cursor);
    try {
      const page = await get(`/transcriptions?${query}`, { signal: AbortSignal.any([loading.signal, this.#signal]) });
      if (isFresh) this.#clear();
      this.#cursor = page.next_cursor;
      for (const job of page.items) if (!isPendingDelete(job.id)) this.#items.append(this.#row(job).element);
      this.#showFoot();
      this.#askPlaces();
      // The end may still be in view, which the observer does not tell again.
      requestAnimationFrame(() => this.#foot.getBoundingClientRect().top < innerHeight && this.#loadMore());
    } catch (error) {
      if (error.name !== "AbortError") this.#showFailure(error);
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  #loadMore() {
    if (!this.#loading && this.#cursor && this.#foot.isConnected) this.#fetch(false);
  }

  #row(job) {
    const known = this.#rows.get(job.id);
    if (known) {
      known.update(job);
      return known;
    }
    const row = new JobRow(job, {
      removed: () => this.#remove(job.id),
      restored: (again) => this.add(again),
      selected: () => this.#bulk.update(),
    });
    this.#rows.set(job.id, row);
    return row;
  }

  #clear() {
    this.#rows.clear();
    show(this.#items);
    this.#bulk.update();
  }

  #remove(id) {
    this.#rows.get(id)?.element.remove();
    this.#rows.delete(id);
    this.#bulk.update();
    this.#showFoot();
  }

  #fits(job) {
    const status = this.#query.get("status");
    return !status || status === job.status;
  }

  #hear(type, data) {
    if (type === "snapshot") return this.#catchUp(data.transcriptions ?? []);
    if (!type.startsWith("transcription.") || type === "transcription.segment") return undefined;
    const row = this.#rows.get(data.id);
    if (type === "transcription.deleted") return this.#remove(data.id);
    if (type === "transcription.created") return this.#ask(data.id);
    if (!row) return this.#askPlaces();
    if (type === "transcription.progress") row.update(updated(row.job, data));
    else if (type === "transcription.canceling") row.update({ ...row.job, cancel_requested: true });
    else this.#ask(data.id);
    // Whoever starts or ends moves everybody else up.
    if (type !== "transcription.progress" || row.job.progress_stage === "preparing") this.#askPlaces();
    return undefined;
  }

  /** The stream begins. The first time the list is as fresh as the stream, but for what happened in between; later, anything may have. */
  #catchUp(active) {
    if (this.#hasStream) return this.load();
    this.#hasStream = true;
    const now = new Map(active.map((job) => [job.id, job]));
    for (const row of this.#rows.values()) {
      if (now.has(row.job.id)) row.update(updated(row.job, now.get(row.job.id)));
      else if (isActive(row.job)) this.#ask(row.job.id);
    }
    return undefined;
  }

  async #ask(id) {
    try {
      const job = await get(`/transcriptions/${id}`, { signal: this.#signal });
      const row = this.#rows.get(id);
      // A job that works on another's transcript is told of there.
      if (job.source_transcription_id) return;
      if (row) row.update(job);
      else if (!isPendingDelete(id)) this.add(job);
    } catch (error) {
      if (error.status === 404) this.#remove(id);
      else if (error.name !== "AbortError") complain(error);
    }
  }

  async #loadPlaces() {
    const waiting = [...this.#rows.values()].filter((row) => row.job.status === "queued").slice(-PLACES_MAX);
    const failed = [...this.#rows.values()].filter((row) => !isActive(row.job) && row.job.status === "failed" && !row.job.error);
    await Promise.all([...waiting, ...failed.slice(0, PLACES_MAX)].map((row) => this.#ask(row.job.id)));
  }

  #showSkeleton() {
    const line = () => h("li", { class: "job job-skeleton", "aria-hidden": "true" }, h("span", {}), h("span", {}));
    show(this.#items, line(), line(), line());
    show(this.#foot, h("p", { class: "hidden-text", role: "status" }, t("loading")));
  }

  #showFoot() {
    if (this.#rows.size === 0 && !this.#cursor) return this.#showEmpty();
    const more = () => this.#loadMore();
    return show(this.#foot, this.#cursor && button(null, t("more"), more));
  }

  #showEmpty() {
    show(this.#items);
    const isFiltered = this.#query.get("q") || this.#query.get("status");
    show(
      this.#foot,
      h(
        "div",
        { class: "empty" },
        icon(isFiltered ? "search" : "audio"),
        h("h2", {}, t(isFiltered ? "library.nothing.found" : "library.empty")),
        h("p", {}, t(isFiltered ? "library.nothing.found.hint" : "library.empty.hint")),
      ),
    );
  }

  #showFailure(error) {
    this.#clear();
    const again = () => this.load();
    show(
      this.#foot,
      h(
        "div",
        { class: "empty", role: "alert" },
        icon("warn"),
        h("h2", {}, t("library.failed")),
        h("p", {}, describe(error)),
        button(null, t("again"), again, "main"),
      ),
    );
  }
}
