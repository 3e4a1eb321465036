import { button } from "../core/buttons.js";
import { h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { t } from "../core/i18n.js";
import { toast } from "../core/toast.js";
import { copyText } from "./copying.js";

/** Edits one segment at a time, in its place. What was typed is kept until it is saved or given up. */
export class SegmentEditor {
  #document;
  #view;
  #changes;
  #drafts;
  #open = null;
  #isLeft = false;
  #closed;

  /** `closed` is called when nothing is edited any more. */
  constructor(document, view, changes, drafts, closed) {
    [this.#document, this.#view, this.#changes, this.#drafts, this.#closed] = [document, view, changes, drafts, closed];
    for (const type of ["load", "change"]) document.addEventListener(type, () => this.#follow());
  }

  get isOpen() {
    return this.#open !== null;
  }

  /** Whether something was typed that is not saved. */
  get isTouched() {
    return this.#open !== null && this.#open.field.value.trim() !== this.#open.was;
  }

  /** Opens the segment at `index`, the caret at `offset`. What is open is saved first. */
  async open(index, offset = 0) {
    const { id } = this.#document.segments[index];
    if (this.#open) await this.#save(this.#open);
    // What could not be saved is open again.
    if (this.#open) return;
    const item = this.#view.item(this.#document.indexOf(id));
    if (!item) return;
    const field = h("textarea", {
      class: "segment-field", rows: 1, dir: "auto", spellcheck: "true", value: item.segment.text,
      lang: this.#document.language ?? null, "aria-label": t("segment.text", { time: clock(item.segment.start) }),
    });
    const open = { id, item, field, was: item.segment.text.trim() };
    open.bar = this.#toolbar(open);
    this.#open = open;
    field.addEventListener("input", () => fit(field));
    field.addEventListener("keydown", (event) => this.#key(event, open));
    this.#put(open);
    field.focus({ preventScroll: true });
    field.setSelectionRange(offset, offset);
    item.element.scrollIntoView({ block: "nearest" });
  }

  /** Saves what is open; answers whether nothing is left to save. */
  async finish() {
    return !this.isTouched || this.#save(this.#open);
  }

  /** The view is left. What was typed is saved; until that is done it is a draft. */
  leave() {
    const open = this.#open;
    const text = open?.field.value.trim();
    const isTouched = this.isTouched;
    [this.#open, this.#isLeft] = [null, true];
    if (!isTouched || !text) return;
    this.#drafts.keep(open.id, text);
    const saved = this.#changes.make([{ op: "set_text", segment: open.id, text }]);
    this.#drafts.saving = saved.then((isDone) => isDone && this.#drafts.drop(open.id));
  }

  /** Opens a segment whose text was typed before and not saved. */
  async resume() {
    if (this.#open || this.#isLeft) return;
    const [id, text] = this.#drafts.take((segment) => this.#document.indexOf(segment) >= 0) ?? [];
    if (!id || this.#document.segments[this.#document.indexOf(id)].text.trim() === text) return;
    await this.open(this.#document.indexOf(id));
    if (this.#open?.id !== id) return;
    this.#open.field.value = text;
    fit(this.#open.field);
    this.#showTheirs(this.#open);
  }

  #put({ item, field, bar }) {
    item.element.classList.add("is-edited");
    item.body.replaceWith(field);
    field.after(bar);
    fit(field);
  }

  /** The segment may have been drawn anew: the field goes on in its new place. */
  #follow() {
    const open = this.#open;
    if (!open || open.item.element.isConnected) return;
    const [text, wasTouched] = [open.field.value.trim(), this.isTouched];
    const item = this.#view.item(this.#document.indexOf(open.id));
    if (!item) return this.#lose(wasTouched ? text : "");
    const theirs = item.segment.text.trim();
    const isOther = theirs !== open.was;
    [open.item, open.was] = [item, theirs];
    if (wasTouched && text === theirs) {
      this.#open = null;
      return queueMicrotask(this.#closed);
    }
    if (!wasTouched) open.field.value = theirs;
    this.#put(open);
    if (wasTouched && isOther) this.#showTheirs(open);
    if (document.activeElement === document.body) open.field.focus({ preventScroll: true });
    return undefined;
  }

  /** The segment is gone. What was typed for it can be copied. */
  #lose(text) {
    this.#open = null;
    queueMicrotask(this.#closed);
    if (!text) return;
    const action = { label: t("copy"), run: () => copyText(async () => text) };
    toast(t("edit.lost", { text }), { kind: "error", milliseconds: 60_000, action });
  }

  /** Somebody else's words would be hidden by the field. */
  #showTheirs({ item, field }) {
    item.element.querySelector(".segment-theirs")?.remove();
    const theirs = item.segment.text.trim();
    if (theirs !== field.value.trim()) field.after(h("p", { class: "segment-theirs hint" }, t("edit.theirs", { text: theirs })));
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

  /** What could not be saved is not lost: the segment opens again with it, when nothing else is open any more. */
  async #send(open, operations, text) {
    const isDone = await this.#changes.make(operations);
    if (isDone) return true;
    if (text) this.#drafts.keep(open.id, text);
    await this.resume();
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
    queueMicrotask(() => {
      this.#closed();
      this.resume();
    });
  }
}

/** Makes a field as high as its text, where the browser does not do it by itself (`field-sizing`). */
function fit(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${field.scrollHeight + 2}px`);
}
