import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";

/** Copies what `make` answers, and says so. */
export async function copyText(make) {
  try {
    const text = await make();
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyByHand(text);
    toast(t("copied"), { milliseconds: 2_500 });
  } catch (error) {
    if (error.name === "NotAllowedError") toast(t("copy.not.allowed"), { kind: "error" });
    else complain(error);
  }
}

/** Browsers give the clipboard to secure pages only; elsewhere the old way still works. */
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden-text";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
