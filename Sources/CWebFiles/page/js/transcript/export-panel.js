import { address, get, request } from "../core/api.js";
import { button } from "../core/buttons.js";
import { debounced, h, show } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { describe } from "../core/toast.js";
import { copyText } from "./copying.js";
import { ExportOptions } from "./export-options.js";

const PREVIEW_CHARACTERS = 4_000;
/** Formats that are no text to be looked at. */
const BINARY = new Set(["docx"]);

/** Every format with its options, what it looks like, and the file. */
export function fillExports(job, transcript) {
  return (place, signal) => {
    const body = h("div", {});
    show(place, h("p", { role: "status" }, t("loading")));
    get("/export-formats", { signal }).then(
      ({ items }) => new ExportForm(body, items, job, transcript, signal) && show(place, body),
      (error) => error.name !== "AbortError" && show(place, h("p", { role: "alert" }, describe(error))),
    );
  };
}

class ExportForm {
  #options;
  #job;
  #signal;
  #preview = h("pre", { class: "preview", tabindex: "0", "aria-label": t("export.preview") });
  #problem = h("p", { class: "form-problem", role: "alert", hidden: true });
  #download = h("a", { class: "button button-main", download: true }, icon("download"), t("export.download"));
  #form;
  #show = debounced(200, () => this.#load());
  #loading = null;

  constructor(place, formats, job, transcript, signal) {
    [this.#options, this.#job, this.#signal] = [new ExportOptions(formats), job, signal];
    this.#form = h(
      "form",
      { class: "form", on: { input: () => this.#show(), submit: (event) => event.preventDefault() } },
      this.#options.element,
      this.#problem,
      h("div", { class: "form-buttons" }, button("copy", t("copy"), () => this.#copy()), this.#download),
    );
    show(place, this.#form, h("h3", {}, t("export.preview")), this.#preview);
    transcript.addEventListener("change", this.#show, { signal });
    signal.addEventListener("abort", () => this.#show.cancel());
    this.#load();
  }

  get #path() {
    return `/transcriptions/${this.#job.id}/transcript?${this.#options.query(new FormData(this.#form))}`;
  }

  async #load() {
    const path = this.#path;
    this.#download.href = address(path);
    this.#loading?.abort();
    this.#loading = new AbortController();
    this.#problem.hidden = true;
    if (BINARY.has(this.#options.format.id)) return show(this.#preview, t("export.no.preview"));
    try {
      const signal = AbortSignal.any([this.#signal, this.#loading.signal]);
      const text = await (await request("GET", path, { signal })).text();
      return show(this.#preview, text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}\n…` : text);
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      this.#problem.textContent = describe(error);
      this.#problem.hidden = false;
      return show(this.#preview);
    }
  }

  async #copy() {
    await copyText(async () => (await request("GET", this.#path)).text());
  }
}
