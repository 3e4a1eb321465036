import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * A line that stays: an icon, words and perhaps buttons.
 * @param {"plain"|"warn"|"bad"} kind
 * @param {string} symbol
 * @param {string|Node} words
 * @param {...Node} buttons
 */
export function notice(kind, symbol, words, ...buttons) {
  const text = words instanceof Node ? words : h("p", { role: kind === "bad" ? "alert" : "status" }, words);
  return h("div", { class: `notice notice-${kind}` }, icon(symbol), text, ...buttons);
}
