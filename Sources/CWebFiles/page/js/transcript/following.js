import { button } from "../core/buttons.js";
import { t } from "../core/i18n.js";

/** How long a scroll of ours may take: a busy machine needs more, and a browser may tell when it is over. */
const SCROLL_MILLISECONDS = 900;
const SCROLL_MILLISECONDS_MAX = 5_000;

/** Keeps what is spoken in view, until the reader scrolls; then a button takes it up again. */
export class Following {
  #isOn = true;
  #ours = 0;
  element = button("follow", t("follow"), () => this.start(), "", { class: "button follow-button", hidden: true });
  #target = () => null;

  /** @param {() => Element|null} target what is spoken now */
  constructor(target, signal) {
    this.#target = target;
    const stop = () => this.#pause();
    addEventListener("scrollend", () => this.#arrived(), { signal });
    for (const type of ["wheel", "touchmove"]) addEventListener(type, stop, { signal, passive: true });
    const keys = new Set(["PageUp", "PageDown", "Home", "End"]);
    addEventListener("keydown", (event) => keys.has(event.key) && stop(), { signal });
    // Dragging the scroll bar makes no event of its own: a scroll that was not ours is the reader's.
    addEventListener("scroll", () => !this.#isOurs && this.#target() && stop(), { signal, passive: true });
  }

  /** Shows the target again, and from now on. */
  start() {
    this.#isOn = true;
    this.element.hidden = true;
    this.show(this.#target(), true);
  }

  /** Brings an element into view, when it is followed and not there. */
  show(element, isWanted = false) {
    if (!this.#isOn || !element) return;
    const box = element.getBoundingClientRect();
    const isThere = box.top > innerHeight * 0.15 && box.bottom < innerHeight * 0.7;
    if (isThere && !isWanted) return;
    this.ignoreSoon();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "center", behavior: calm || isWanted ? "auto" : "smooth" });
  }

  /** Programmatic scrolls of others are not the reader's. */
  ignoreSoon() {
    this.#ours = performance.now() + ("onscrollend" in window ? SCROLL_MILLISECONDS_MAX : SCROLL_MILLISECONDS);
  }

  get #isOurs() {
    return performance.now() < this.#ours;
  }

  /** A scroll of ours is over; its last event may still be on its way. */
  #arrived() {
    if (this.#isOurs) this.#ours = performance.now() + 100;
  }

  #pause() {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.element.hidden = false;
  }
}
