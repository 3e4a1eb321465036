import { get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { debounced, h, show } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isActive, updated } from "../core/jobs.js";
import { onLive } from "../core/live.js";
import { complain, describe } from "../core/toast.js";
import { BulkBar } from "./bulk-bar.js";
import { isPendingDelete } from "./deleting.js";
import { JobRow } from "./job-row.js";
import { orderOf } from "./list-order.js";

const PAGE = 40;
/** As many as the server gives at once. */
const PAGE_MAX = 100;
/** Places in line change with every job; so many of them at most are asked for at a time. */
const PLACES_MAX = 12;

/** The list of transcriptions. It follows what happens on the server. */
export class JobList {
  #signal;
  #query = new URLSearchParams();
  #rows = new Map();
  #cursor = null;
  #loading = null;
  /** Jobs that were told of while rows were on their way; those may be older than what was told. */
  #told = new Set();
  #items = h("ul", { class: "jobs" });
  #foot = h("div", { class: "list-foot" });
  #bulk;
  #askPlaces = debounced(700, () => this.#loadPlaces());

  constructor(signal) {
    this.#signal = signal;
    this.#bulk = new BulkBar(() => [...this.#rows.values()], (row) => this.#remove(row.job.id), (job) => this.#restore(job));
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

  /** Shows as many rows of what a query finds as were there before. */
  async show(query, count) {
    this.#query = query;
    this.#showSkeleton();
    await this.#refresh(count);
  }

  /** How many rows are shown. */
  get count() {
    return this.#rows.size;
  }

  /** Puts a new job in its place. */
  add(job) {
    if (this.#rows.has(job.id) || this.#query.get("q") || !this.#fits(job)) return;
    this.#place(this.#row(job));
    this.#showFoot();
    this.#askPlaces();
  }

  /** Puts a job back that was shown before. */
  #restore(job) {
    if (this.#rows.has(job.id)) return;
    this.#place(this.#row(job));
    this.#showFoot();
  }

  /** Puts a row where the order has it; one that belongs behind what is shown comes with the next page. */
  #place(row) {
    const order = orderOf(this.#query);
    row.element.remove();
    const next = this.#shown().find((other) => order(row.job, other.job) < 0);
    if (next || !this.#cursor) this.#items.insertBefore(row.element, next?.element ?? null);
    else this.#rows.delete(row.job.id);
  }

  /** The rows as they stand. */
  #shown() {
    return [...this.#items.children].map((element) => this.#rows.get(element.dataset.id)).filter(Boolean);
  }

  async #fetch(isFresh) {
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const page = await this.#page(this.#cursor, PAGE, loading.signal);
      if (isFresh) this.#clear();
      this.#cursor = page.next_cursor;
      for (const job of page.items) if (!isPendingDelete(job.id)) this.#items.append(this.#row(job).element);
      this.#loaded();
      // The end may still be in view, which the observer does not tell again.
      requestAnimationFrame(() => this.#foot.getBoundingClientRect().top < innerHeight && this.#loadMore());
    } catch (error) {
      if (error.name !== "AbortError") this.#showFailure(error);
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  #page(cursor, limit, loading) {
    const query = new URLSearchParams(this.#query);
    query.set("limit", limit);
    if (cursor) query.set("cursor", cursor);
    return get(`/transcriptions?${query}`, { signal: AbortSignal.any([loading, this.#signal]) });
  }

  #loaded() {
    for (const id of this.#told) if (this.#rows.has(id)) this.#ask(id);
    this.#told.clear();
    this.#showFoot();
    this.#askPlaces();
  }

  /** Shows what is so by now, as far as the list was shown; rows keep their elements, and with them what is chosen. */
  async #refresh(count = this.#rows.size) {
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    const wanted = Math.max(count, PAGE);
    const jobs = [];
    let cursor = null;
    try {
      do {
        const page = await this.#page(cursor, Math.min(PAGE_MAX, wanted - jobs.length), loading.signal);
        jobs.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor && jobs.length < wanted);
      this.#cursor = cursor;
      this.#arrange(jobs.filter((job) => !isPendingDelete(job.id)));
      this.#loaded();
      this.#bulk.update();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (this.#rows.size > 0) complain(error);
      else this.#showFailure(error);
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  #arrange(jobs) {
    const rows = jobs.map((job) => this.#row(job));
    this.#rows = new Map(rows.map((row) => [row.job.id, row]));
    for (const element of [...this.#items.children]) if (!this.#rows.has(element.dataset.id)) element.remove();
    for (const [at, row] of rows.entries()) {
      const there = this.#items.children[at] ?? null;
      if (there !== row.element) this.#items.insertBefore(row.element, there);
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
      restored: (again) => this.#restore(again),
      changed: (changed) => this.#change(row, changed),
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

  /** Shows a row as its job is by now: in another place perhaps, or not at all. */
  #change(row, job) {
    const before = row.job;
    row.update(job);
    if (!this.#fits(row.job)) return this.#remove(row.job.id);
    if (orderOf(this.#query)(before, row.job) !== 0) this.#place(row);
    if (row.isSelected && before.status !== row.job.status) this.#bulk.update();
    return undefined;
  }

  #fits(job) {
    const status = this.#query.get("status");
    return !status || status === job.status;
  }

  #hear(type, data) {
    if (type === "snapshot") return this.#compare(data.transcriptions ?? []);
    if (type === "again") return this.#refresh();
    if (!type.startsWith("transcription.") || type === "transcription.segment") return undefined;
    if (this.#loading) this.#told.add(data.id);
    const row = this.#rows.get(data.id);
    if (type === "transcription.deleted") return this.#remove(data.id);
    if (type === "transcription.created") return this.#ask(data.id);
    if (!row) return this.#hearOfOther(type, data);
    if (type === "transcription.progress") this.#change(row, updated(row.job, data));
    else if (type === "transcription.canceling") row.update({ ...row.job, cancel_requested: true });
    else this.#ask(data.id);
    // Whoever starts or ends moves everybody else up.
    if (type !== "transcription.progress" || row.job.progress_stage === "preparing") this.#askPlaces();
    return undefined;
  }

  /** A job that is not shown may fit the state that is asked for by now. */
  #hearOfOther(type, data) {
    this.#askPlaces();
    const isNews = type !== "transcription.progress" || data.stage === "preparing";
    if (isNews && this.#query.get("status")) this.#ask(data.id);
  }

  /** The stream begins: what waits and runs by its word. */
  #compare(active) {
    const now = new Map(active.map((job) => [job.id, job]));
    for (const row of [...this.#rows.values()]) {
      if (now.has(row.job.id)) this.#change(row, updated(row.job, now.get(row.job.id)));
      else if (isActive(row.job)) this.#ask(row.job.id);
    }
  }

  async #ask(id) {
    try {
      const job = await get(`/transcriptions/${id}`, { signal: this.#signal });
      const row = this.#rows.get(id);
      // A job that works on another's transcript is told of there.
      if (job.source_transcription_id) return;
      if (row) this.#change(row, job);
      else if (!isPendingDelete(id)) this.add(job);
    } catch (error) {
      if (error.status === 404) this.#remove(id);
      else if (error.name !== "AbortError") complain(error);
    }
  }

  async #loadPlaces() {
    const waiting = this.#shown().filter((row) => row.job.status === "queued").slice(-PLACES_MAX);
    await Promise.all(waiting.map((row) => this.#ask(row.job.id)));
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
