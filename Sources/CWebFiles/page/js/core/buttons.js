import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * A button with words, and an icon where `symbol` names one.
 * @param {string|null} symbol
 * @param {string} label
 * @param {() => void} run
 * @param {string} [kinds] how it looks: `main`, `quiet`, `danger`, `small`, separated by blanks
 * @param {object} [props] more properties
 */
export function button(symbol, label, run, kinds = "", props = {}) {
  const looks = kinds.split(" ").filter(Boolean).map((kind) => `button-${kind}`);
  const all = { class: ["button", ...looks].join(" "), type: "button", ...props, on: { click: run } };
  return h("button", all, symbol && icon(symbol), label);
}

/** A button that is an icon; `label` says what it does. */
export function iconButton(symbol, label, run, props = {}) {
  const all = { class: "icon-button", type: "button", "aria-label": label, title: label, ...props, on: { click: run } };
  return h("button", all, icon(symbol));
}
