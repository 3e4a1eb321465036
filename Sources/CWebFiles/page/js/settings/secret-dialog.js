import { button } from "../core/buttons.js";
import { h } from "../core/dom.js";
import { dialog } from "../core/dialog.js";
import { t } from "../core/i18n.js";
import { copyText } from "../transcript/copying.js";

/** Shows something that is shown once, to be copied. */
export function showSecret(title, hint, secret) {
  return dialog(title, (close) => [
    h("p", {}, hint),
    h("p", {}, h("code", { class: "secret" }, secret)),
    h(
      "div",
      { class: "form-buttons" },
      button("copy", t("copy"), () => copyText(async () => secret)),
      button(null, t("close"), () => close(), "main"),
    ),
  ]);
}
