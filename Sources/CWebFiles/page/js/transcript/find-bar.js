import { button, iconButton } from "../core/buttons.js";
import { announce, debounced, h } from "../core/dom.js";
import { checkField } from "../core/fields.js";
import { t } from "../core/i18n.js";

/** Finds in the whole text and replaces. Searching is done here, so hits are there while one types. */
export class FindBar {
  #document;
  #view;
  #changes;
  #hits = [];
  #at = -1;
  #find = h("input", { class: "input", type: "search", name: "find", placeholder: t("find.for"), "aria-label": t("find.for") });
  #with = h("input", { class: "input", name: "with", placeholder: t("find.with"), "aria-label": t("find.with") });
  #count = h("span", { class: "find-count", role: "status" });
  #soon = debounced(40, () => this.#search());

  constructor(document, view, changes, signal) {
    [this.#document, this.#view, this.#changes] = [document, view, changes];
    const part = (label, run) => button(null, label, run, "small", { class: "button button-small replace-part" });
    this.element = h(
      "form",
      { class: "find-bar", role: "search", "aria-label": t("find"), hidden: true, on: { submit: (event) => event.preventDefault() } },
      h(
        "div",
        { class: "find-row" },
        this.#find,
        this.#count,
        iconButton("back", t("find.previous"), () => this.#step(-1)),
        iconButton("forward", t("find.next"), () => this.#step(1)),
        iconButton("close", t("close"), () => this.close()),
      ),
      h(
        "div",
        { class: "find-row" },
        this.#with,
        part(t("find.replace.one"), () => this.#replaceOne()),
        part(t("find.replace.all"), () => this.#replaceAll()),
        checkField(t("find.case"), { name: "match_case" }),
        checkField(t("find.whole"), { name: "whole_words" }),
      ),
    );
    this.element.addEventListener("input", (event) => event.target !== this.#with && this.#soon());
    this.element.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("change", () => this.element.hidden || this.#search(false), { signal });
    document.addEventListener("load", () => this.element.hidden || this.#search(false), { signal });
    signal.addEventListener("abort", () => this.#soon.cancel());
  }

  open() {
    this.element.hidden = false;
    for (const part of this.element.querySelectorAll(".replace-part")) part.disabled = this.#document.version === null;
    this.#find.focus();
    this.#find.select();
    this.#search(false);
  }

  close() {
    this.element.hidden = true;
    this.#hits = [];
    this.#view.markFound([], null);
  }

  #key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.#find) this.#step(event.shiftKey ? -1 : 1);
  }

  get #options() {
    const data = new FormData(this.element);
    return { find: this.#find.value, match_case: data.has("match_case"), whole_words: data.has("whole_words") };
  }

  #search(moves = true) {
    this.#hits = findAll(this.#document.segments, this.#options);
    const last = this.#hits.length - 1;
    this.#at = moves ? Math.min(0, last) : Math.min(Math.max(this.#at, 0), last);
    this.#show(moves);
  }

  #step(step) {
    if (this.#hits.length === 0) return;
    this.#at = (this.#at + step + this.#hits.length) % this.#hits.length;
    this.#show(true);
  }

  #show(moves) {
    this.#view.markFound(this.#hits, moves ? this.#hits[this.#at] : null);
    const found = this.#hits.length > 0 ? t("find.count", { at: this.#at + 1, all: this.#hits.length }) : t("find.nothing");
    this.#count.textContent = this.#find.value ? found : "";
  }

  async #replaceOne() {
    const hit = this.#hits[this.#at];
    if (!hit) return;
    const segment = this.#document.segments[hit.index];
    const text = segment.text.slice(0, hit.span[0]) + this.#with.value + segment.text.slice(hit.span[1]);
    const operation = text.trim() ? { op: "set_text", segment: segment.id, text } : { op: "remove", segment: segment.id };
    if (!(await this.#changes.make([operation]))) return;
    // On behind what was written: it may hold the same once more.
    const end = text.trim() ? hit.span[0] + this.#with.value.length : 0;
    const next = this.#hits.findIndex(({ index, span }) => index > hit.index || (index === hit.index && span[0] >= end));
    this.#at = Math.min(Math.max(next, 0), this.#hits.length - 1);
    this.#show(true);
  }

  async #replaceAll() {
    const count = this.#hits.length;
    if (count === 0) return;
    if (await this.#changes.make([{ op: "replace", ...this.#options, with: this.#with.value }])) announce(t("find.replaced", { n: count }));
  }
}

/**
 * Every place where a text stands: `[{index, segment, span}]`, by segment.
 * @param {Array<{text: string}>} segments
 * @param {{find: string, match_case: boolean, whole_words: boolean}} options
 */
export function findAll(segments, { find, match_case: matchCase, whole_words: wholeWords }) {
  if (!find) return [];
  const literal = find.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // As the server replaces: letters one for one, never without their accent.
  const whole = wholeWords ? `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}\\p{M}])` : `${literal}(?!\\p{M})`;
  const pattern = new RegExp(whole, matchCase ? "gu" : "giu");
  const hits = [];
  for (const [index, segment] of segments.entries()) {
    for (const match of segment.text.matchAll(pattern)) {
      hits.push({ index, segment, span: [match.index, match.index + match[0].length] });
    }
  }
  return hits;
}
