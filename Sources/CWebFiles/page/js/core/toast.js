import { button, iconButton } from "./buttons.js";
import { announce, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

const SHOWN_MILLISECONDS = 7_000;

/** Whether the last thing that was done came from the keyboard. */
let isByKeys = false;
addEventListener("keydown", () => (isByKeys = true), true);
addEventListener("pointerdown", () => (isByKeys = false), true);

/**
 * A short message at the edge of the page. It stays while the pointer or the focus is on it. What it offers gets the focus of whoever
 * works by keyboard and whose place has just gone: behind a long list nobody would get there in time.
 * @param {string} text
 * @param {{kind?: "plain"|"error", action?: {label: string, run: () => void}, onEnd?: () => void, milliseconds?: number}} [options]
 * @returns {{close: () => void}}
 */
export function toast(text, { kind = "plain", action, onEnd, milliseconds = SHOWN_MILLISECONDS } = {}) {
  let timer = 0;
  const close = () => {
    clearTimeout(timer);
    if (!element.isConnected) return;
    element.remove();
    onEnd?.();
  };
  const act = () => {
    clearTimeout(timer);
    element.remove();
    action.run();
  };
  const element = h(
    "div",
    { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : null },
    kind === "error" && icon("warn"),
    h("span", { class: "toast-text" }, text),
    action && button(null, action.label, act, "quiet"),
    iconButton("close", t("close"), close),
  );
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(close, milliseconds);
  };
  const stay = () => clearTimeout(timer);
  element.addEventListener("pointerenter", stay);
  element.addEventListener("focusin", stay);
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusout", wait);
  const place = document.getElementById("toasts");
  place.setAttribute("aria-label", t("messages"));
  place.append(element);
  if (kind !== "error") announce(text);
  wait();
  if (action && isByKeys) {
    // Once the view that follows has taken its own focus.
    requestAnimationFrame(() => document.activeElement === document.body && element.querySelector(".button")?.focus());
  }
  return { close };
}

/** Tells what went wrong. Requests that were given up on purpose are not worth a word. */
export function complain(error) {
  if (error?.name === "AbortError" || error?.status === 401) return;
  toast(describe(error), { kind: "error", milliseconds: 12_000 });
}

/** A failure in words. */
export function describe(error) {
  if (error?.status === 0) return t("error.offline");
  if (error?.code) return error.message;
  console.error(error);
  return t("error.unexpected");
}
