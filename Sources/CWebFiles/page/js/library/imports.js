import { call, get } from "../core/api.js";
import { iconButton } from "../core/buttons.js";
import { announce, h, show } from "../core/dom.js";
import { bytes, percent } from "../core/format.js";
import { t } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { complain } from "../core/toast.js";

const FAILED_MAX = 20;
const EARLY_MAX = 200;
const ENDS = ["file.ready", "file.deleted"];

/** The recordings that the server fetches, and those that it could not fetch until somebody has seen it. */
export class Imports {
  #signal;
  #again;
  #rows = new Map();
  /** The last word of files that are not shown: an import may be over before the answer that begins it is here. */
  #early = new Map();
  #items = h("ul", { class: "uploads-list" });
  #head = h("h2", { class: "uploads-title" });

  /** @param {(url: string) => void} again asks for an address once more */
  constructor(again, signal) {
    [this.#again, this.#signal] = [again, signal];
    this.element = h("section", { class: "uploads", hidden: true, "aria-label": t("imports.label") }, this.#head, this.#items);
    onLive((type, data) => this.#hear(type, data), signal);
  }

  /** Shows what is being fetched. */
  async load() {
    try {
      const path = `/files?limit=${FAILED_MAX}&status=`;
      const [open, failed] = await Promise.all([
        get(`${path}processing`, { signal: this.#signal }),
        get(`${path}failed`, { signal: this.#signal }),
      ]);
      const files = [...open.items, ...failed.items];
      const known = new Set(files.map((file) => file.id));
      for (const id of [...this.#rows.keys()]) if (!known.has(id)) this.#remove(id);
      for (const file of files) this.add(file);
    } catch (error) {
      if (error.name !== "AbortError") complain(error);
    }
  }

  /** Shows a file that is being fetched, or that could not be; `url` where this page knows it, to try again. */
  add(file, url) {
    const early = this.#early.get(file.id);
    const row = this.#rows.get(file.id) ?? this.#row(file);
    row.url = url ?? row.url;
    if (file.status === "ready" || ENDS.includes(early?.type)) this.#remove(file.id);
    else if (file.status === "failed") this.#fail(row, file.error);
    else if (early?.type === "file.failed") this.#fail(row, early.data.message);
    else if (early) this.#progress(row, early.data);
    this.#showHead();
  }

  #row(file) {
    const row = {
      file,
      bar: h("progress", { class: "bar", max: "1", "aria-label": t("imports.progress", { name: file.title }) }),
      size: h("span", { class: "upload-size" }),
      note: h("span", { class: "upload-note" }, t("imports.begun")),
      buttons: h("span", { class: "upload-buttons" }),
    };
    row.element = h(
      "li",
      { class: "upload" },
      h("span", { class: "upload-name" }, file.title),
      row.size,
      row.bar,
      row.note,
      row.buttons,
    );
    show(row.buttons, iconButton("close", `${t("cancel")}: ${file.title}`, () => this.#drop(file.id)));
    this.#rows.set(file.id, row);
    this.#items.append(row.element);
    return row;
  }

  #progress(row, { progress, received_bytes: received, total_bytes: total }) {
    row.size.textContent = bytes(total ?? received);
    if (progress === null) row.bar.removeAttribute("value");
    else row.bar.value = progress;
    const known = progress === null ? bytes(received) : percent(progress);
    row.note.textContent = progress === 1 ? t("uploads.checking") : known;
  }

  #fail(row, message) {
    const { title } = row.file;
    row.note.textContent = message ?? t("import.failed");
    row.note.classList.add("upload-problem");
    row.bar.hidden = true;
    row.size.textContent = "";
    const again = () => this.#drop(row.file.id).then(() => this.#again(row.url ?? ""));
    show(
      row.buttons,
      iconButton("retry", `${t("again")}: ${title}`, again),
      iconButton("close", `${t("close")}: ${title}`, () => this.#drop(row.file.id)),
    );
  }

  /** Gives an import up, or takes a failed one off the list: the file goes. */
  async #drop(id) {
    this.#remove(id);
    try {
      await call("DELETE", `/files/${id}`);
    } catch (error) {
      if (error.status !== 404) complain(error);
    }
  }

  #remove(id) {
    this.#rows.get(id)?.element.remove();
    this.#rows.delete(id);
    this.#showHead();
  }

  #hear(type, data) {
    if (type === "snapshot") return this.load();
    const row = this.#rows.get(data.id);
    if (type === "file.processing" && !row) return this.#ask(data.id);
    if (!row) return this.#keep(type, data);
    if (type === "file.progress") this.#progress(row, data);
    if (type === "file.ready" || type === "file.deleted") this.#remove(data.id);
    if (type === "file.failed") {
      this.#fail(row, data.message);
      announce(t("import.failed.of", { name: row.file.title }));
    }
    return undefined;
  }

  #keep(type, data) {
    if (type !== "file.progress" && type !== "file.failed" && !ENDS.includes(type)) return;
    this.#early.delete(data.id);
    this.#early.set(data.id, { type, data });
    if (this.#early.size > EARLY_MAX) this.#early.delete(this.#early.keys().next().value);
  }

  async #ask(id) {
    try {
      this.add(await get(`/files/${id}`, { signal: this.#signal }));
    } catch (error) {
      if (error.name !== "AbortError" && error.status !== 404) complain(error);
    }
  }

  #showHead() {
    this.element.hidden = this.#rows.size === 0;
    this.#head.textContent = t("imports.count", { n: this.#rows.size });
  }
}
