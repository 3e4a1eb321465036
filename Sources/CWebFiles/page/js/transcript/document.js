import { t } from "../core/i18n.js";
import { wordRanges, wordSpans } from "./align.js";

/** How many colours there are for speakers; then they begin again. */
const COLOURS = 8;

/** A transcript as the page works with it. Says what changed to whoever listens. */
export class TranscriptDocument extends EventTarget {
  segments = [];
  words = [];
  speakers = {};
  version = null;
  #ranges = [];
  #spans = new WeakMap();
  #labels = [];

  /** Takes a transcript as the server answers it. */
  load(answer) {
    this.segments = answer.segments;
    this.words = answer.words;
    this.speakers = answer.speakers ?? {};
    this.version = answer.version ?? null;
    this.#index();
    this.dispatchEvent(new CustomEvent("load"));
  }

  /** Takes the difference that an edit made: `{version, segments, words, speakers}`. */
  apply(delta) {
    const { at, removed, items } = delta.segments;
    this.segments.splice(at, removed, ...items);
    this.words.splice(delta.words.at, delta.words.removed, ...delta.words.items);
    const before = this.#nameSheet();
    this.speakers = delta.speakers;
    this.version = delta.version;
    this.#index();
    const namesChanged = this.#nameSheet() !== before;
    this.dispatchEvent(new CustomEvent("change", { detail: { at, removed, added: items.length, namesChanged } }));
  }

  /** Adds a piece that was just heard: `{start, end, text, words}`. */
  grow(piece) {
    if (this.segments.some((segment) => segment.start === piece.start && segment.text === piece.text)) return;
    const at = this.segments.length;
    this.segments.push({ id: `heard-${at}`, start: piece.start, end: piece.end, text: piece.text });
    this.words.push(...(piece.words ?? []));
    this.#index();
    this.dispatchEvent(new CustomEvent("change", { detail: { at, removed: 0, added: 1, namesChanged: false } }));
  }

  /** The labels of all speakers, in the order in which they are first heard. */
  get labels() {
    return this.#labels;
  }

  /** How a speaker is shown. */
  speakerName(label) {
    if (!label) return t("speaker.unknown");
    if (this.speakers[label]) return this.speakers[label];
    const number = label.match(/^SPEAKER_(\d+)$/);
    return number ? t("speaker.number", { number: Number(number[1]) + 1 }) : label;
  }

  /** A number from 0 on, the same for one speaker everywhere. */
  speakerColour(label) {
    const at = this.#labels.indexOf(label);
    return at < 0 ? null : at % COLOURS;
  }

  /** The words of the segment at `index`, each with its place in the text: `{word, span}`. */
  wordsOf(index) {
    const segment = this.segments[index];
    const known = this.#spans.get(segment);
    if (known) return known;
    const words = this.words.slice(...(this.#ranges[index] ?? [0, 0]));
    const spans = wordSpans(segment.text, words.map(({ word }) => word));
    const placed = words.map((word, at) => ({ word, span: spans[at] }));
    this.#spans.set(segment, placed);
    return placed;
  }

  /** The segment that is spoken at a time, or the last one before it; -1 before the first. */
  segmentAt(seconds) {
    let [low, high] = [0, this.segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.segments[middle].start <= seconds) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The place of a segment, by its id. */
  indexOf(id) {
    return this.segments.findIndex((segment) => segment.id === id);
  }

  /** How long and how often each speaker is heard: label → `{seconds, segments, first}`. */
  speakerShares() {
    const shares = new Map(this.#labels.map((label) => [label, { seconds: 0, segments: 0, first: null }]));
    for (const segment of this.segments) {
      const share = shares.get(segment.speaker);
      if (!share) continue;
      share.seconds += segment.end - segment.start;
      share.segments += 1;
      share.first ??= segment;
    }
    return shares;
  }

  /** Who there is and how they are shown, to see whether that changed. */
  #nameSheet() {
    return JSON.stringify([this.#labels, this.speakers]);
  }

  #index() {
    this.#ranges = wordRanges(this.segments, this.words);
    this.#spans = new WeakMap();
    this.#labels = [...new Set(this.segments.map((segment) => segment.speaker).filter(Boolean))];
  }
}
