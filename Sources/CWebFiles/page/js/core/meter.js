import { h } from "./dom.js";

/**
 * A bar that shows a share from 0 to 1. Set `share` on what this answers.
 * @param {string} label what it measures
 * @param {number} share
 * @param {string} kind a class of its own
 */
export function meter(label, share, kind = "") {
  const fill = h("span", { class: "meter-fill" });
  const element = h(
    "div",
    { class: `meter ${kind}`, role: "meter", "aria-label": label, "aria-valuemin": "0", "aria-valuemax": "1" },
    fill,
  );
  const set = (value) => {
    element.setAttribute("aria-valuenow", value.toFixed(2));
    fill.style.setProperty("--share", value.toFixed(3));
  };
  set(share);
  return { element, set };
}
