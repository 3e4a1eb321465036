import { get } from "../core/api.js";
import { h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { t } from "../core/i18n.js";

/** The recording's outline, and the place that is played: a slider that can be clicked, dragged and moved by keys. */
export class Waveform {
  #seek;
  #peaks = null;
  #seconds = 0;
  #at = 0;
  #canvas = h("canvas", { class: "wave-canvas", "aria-hidden": "true" });
  element;
  #resize;

  /** @param {(seconds: number) => void} seek */
  constructor(seek, signal) {
    this.#seek = seek;
    this.element = h(
      "div",
      {
        class: "wave", role: "slider", tabindex: "0", "aria-label": t("player.position"),
        "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0",
      },
      this.#canvas,
    );
    this.element.addEventListener("pointerdown", (event) => this.#drag(event));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.#resize = new ResizeObserver(() => this.#draw());
    this.#resize.observe(this.element);
    const theme = new MutationObserver(() => this.#draw());
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.#draw(), { signal });
    signal.addEventListener("abort", () => (this.#resize.disconnect(), theme.disconnect()));
  }

  /** Fetches the outline. The server makes it when it is first asked for, which takes a while for a long recording. */
  async load(path, signal) {
    this.element.classList.add("is-loading");
    try {
      const outline = await get(path, { signal });
      this.#peaks = outline.peaks;
      this.setLength(outline.seconds);
    } finally {
      this.element.classList.remove("is-loading");
      this.#draw();
    }
  }

  /** The recording's length in seconds, as far as it is known. */
  get seconds() {
    return this.#seconds;
  }

  setLength(seconds) {
    if (!Number.isFinite(seconds) || seconds <= this.#seconds) return;
    this.#seconds = seconds;
    this.element.setAttribute("aria-valuemax", String(Math.round(seconds)));
    this.#draw();
  }

  /** Shows the place that is played. */
  show(seconds) {
    this.#at = seconds;
    this.element.setAttribute("aria-valuenow", String(Math.round(seconds)));
    this.element.setAttribute("aria-valuetext", t("player.place", { time: clock(seconds), length: clock(this.#seconds) }));
    this.#draw();
  }

  #drag(event) {
    const to = (at) => {
      const box = this.element.getBoundingClientRect();
      this.#seek(Math.max(0, Math.min(1, (at.clientX - box.left) / box.width)) * this.#seconds);
    };
    this.element.setPointerCapture(event.pointerId);
    const end = new AbortController();
    this.element.addEventListener("pointermove", to, { signal: end.signal });
    for (const type of ["pointerup", "pointercancel"]) this.element.addEventListener(type, () => end.abort(), { signal: end.signal });
    to(event);
  }

  #key(event) {
    const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -60, PageUp: 60 }[event.key];
    const target = { Home: 0, End: this.#seconds }[event.key] ?? (step === undefined ? undefined : this.#at + step);
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#seek(Math.max(0, Math.min(this.#seconds, target)));
  }

  #draw() {
    const { width, height } = this.element.getBoundingClientRect();
    if (width === 0) return;
    const scale = devicePixelRatio;
    const canvas = this.#canvas;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const played = this.#seconds ? (this.#at / this.#seconds) * width : 0;
    const colours = [style.color, style.borderTopColor];
    for (let x = 0; x < width; x += 3) {
      const [low, high] = this.#extent(x / width, (x + 3) / width);
      pen.fillStyle = x < played ? colours[0] : colours[1];
      const top = height / 2 - (high * height) / 2;
      pen.fillRect(x, top, 2, Math.max(1, ((high - low) * height) / 2));
    }
    pen.fillStyle = colours[0];
    pen.fillRect(Math.min(width - 2, played), 0, 2, height);
  }

  /** Lowest and highest sample of a part of the recording, within ±1. Quiet recordings are drawn larger. */
  #extent(from, to) {
    if (!this.#peaks) return [-0.02, 0.02];
    const count = this.#peaks.length / 2;
    let [low, high] = [0, 0];
    for (let at = Math.floor(from * count); at < Math.max(to * count, from * count + 1) && at < count; at += 1) {
      low = Math.min(low, this.#peaks[2 * at]);
      high = Math.max(high, this.#peaks[2 * at + 1]);
    }
    return [low / this.#loudest, high / this.#loudest];
  }

  get #loudest() {
    this.loudest ??= Math.max(24, ...this.#peaks.map(Math.abs));
    return this.loudest;
  }
}
