import { iconButton } from "../core/buttons.js";
import { freshID, h, show } from "../core/dom.js";
import { t } from "../core/i18n.js";

/** The place beside the text (below it on a phone) where one thing at a time is shown: speakers, versions, exports, facts. */
export class SidePanel {
  #title = h("h2", { id: freshID("panel"), tabindex: "-1" });
  #body = h("div", { class: "panel-body" });
  #leaving = null;
  #opener = null;

  constructor() {
    const close = iconButton("close", t("close"), () => this.close());
    this.element = h(
      "aside",
      { class: "panel", hidden: true, "aria-labelledby": this.#title.id },
      h("div", { class: "panel-head" }, this.#title, close),
      this.#body,
    );
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.close());
  }

  /** Which thing is shown; null for none. */
  name = null;

  /** Shows `name`, or takes it away when it is shown already. `fill` gets the place and a signal that ends with it. */
  toggle(name, title, fill) {
    if (this.name === name) return this.close();
    const opener = this.name ? this.#opener : document.activeElement;
    this.#leaving?.abort();
    this.#leaving = new AbortController();
    [this.name, this.#opener] = [name, opener];
    this.#title.textContent = title;
    show(this.#body);
    this.element.hidden = false;
    fill(this.#body, this.#leaving.signal);
    this.#title.focus({ preventScroll: true });
    this.element.dispatchEvent(new CustomEvent("panel"));
    return undefined;
  }

  close() {
    if (!this.name) return;
    this.#leaving.abort();
    this.name = null;
    this.element.hidden = true;
    const opener = this.#opener;
    this.element.dispatchEvent(new CustomEvent("panel"));
    // The toolbar may have been drawn anew; the same tool gets the focus back.
    const again = opener?.isConnected ? opener : document.querySelector(`[data-tool="${opener?.dataset.tool}"]`);
    again?.focus();
  }

  /** The view is left. */
  end() {
    this.#leaving?.abort();
  }
}
