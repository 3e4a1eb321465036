import { h, takesKeys } from "../core/dom.js";
import { dialog } from "../core/dialog.js";
import { t } from "../core/i18n.js";

/**
 * Keys for work on a transcript. None of them works while one types, and a button that has the focus keeps its space bar.
 * @param {Record<string, (event: KeyboardEvent) => void>} actions by key, as `" "`, `"j"` or `"ctrl+f"`
 */
export function listenToKeys(actions, signal) {
  const listen = (event) => {
    if (event.defaultPrevented || event.altKey || takesKeys(event.target)) return;
    const isButton = event.target instanceof Element && event.target.closest("button, a, summary");
    if (isButton && (event.key === " " || event.key === "Enter")) return;
    const control = event.ctrlKey || event.metaKey ? "ctrl+" : "";
    const shift = event.shiftKey && control ? "shift+" : "";
    const action = actions[control + shift + (event.key.length === 1 ? event.key.toLowerCase() : event.key)];
    if (!action) return;
    event.preventDefault();
    action(event);
  };
  document.addEventListener("keydown", listen, { signal });
}

const KEYS = [
  ["␣ / K", "keys.play"], ["J / L", "keys.skip"], ["← / →", "keys.step"], ["↑ / ↓", "keys.segment"], ["< / >", "keys.speed"],
  ["E", "keys.edit"], ["Enter", "keys.save"], ["Alt + Enter", "keys.split"], ["Esc", "keys.cancel"], ["Ctrl + Z", "keys.undo"],
  ["Ctrl + Shift + Z", "keys.redo"], ["Ctrl + F", "keys.find"], ["?", "keys.help"],
];

/** Shows the keys. */
export function showKeys() {
  return dialog(t("keys.title"), () => [
    h("dl", { class: "keys" }, KEYS.map(([key, text]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(text))])),
  ]);
}
