import { iconButton } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { select } from "../core/fields.js";
import { roughly } from "../core/format.js";
import { t } from "../core/i18n.js";
import { meter } from "../core/meter.js";
import { DiarizeForm } from "./diarize-form.js";

const SAMPLE_SECONDS = 6;

/** Who speaks: names, shares, a sample of each voice, making one of two, and telling them apart anew. */
export function fillSpeakers(document, changes, player, diarization) {
  return (place, signal) => {
    const list = h("div", {});
    show(place, list, new DiarizeForm(document, diarization, signal).element);
    const draw = () => show(list, ...content(document, changes, player));
    document.addEventListener("load", draw, { signal });
    document.addEventListener("change", draw, { signal });
    draw();
  };
}

function content(document, changes, player) {
  const shares = document.speakerShares();
  if (shares.size === 0) return [h("p", {}, t("speakers.none"))];
  const total = [...shares.values()].reduce((sum, share) => sum + share.seconds, 0);
  return [
    h("p", { class: "hint" }, t("speakers.hint")),
    h("ul", { class: "speakers" }, [...shares].map(([label, share]) => entry(document, changes, player, label, share, total))),
  ];
}

function entry(document, changes, player, label, share, total) {
  const name = document.speakerName(label);
  const field = h("input", {
    class: "input", value: document.speakers[label] ?? "", placeholder: name, maxlength: 80, "aria-label": t("speaker.name.of", { name }),
  });
  const save = () => {
    const value = field.value.trim();
    if (value !== (document.speakers[label] ?? "")) changes.make([{ op: "name_speaker", speaker: label, name: value }]);
  };
  field.addEventListener("change", save);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field.value !== (document.speakers[label] ?? "")) {
      field.value = document.speakers[label] ?? "";
      event.preventDefault();
    } else if (event.key === "Enter") field.blur();
  });
  const sample = () => {
    player.seek(share.first.start);
    player.play(Math.min(share.first.end, share.first.start + SAMPLE_SECONDS));
  };
  const part = total > 0 ? share.seconds / total : 0;
  return h(
    "li",
    { class: "speaker", data: { colour: document.speakerColour(label) } },
    h("span", { class: "speaker-dot", "aria-hidden": "true" }),
    field,
    iconButton("play", t("speaker.sample", { name }), sample),
    meter(t("speaker.share.of", { name }), part, "share").element,
    h("p", { class: "hint" }, t("speaker.share", { time: roughly(share.seconds), n: share.segments })),
    document.labels.length > 1 && merger(document, changes, label, name),
  );
}

function merger(document, changes, label, name) {
  const others = document.labels.filter((other) => other !== label).map((other) => [other, document.speakerName(other)]);
  const props = { class: "input input-small", "aria-label": t("speaker.merge.of", { name }) };
  const choice = select([["", t("speaker.merge")], ...others], props);
  choice.addEventListener("change", () => choice.value && changes.make([{ op: "merge_speakers", from: label, into: choice.value }]));
  return choice;
}
