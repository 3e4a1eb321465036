// Marks in the text without elements of their own: the browser paints ranges. A transcript of 30 thousand words stays a few
// thousand text nodes. Browsers that cannot do it show the text unmarked.

const canPaint = typeof Highlight !== "undefined" && "highlights" in CSS;

/** A named kind of mark; `::highlight(name)` in the style sheet says how it looks. */
export class Marks {
  #highlight = canPaint ? new Highlight() : null;
  #byOwner = new Map();

  constructor(name, priority = 0) {
    if (!canPaint) return;
    this.#highlight.priority = priority;
    CSS.highlights.set(name, this.#highlight);
  }

  /** Marks `ranges` for `owner`, instead of what was marked for it before. */
  set(owner, ranges) {
    this.clear(owner);
    if (!canPaint || ranges.length === 0) return;
    for (const range of ranges) this.#highlight.add(range);
    this.#byOwner.set(owner, ranges);
  }

  /** Takes the marks of an owner away. */
  clear(owner) {
    for (const range of this.#byOwner.get(owner) ?? []) this.#highlight.delete(range);
    this.#byOwner.delete(owner);
  }

  /** Takes every mark away. */
  clearAll() {
    this.#highlight?.clear();
    this.#byOwner.clear();
  }
}

/** A range of a text node. */
export function textRange(node, [start, end]) {
  // Never moved by the browser while the text changes, so that ranges cost nothing.
  return new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end });
}
