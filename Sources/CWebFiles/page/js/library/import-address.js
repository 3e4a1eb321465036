import { call } from "../core/api.js";
import { button } from "../core/buttons.js";
import { formDialog } from "../core/dialog.js";
import { textField } from "../core/fields.js";
import { t } from "../core/i18n.js";

/** A button that asks for an address. */
export function addressButton(options, imports) {
  return button("link", t("import.button"), () => askForAddress(options, imports));
}

/**
 * Asks for an address, `url` to begin with. The server fetches what lies there in its own time and transcribes it then, whether
 * this page is still open or not.
 */
export async function askForAddress(options, imports, url = "") {
  const props = { name: "url", type: "url", inputmode: "url", autocomplete: "off", autofocus: true, value: url };
  let asked = url;
  const send = (data) => {
    asked = data.get("url").trim();
    return call("POST", "/files:import-url", { url: asked, transcription: options.request });
  };
  const file = await formDialog(t("import.title"), [textField(t("import.url"), props, t("import.hint"))], {
    submit: t("import.submit"), send,
  });
  if (file) imports.add(file, asked);
}
