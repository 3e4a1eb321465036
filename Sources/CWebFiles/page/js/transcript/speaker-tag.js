import { h } from "../core/dom.js";
import { formDialog } from "../core/dialog.js";
import { textField } from "../core/fields.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { menuButton } from "../core/menu.js";

/** The name above a segment: a menu that gives the segment to somebody else, or renames who it is. */
export function speakerTag(document, changes, segment, begins) {
  const name = document.speakerName(segment.speaker);
  const mark = segment.speaker ? h("span", { class: "speaker-dot", "aria-hidden": "true" }) : icon("people");
  const face = [mark, h("span", { class: begins ? "" : "hidden-text" }, name)];
  const button = { class: "speaker-tag", "aria-label": t("speaker.of.segment", { name }) };
  return menuButton(button, face, () => [
    ...document.labels.map((label) => ({
      label: document.speakerName(label),
      checked: label === segment.speaker,
      icon: icon(label === segment.speaker ? "check" : "people"),
      run: () => label !== segment.speaker && changes.make([{ op: "set_speaker", segment: segment.id, speaker: label }]),
    })),
    { label: t("speaker.new"), icon: icon("plus"), run: () => newSpeaker(document, changes, segment) },
    segment.speaker && {
      label: t("speaker.rename", { name }), icon: icon("edit"), run: () => renameSpeaker(document, changes, segment.speaker),
    },
  ]);
}

/** Asks for a speaker's name. */
export async function renameSpeaker(document, changes, label) {
  const props = { name: "name", value: document.speakers[label] ?? "", autofocus: true, maxlength: 80 };
  const field = textField(t("speaker.name"), props, t("speaker.name.hint"));
  const title = t("speaker.rename", { name: document.speakerName(label) });
  const name = await formDialog(title, [field], { send: async (data) => data.get("name").trim() });
  if (name !== undefined) await changes.make([{ op: "name_speaker", speaker: label, name }]);
}

async function newSpeaker(document, changes, segment) {
  const field = textField(t("speaker.name"), { name: "name", autofocus: true, maxlength: 80 });
  const name = await formDialog(t("speaker.new"), [field], { send: async (data) => data.get("name").trim() });
  if (name === undefined) return;
  const numbers = document.labels.map((label) => Number(label.match(/^SPEAKER_(\d+)$/)?.[1] ?? -1));
  const label = `SPEAKER_${String(Math.max(-1, ...numbers) + 1).padStart(2, "0")}`;
  const operations = [{ op: "set_speaker", segment: segment.id, speaker: label }];
  if (name) operations.push({ op: "name_speaker", speaker: label, name });
  await changes.make(operations);
}
