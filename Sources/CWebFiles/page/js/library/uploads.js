import { currentAccount, isCurrent, onAccount } from "../core/account.js";
import { get } from "../core/api.js";
import { iconButton } from "../core/buttons.js";
import { announce, h, show } from "../core/dom.js";
import { bytes, percent } from "../core/format.js";
import { t } from "../core/i18n.js";
import { describe, toast } from "../core/toast.js";
import { discardPieces, sendPieces } from "./send-pieces.js";

/** More at once would only share the same line. */
const AT_ONCE = 2;

/** The recordings that are on their way to the server. They belong to the account that chose them, and wait while it is not signed in. */
export class Uploads {
  #options;
  #done;
  #waiting = [];
  #running = 0;
  #open = new Set();
  #account = currentAccount().id;
  #over = new AbortController();
  #items = h("ul", { class: "uploads-list" });
  #head = h("h2", { class: "uploads-title" });

  /**
   * @param {{request: object}} options how new recordings are transcribed
   * @param {(job: object) => void} done hears of each job that was made
   */
  constructor(options, done) {
    [this.#options, this.#done] = [options, done];
    this.element = h("section", { class: "uploads", hidden: true, "aria-label": t("uploads.label") }, this.#head, this.#items);
    addEventListener("beforeunload", this.#warn, { signal: this.#over.signal });
    onAccount(() => this.#follow(), this.#over.signal);
  }

  /** Sends files, a few at a time, in their order. */
  add(files) {
    const empty = files.filter((file) => file.size === 0);
    for (const file of empty) toast(t("uploads.empty", { name: file.name }), { kind: "error" });
    const request = this.#options.request;
    for (const file of files.filter((entry) => entry.size > 0)) this.#enqueue({ file, request });
    this.#next();
  }

  /** The view is left: what runs goes on, and leaving the page is warned of. */
  leave() {
    if (this.#open.size > 0) document.getElementById("dock").append(this.element);
    else this.#over.abort();
  }

  /** Somebody signed in or out. */
  #follow() {
    if (!isCurrent(this.#account)) for (const item of this.#open) this.#hold(item);
    this.#showHead();
    this.#next();
  }

  /** Stops an upload that goes on later. */
  #hold(item) {
    item.isHeld = true;
    item.giveUp?.abort();
  }

  #warn = (event) => {
    if (this.#open.size > 0) event.preventDefault();
  };

  #enqueue(entry) {
    const item = entry;
    item.bar = h("progress", { class: "bar", max: "1", value: "0", "aria-label": t("uploads.progress", { name: item.file.name }) });
    item.note = h("span", { class: "upload-note" }, t("uploads.waiting"));
    item.buttons = h("span", { class: "upload-buttons" });
    item.element ??= h("li", { class: "upload" });
    show(
      item.element,
      h("span", { class: "upload-name" }, item.file.name),
      h("span", { class: "upload-size" }, bytes(item.file.size)),
      item.bar,
      item.note,
      item.buttons,
    );
    this.#button(item, "close", t("cancel"), () => this.#cancel(item));
    if (!item.element.isConnected) this.#items.append(item.element);
    this.#open.add(item);
    this.#waiting.push(item);
    this.#showHead();
  }

  #button(item, name, label, run) {
    show(item.buttons, iconButton(name, `${label}: ${item.file.name}`, run));
  }

  #next() {
    while (isCurrent(this.#account) && this.#running < AT_ONCE && this.#waiting.length > 0) this.#run(this.#waiting.shift());
  }

  async #run(item) {
    this.#running += 1;
    item.giveUp = new AbortController();
    item.isHeld = false;
    const progress = (share) => {
      item.bar.value = share;
      item.note.textContent = share < 1 ? percent(share) : t("uploads.checking");
    };
    try {
      const id = await sendPieces(item.file, item.request, { signal: item.giveUp.signal, account: this.#account, progress });
      this.#finish(item);
      announce(t("uploads.done", { name: item.file.name }));
      this.#done(await get(`/transcriptions/${id}`, { account: this.#account }));
    } catch (error) {
      if (!this.#open.has(item)) return;
      if (item.isHeld || !isCurrent(this.#account)) this.#waiting.unshift(item);
      else if (error.name === "AbortError") this.#finish(item);
      else this.#fail(item, error);
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  #cancel(item) {
    item.giveUp?.abort();
    this.#waiting = this.#waiting.filter((entry) => entry !== item);
    this.#finish(item);
    // What was sent is of no more use; if this cannot be told, it expires by itself.
    discardPieces(item.file, this.#account).catch(() => {});
  }

  #finish(item) {
    item.element.remove();
    this.#open.delete(item);
    this.#showHead();
  }

  #fail(item, error) {
    this.#open.delete(item);
    item.note.textContent = describe(error);
    item.note.classList.add("upload-problem");
    item.bar.hidden = true;
    announce(t("uploads.failed", { name: item.file.name }));
    const again = () => {
      this.#enqueue(item);
      this.#next();
    };
    const drop = () => this.#finish(item);
    const { name } = item.file;
    show(item.buttons, iconButton("retry", `${t("again")}: ${name}`, again), iconButton("close", `${t("close")}: ${name}`, drop));
    this.#showHead();
  }

  #showHead() {
    const isEmpty = this.#items.children.length === 0;
    this.element.hidden = isEmpty || !isCurrent(this.#account);
    this.#head.textContent = t("uploads.count", { n: this.#items.children.length });
    if (isEmpty && this.element.closest("#dock")) {
      this.element.remove();
      this.#over.abort();
    }
  }
}
