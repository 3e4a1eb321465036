import { iconButton } from "./buttons.js";
import { freshID, h } from "./dom.js";
import { t } from "./i18n.js";
import { describe } from "./toast.js";

/**
 * A modal dialog. The browser keeps the focus inside and gives it back.
 * @param {string} title
 * @param {(close: (value?: unknown) => void) => Node[]} body
 * @param {{class?: string}} [options]
 * @returns {Promise<unknown>} what it was closed with; undefined when it was given up
 */
export function dialog(title, body, options = {}) {
  return new Promise((resolve) => {
    let value;
    const close = (given) => {
      value = given;
      element.close();
    };
    const id = freshID("dialog");
    const element = h(
      "dialog",
      { class: `dialog ${options.class ?? ""}`, "aria-labelledby": id },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { id }, title),
        iconButton("close", t("close"), () => close()),
      ),
      ...body(close),
    );
    element.addEventListener("close", () => {
      element.remove();
      resolve(value);
    });
    element.addEventListener("click", (event) => event.target === element && close());
    document.body.append(element);
    element.showModal();
    element.querySelector("[autofocus]")?.focus();
  });
}

/**
 * A dialog with a form. `send` gets its data; while it works the buttons wait, and what it throws is shown at the field or below.
 * @returns {Promise<unknown>} what `send` answers
 */
export function formDialog(title, fields, { submit = t("save"), send, danger = false, wide = false }) {
  return dialog(
    title,
    (close) => [form(fields, { submit, danger, send: async (data) => close(await send(data)), cancel: () => close() })],
    { class: wide ? "dialog-wide" : "" },
  );
}

/**
 * A form that sends itself, shows that it works and tells what is wrong.
 * @param {Node[]} fields
 * @param {{submit: string, send: (data: FormData, form: HTMLFormElement) => Promise<void>, cancel?: () => void, danger?: boolean}} options
 */
export function form(fields, { submit, send, cancel, danger = false }) {
  const problem = h("p", { class: "form-problem", role: "alert", hidden: true });
  const button = h("button", { class: `button ${danger ? "button-danger" : "button-main"}`, type: "submit" }, submit);
  const element = h(
    "form",
    { class: "form", novalidate: true },
    ...fields,
    problem,
    h(
      "div",
      { class: "form-buttons" },
      cancel && h("button", { class: "button", type: "button", on: { click: cancel } }, t("cancel")),
      button,
    ),
  );
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    clearProblems(element, problem);
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      await send(new FormData(element), element);
    } catch (error) {
      if (error?.name !== "AbortError") showProblem(element, problem, error);
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  });
  return element;
}

function clearProblems(element, problem) {
  problem.hidden = true;
  for (const field of element.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function showProblem(element, problem, error) {
  problem.textContent = describe(error);
  problem.hidden = false;
  const name = error.field?.split(".").pop();
  const field = name && element.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

/** Asks before something that cannot be undone. */
export async function confirmed(title, text, submit) {
  return (await formDialog(title, [h("p", {}, text)], { submit, danger: true, send: async () => true })) === true;
}
