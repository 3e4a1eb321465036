import { freshID, h } from "./dom.js";

/** A labelled text field. */
export function textField(label, props = {}, hint) {
  return labelled(label, hint, (ids) => h("input", { class: "input", type: "text", ...props, ...ids }));
}

/** A labelled field of several lines. */
export function textArea(label, { value = "", ...props } = {}, hint) {
  return labelled(label, hint, (ids) => h("textarea", { class: "input", rows: 3, ...props, ...ids, value }));
}

/**
 * A labelled choice.
 * @param {string} label
 * @param {Array<[string, string]>} choices value and text
 * @param {object} [props] `value` is the one that is chosen
 */
export function selectField(label, choices, { value, ...props } = {}, hint) {
  return labelled(label, hint, (ids) => select(choices, { value, ...props, ...ids }));
}

/** A choice without a label of its own; give it an `aria-label`. */
export function select(choices, { value, ...props } = {}) {
  return h(
    "select",
    { class: "input", ...props },
    choices.map(([choice, text]) => h("option", { value: choice, selected: choice === value }, text)),
  );
}

/** A labelled check box. */
export function checkField(label, props = {}, hint) {
  const [id, hintID] = [freshID("field"), freshID("hint")];
  return h(
    "div",
    { class: "field field-check" },
    h("input", { type: "checkbox", id, "aria-describedby": hint ? hintID : null, ...props }),
    h("label", { for: id }, label),
    hint && h("p", { class: "hint", id: hintID }, hint),
  );
}

function labelled(label, hint, make) {
  const [id, hintID] = [freshID("field"), freshID("hint")];
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    make({ id, "aria-describedby": hint ? hintID : null }),
    hint && h("p", { class: "hint", id: hintID }, hint),
  );
}
