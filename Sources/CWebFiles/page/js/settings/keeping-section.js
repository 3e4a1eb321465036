import { call, get } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { form } from "../core/dialog.js";
import { checkField, textField } from "../core/fields.js";
import { bytes, moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { toast } from "../core/toast.js";

/** For how long recordings and transcripts are kept, what would go now, and what went. */
export async function fillKeeping(place, { signal, user, reload }) {
  const [rules, due, gone, use, everybody] = await Promise.all([
    get("/retention", { signal }),
    get("/retention/preview", { signal }),
    get("/retention/deletions?limit=20", { signal }),
    get("/storage", { signal }),
    user.role === "admin" ? get("/admin/storage", { signal }) : { items: [] },
  ]);
  show(
    place,
    h("p", { class: "lead" }, t("keeping.lead")),
    h(
      "ul",
      { class: "figures" },
      figure(String(use.files), t("keeping.files")),
      figure(bytes(use.audio_bytes), t("keeping.audio")),
      figure(String(use.transcriptions), t("keeping.transcripts")),
      figure(bytes(use.transcript_bytes), t("keeping.texts")),
    ),
    part(t("keeping.rules"), rulesForm(rules, reload)),
    due.items.length > 0 && part(t("keeping.due"), deletions(due.items, "due_at")),
    gone.items.length > 0 && part(t("keeping.gone"), deletions(gone.items, "deleted_at")),
    everybody.items.length > 1 && part(t("keeping.everybody"), storageTable(everybody.items)),
  );
}

function part(title, ...content) {
  return h("section", { class: "part" }, h("h2", {}, title), ...content);
}

function figure(value, label) {
  return h("li", {}, h("strong", {}, value), h("span", {}, label));
}

function rulesForm(rules, reload) {
  const days = (label, name) =>
    textField(label, { name, type: "number", min: 0, max: 36_500, value: rules[name] ?? "" }, t("keeping.days.hint"));
  const number = (text) => (text === "" ? null : Number(text));
  const send = async (data) => {
    await call("PUT", "/retention", {
      audio_days: number(data.get("audio_days")),
      transcript_days: number(data.get("transcript_days")),
      delete_audio_after_success: data.has("delete_audio_after_success"),
    });
    toast(t("keeping.saved"));
    reload();
  };
  return form(
    [
      days(t("keeping.audio.days"), "audio_days"),
      days(t("keeping.transcript.days"), "transcript_days"),
      checkField(
        t("keeping.after.success"),
        { name: "delete_audio_after_success", checked: rules.delete_audio_after_success },
        t("keeping.after.success.hint"),
      ),
    ],
    { submit: t("save"), send },
  );
}

function deletions(items, time) {
  const item = (entry) =>
    h(
      "li",
      {},
      h("strong", {}, entry.title),
      h(
        "p",
        { class: "hint" },
        [t(`keeping.kind.${entry.kind}`), " · ", bytes(entry.size_bytes), " · "],
        h("time", { datetime: entry[time] }, moment(entry[time])),
      ),
    );
  return h("ol", { class: "attempts" }, items.map(item));
}

function storageTable(users) {
  const uses = (user) => [
    String(user.files), bytes(user.audio_bytes), String(user.transcriptions), bytes(user.transcript_bytes),
  ];
  const head = [t("queue.user"), t("keeping.files"), t("keeping.audio"), t("keeping.transcripts"), t("keeping.texts")];
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("keeping.everybody") },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h(
        "tbody",
        {},
        users.map((user) => h("tr", {}, h("th", { scope: "row" }, user.username), uses(user).map((text) => h("td", {}, text)))),
      ),
    ),
  );
}
