import { h, show } from "../core/dom.js";
import { clock } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { Marks, textRange } from "./highlights.js";

/** Words that the engine was less sure of are marked. */
const UNSURE = 0.5;

/**
 * The text by segments. A click on a word asks to hear it; a double click, or the pen, edits. What is beside
 * the text, and its marks, are made for what is near the view alone.
 */
export class TextView {
  #document;
  #on;
  #items = [];
  #spoken = new Marks("spoken", 3);
  #unsure = new Marks("unsure", 1);
  #found = new Marks("found", 2);
  #hits = new Map();
  #active = -1;
  #word = null;
  #marksUnsure = true;
  #seen;

  /**
   * @param {{
   *   hear: (seconds: number) => void, edit: (index: number, offset: number, isDouble?: boolean) => void,
   *   speaker: (segment: object, begins: boolean) => Node,
   * }} on
   */
  constructor(document, on) {
    [this.#document, this.#on] = [document, on];
    this.element = h("ol", { class: "segments", "aria-label": t("transcript.text") });
    this.element.addEventListener("click", (event) => this.#clicked(event));
    this.element.addEventListener("dblclick", (event) => this.#doubleClicked(event));
    this.#seen = new IntersectionObserver((entries) => entries.forEach((entry) => this.#inView(entry)), { rootMargin: "300px" });
    document.addEventListener("load", () => this.#drawAll());
    document.addEventListener("change", (event) => this.#redraw(event.detail));
  }

  /** Whether words are marked that the engine was not sure of. */
  set marksUnsure(isOn) {
    this.#marksUnsure = isOn;
    this.#unsure.clearAll();
    if (isOn) for (const item of this.#items) if (item.isInView) this.#markUnsure(item);
  }

  get marksUnsure() {
    return this.#marksUnsure;
  }

  /** The item of the segment at `index`: `{element, body, text, edit}`. */
  item(index) {
    const item = this.#items[index];
    if (item) this.#complete(item);
    return item;
  }

  /** Lights what is spoken at a time; answers the segment's item when it is another one than before. */
  light(seconds) {
    const index = this.#document.segmentAt(seconds);
    const isOther = index !== this.#active;
    if (isOther) {
      this.#items[this.#active]?.element.classList.remove("is-spoken");
      this.#active = index;
      this.#items[index]?.element.classList.add("is-spoken");
    }
    this.#lightWord(index, seconds);
    return isOther ? (this.#items[index] ?? null) : null;
  }

  /** The element that is lit. */
  get litElement() {
    return this.#items[this.#active]?.element ?? null;
  }

  /** Marks places that were found: `[{index, segment, span}]`, and one of them more. */
  markFound(hits, current) {
    this.#found.clearAll();
    this.#hits = grouped(hits);
    for (const item of this.#items) if (item.isInView) this.#markHits(item);
    this.element.querySelector(".has-current")?.classList.remove("has-current");
    const item = current && this.#items[current.index];
    if (!item) return;
    item.element.classList.add("has-current");
    item.element.scrollIntoView({ block: "center" });
    this.#markHits(item);
  }

  /** Places that are out of view are marked when they come into it. */
  #markHits(item) {
    const hits = item.text && this.#hits.get(item.segment);
    if (hits) this.#found.set(item, hits.map((hit) => textRange(item.text, hit.span)));
  }

  #drawAll() {
    this.#forgetMarks();
    this.#active = -1;
    this.#items = this.#document.segments.map((segment, index) => this.#item(segment, index));
    show(this.element, this.#items.map((item) => item.element));
  }

  #redraw({ at, removed, added, namesChanged }) {
    this.#items[this.#active]?.element.classList.remove("is-spoken");
    this.#active = -1;
    this.#spoken.clearAll();
    const fresh = this.#document.segments.slice(at, at + added).map((segment, offset) => this.#item(segment, at + offset));
    const old = this.#items.splice(at, removed, ...fresh);
    const before = this.#items[at + added]?.element ?? null;
    for (const item of fresh) this.element.insertBefore(item.element, before);
    for (const item of old) this.#drop(item);
    // Names stand wherever somebody begins to speak; otherwise only the next one may have to begin or not.
    if (namesChanged) for (const index of this.#items.keys()) this.#drawHead(index);
    else if (this.#items[at + added]) this.#drawHead(at + added);
  }

  #drop(item) {
    this.#seen.unobserve(item.element);
    this.#unsure.clear(item);
    this.#found.clear(item);
    item.element.remove();
  }

  #forgetMarks() {
    this.#seen.disconnect();
    for (const marks of [this.#spoken, this.#unsure, this.#found]) marks.clearAll();
  }

  /** The text alone; what is beside it is made when it comes near the view, so that hours of text are there at once. */
  #item(segment, index) {
    const body = h("p", { class: "segment-text", dir: "auto" }, segment.text);
    const head = h("div", { class: "segment-head" });
    const item = {
      segment, body, head, time: null, edit: null, begins: false, text: body.firstChild, isInView: false,
      element: h("li", { class: "segment" }, head, body),
    };
    item.element.item = item;
    this.#drawHead(index, item);
    this.#seen.observe(item.element);
    return item;
  }

  /** Makes what is beside the text. */
  #complete(item) {
    if (item.edit) return;
    const time = clock(item.segment.start);
    const seek = { class: "segment-time", type: "button", data: { act: "seek" }, "aria-label": t("segment.play", { time }) };
    const edit = { class: "icon-button segment-edit", type: "button", data: { act: "edit" }, "aria-label": t("segment.edit", { time }) };
    item.time = h("button", seek, time);
    item.edit = h("button", edit, icon("edit"));
    item.element.append(item.edit);
    this.#fillHead(item);
  }

  #fillHead(item) {
    const canChange = this.#document.version !== null;
    show(item.head, canChange && this.#on.speaker(item.segment, item.begins), item.time);
  }

  #drawHead(index, item = this.#items[index]) {
    const { segments } = this.#document;
    const { speaker } = item.segment;
    const isKnown = this.#document.labels.length > 0;
    this.element.classList.toggle("is-plain", !isKnown);
    const begins = isKnown && (index === 0 || segments[index - 1].speaker !== speaker);
    const colour = this.#document.speakerColour(speaker);
    item.begins = begins;
    item.element.classList.toggle("begins", begins);
    item.element.dataset.colour = colour ?? "";
    if (item.edit) this.#fillHead(item);
  }

  #inView({ target, isIntersecting }) {
    target.item.isInView = isIntersecting;
    if (isIntersecting) {
      this.#complete(target.item);
      this.#markUnsure(target.item);
      this.#markHits(target.item);
    } else {
      this.#unsure.clear(target.item);
      this.#found.clear(target.item);
    }
  }

  #markUnsure(item) {
    if (!this.#marksUnsure || !item.text?.isConnected) return;
    const index = this.#items.indexOf(item);
    const ranges = this.#document.wordsOf(index)
      .filter(({ word, span }) => span && word.confidence !== undefined && word.confidence < UNSURE)
      .map(({ span }) => textRange(item.text, span));
    this.#unsure.set(item, ranges);
  }

  #lightWord(index, seconds) {
    const item = this.#items[index];
    if (!item?.text?.isConnected) return this.#spoken.clearAll();
    const words = this.#document.wordsOf(index);
    const word = words.findLast((entry) => entry.word.start <= seconds);
    const isNow = word?.span && seconds < word.word.end + 0.3;
    if (isNow && this.#word === word) return undefined;
    this.#word = isNow ? word : null;
    return isNow ? (this.#spoken.clearAll(), this.#spoken.set("now", [textRange(item.text, word.span)])) : this.#spoken.clearAll();
  }

  #clicked(event) {
    const element = event.target.closest(".segment");
    if (!element || element.classList.contains("is-edited")) return;
    const index = this.#items.indexOf(element.item);
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "edit") return this.#on.edit(index, 0);
    if (act === "seek") return this.#on.hear(element.item.segment.start);
    // A selection is meant to be copied, not to jump.
    if (event.detail > 1 || !event.target.closest(".segment-text") || !getSelection().isCollapsed) return undefined;
    const word = this.#wordUnder(event, element.item, index);
    return this.#on.hear(word ? word.start : element.item.segment.start);
  }

  #doubleClicked(event) {
    const element = event.target.closest(".segment");
    if (!element || !event.target.closest(".segment-text") || element.classList.contains("is-edited")) return;
    event.preventDefault();
    getSelection().removeAllRanges();
    this.#on.edit(this.#items.indexOf(element.item), offsetUnder(event, element.item.text), true);
  }

  #wordUnder(event, item, index) {
    const offset = offsetUnder(event, item.text);
    const placed = this.#document.wordsOf(index).filter((entry) => entry.span);
    const hit = placed.find(({ span }) => offset <= span[1]) ?? placed.at(-1);
    return hit?.word;
  }
}

/** Where in a text node a pointer is, in UTF-16 units. */
function offsetUnder(event, node) {
  if (document.caretPositionFromPoint) {
    const position = document.caretPositionFromPoint(event.clientX, event.clientY);
    return position?.offsetNode === node ? position.offset : 0;
  }
  const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  return range?.startContainer === node ? range.startOffset : 0;
}

/** What was found, by segment. */
function grouped(hits) {
  const groups = new Map();
  for (const hit of hits) {
    if (groups.has(hit.segment)) groups.get(hit.segment).push(hit);
    else groups.set(hit.segment, [hit]);
  }
  return groups;
}
