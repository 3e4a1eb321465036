import { call } from "../core/api.js";
import { button } from "../core/buttons.js";
import { formDialog } from "../core/dialog.js";
import { textField } from "../core/fields.js";
import { t } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { complain, toast } from "../core/toast.js";

/** A button that asks for an address. */
export function addressButton(options) {
  return button("link", t("import.button"), () => askForAddress(options));
}

/** Asks for an address, `url` to begin with, has the server fetch what lies there, and transcribes it. */
export async function askForAddress(options, url = "") {
  const field = textField(t("import.url"), { name: "url", type: "url", inputmode: "url", autofocus: true, value: url }, t("import.hint"));
  const file = await formDialog(t("import.title"), [field], {
    submit: t("import.submit"),
    send: (data) => call("POST", "/files:import-url", { url: data.get("url").trim() }),
  });
  if (!file) return;
  toast(t("import.started"));
  transcribeWhenReady(file, options.request);
}

/** The server fetches in its own time; the transcription is asked for as soon as the file is there. */
function transcribeWhenReady(file, request) {
  const waiting = new AbortController();
  const start = async () => {
    waiting.abort();
    try {
      await call("POST", "/transcriptions", { file_id: file.id, ...request });
    } catch (error) {
      complain(error);
    }
  };
  if (file.status === "ready") return start();
  onLive((type, data) => {
    if (data.id !== file.id) return;
    if (type === "file.ready") start();
    if (type !== "file.failed") return;
    waiting.abort();
    toast(t("import.failed"), { kind: "error" });
  }, waiting.signal);
  return undefined;
}
