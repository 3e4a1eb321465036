import { button } from "../core/buttons.js";
import { h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { t } from "../core/i18n.js";

/** Edits one segment at a time, in its place. */
export class SegmentEditor {
  #document;
  #view;
  #changes;
  #open = null;
  #closed;

  /** `closed` is called when nothing is edited any more. */
  constructor(document, view, changes, closed) {
    [this.#document, this.#view, this.#changes, this.#closed] = [document, view, changes, closed];
    document.addEventListener("load", () => (this.#open = null));
  }

  get isOpen() {
    return this.#open !== null;
  }

  /** Opens the segment at `index`, the caret at `offset`. What is open is saved first. */
  async open(index, offset = 0) {
    const { id } = this.#document.segments[index];
    if (this.#open) await this.#save(this.#open);
    const item = this.#view.item(this.#document.indexOf(id));
    if (!item) return;
    const field = h("textarea", {
      class: "segment-field", rows: 1, dir: "auto", spellcheck: "true", value: item.segment.text,
      lang: this.#document.language ?? null, "aria-label": t("segment.text", { time: clock(item.segment.start) }),
    });
    const open = { id, item, field };
    open.bar = this.#toolbar(open);
    this.#open = open;
    item.element.classList.add("is-edited");
    item.body.replaceWith(field);
    field.after(open.bar);
    field.addEventListener("input", () => fit(field));
    field.addEventListener("keydown", (event) => this.#key(event, open));
    fit(field);
    field.focus({ preventScroll: true });
    field.setSelectionRange(offset, offset);
    item.element.scrollIntoView({ block: "nearest" });
  }

  #toolbar(open) {
    const tool = (symbol, label, run, kind = "quiet") => button(symbol, label, run, `small ${kind}`);
    const hasNext = this.#document.indexOf(open.id) < this.#document.segments.length - 1;
    return h(
      "div",
      { class: "segment-tools", role: "toolbar", "aria-label": t("segment.tools") },
      tool("check", t("save"), () => this.#save(open), "main"),
      tool("close", t("cancel"), () => this.#close(open)),
      tool("split", t("segment.split"), () => this.#split(open)),
      hasNext && tool("join", t("segment.join"), () => this.#act(open, { op: "join_next", segment: open.id })),
      tool("trash", t("segment.remove"), () => this.#act(open, { op: "remove", segment: open.id })),
    );
  }

  #key(event, open) {
    event.stopPropagation();
    if (event.key === "Escape") this.#close(open);
    else if (event.key === "Enter" && event.altKey) this.#split(open);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#save(open);
    else return;
    event.preventDefault();
  }

  async #save(open) {
    const text = open.field.value.trim();
    const isSame = text === open.item.segment.text.trim();
    this.#close(open);
    if (isSame) return true;
    const operation = text ? { op: "set_text", segment: open.id, text } : { op: "remove", segment: open.id };
    return this.#send(open, [operation], text);
  }

  async #split(open) {
    const offset = open.field.selectionStart;
    const raw = open.field.value;
    const text = raw.trim();
    const operations = text === open.item.segment.text ? [] : [{ op: "set_text", segment: open.id, text }];
    operations.push({ op: "split", segment: open.id, offset: offset - (raw.length - raw.trimStart().length) });
    this.#close(open);
    await this.#send(open, operations, text);
  }

  async #act(open, operation) {
    const text = open.field.value.trim();
    const isChanged = text && text !== open.item.segment.text.trim() && operation.op !== "remove";
    this.#close(open);
    await this.#send(open, [...(isChanged ? [{ op: "set_text", segment: open.id, text }] : []), operation], text);
  }

  /** What could not be saved is not lost: the segment opens again with it. */
  async #send(open, operations, text) {
    const isDone = await this.#changes.make(operations);
    if (isDone) return true;
    const index = this.#document.indexOf(open.id);
    if (index < 0 || this.#open) return false;
    await this.open(index);
    const { field, item } = this.#open;
    field.value = text;
    fit(field);
    // Somebody else's words would be hidden by the field.
    const theirs = item.segment.text.trim();
    if (theirs !== text) field.after(h("p", { class: "segment-theirs hint" }, t("edit.theirs", { text: theirs })));
    return false;
  }

  #close(open) {
    if (this.#open !== open) return;
    this.#open = null;
    open.item.element.classList.remove("is-edited");
    open.item.element.querySelector(".segment-theirs")?.remove();
    open.field.replaceWith(open.item.body);
    open.bar.remove();
    open.item.edit.focus({ preventScroll: true });
    // A save comes first; it is asked for in the same turn.
    queueMicrotask(this.#closed);
  }
}

/** Makes a field as high as its text, where the browser does not do it by itself (`field-sizing`). */
function fit(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${field.scrollHeight + 2}px`);
}
