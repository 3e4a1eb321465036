import { ApiError, call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { confirmed, dialog, formDialog } from "../core/dialog.js";
import { checkField, textField } from "../core/fields.js";
import { moment } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t, tOr } from "../core/i18n.js";
import { menuButton } from "../core/menu.js";
import { notice } from "../core/notice.js";
import { complain, describe, toast } from "../core/toast.js";
import { showSecret } from "./secret-dialog.js";

const EVENTS = [
  "transcription.completed", "transcription.failed", "transcription.canceled", "transcription.created", "transcript.updated",
  "file.ready",
];

/** Addresses that are told of what happens, and the log of telling them. */
export async function fillWebhooks(place, { signal, reload }) {
  const { items } = await get("/webhooks", { signal });
  const add = async () => {
    const hook = await hookDialog(null);
    if (!hook) return;
    await showSecret(t("webhook.secret"), t("webhook.secret.hint"), hook.secret);
    reload();
  };
  show(
    place,
    h("p", { class: "lead" }, t("webhooks.lead")),
    items.length === 0 && h("p", { class: "hint" }, t("webhooks.empty")),
    h("ul", { class: "cards" }, items.map((hook) => card(hook, reload))),
    button("plus", t("webhook.add"), add, "main"),
  );
}

function card(hook, reload) {
  const run = (action) => () => action().then(reload, complain);
  const path = `/webhooks/${hook.id}`;
  const rotate = async () => {
    const { secret } = await call("POST", `${path}:rotate-secret`);
    await showSecret(t("webhook.secret"), t("webhook.secret.hint"), secret);
  };
  const remove = async () => {
    if (await confirmed(t("delete"), t("webhook.delete.sure", { url: hook.url }), t("delete"))) await call("DELETE", path);
  };
  const actions = () => [
    { label: t("webhook.log"), icon: icon("history"), run: () => showLog(hook) },
    { label: t("webhook.test"), icon: icon("play"), run: () => test(path) },
    { label: t("edit"), icon: icon("edit"), run: () => hookDialog(hook).then((changed) => changed && reload()) },
    {
      label: t(hook.enabled ? "webhook.disable" : "webhook.enable"), icon: icon(hook.enabled ? "pause" : "check"),
      run: run(() => call("PATCH", path, { enabled: !hook.enabled })),
    },
    { label: t("webhook.rotate"), icon: icon("key"), run: run(rotate) },
    { label: t("delete"), icon: icon("trash"), danger: true, run: run(remove) },
  ];
  const isAll = hook.events.length === 0 || hook.events.includes("*");
  const types = isAll ? t("webhook.all") : hook.events.map((type) => tOr(`event.${type}`, type)).join(", ");
  return h(
    "li",
    { class: "card" },
    h(
      "div",
      { class: "card-words" },
      h("h2", {}, hook.description || hook.url, !hook.enabled && h("span", { class: "badge badge-failed" }, t("webhook.disabled"))),
      hook.description && h("p", {}, hook.url),
      h("p", { class: "hint" }, types),
      hook.failing_since && h("p", { class: "form-problem" }, t("webhook.failing", { when: moment(hook.failing_since) })),
    ),
    menuButton({ class: "icon-button", "aria-label": t("job.actions", { title: hook.url }) }, icon("more"), actions),
  );
}

function hookDialog(hook) {
  const chosen = new Set(hook?.events ?? EVENTS.slice(0, 2));
  const isAll = hook !== null && (hook.events.length === 0 || chosen.has("*"));
  const types = [...new Set([...EVENTS, ...chosen])].filter((type) => type !== "*");
  const address = { name: "url", type: "url", inputmode: "url", value: hook?.url ?? "", autofocus: true };
  const fields = [
    textField(t("webhook.url"), address, t("webhook.url.hint")),
    textField(t("profile.description"), { name: "description", value: hook?.description ?? "" }),
    h(
      "fieldset",
      { class: "choices" },
      h("legend", {}, t("webhook.events")),
      checkField(t("webhook.all"), { name: "all", checked: isAll }),
      types.map((type) => checkField(tOr(`event.${type}`, type), { name: "events", value: type, checked: chosen.has(type) })),
    ),
  ];
  const send = (data) => {
    const events = data.has("all") ? ["*"] : data.getAll("events");
    if (events.length === 0) throw new ApiError(422, "VALIDATION_ERROR", t("webhook.events.none"));
    const body = { url: data.get("url").trim(), description: data.get("description"), events };
    return hook ? call("PATCH", `/webhooks/${hook.id}`, body) : call("POST", "/webhooks", body);
  };
  return formDialog(hook ? t("edit") : t("webhook.add"), fields, { send });
}

async function test(path) {
  // Whoever does not answer takes a while to be given up.
  const waiting = toast(t("webhook.testing"), { milliseconds: 60_000 });
  try {
    const delivery = await call("POST", `${path}:test`);
    const isGood = delivery.status === "delivered";
    const why = delivery.last_error ?? String(delivery.last_status);
    toast(isGood ? t("webhook.test.good") : t("webhook.test.bad", { why }), { kind: isGood ? "plain" : "error" });
  } catch (error) {
    complain(error);
  } finally {
    waiting.close();
  }
}

function showLog(hook) {
  const body = h("div", { class: "form-part" }, h("p", { role: "status" }, t("loading")));
  const load = async () => {
    try {
      const { items } = await get(`/webhooks/${hook.id}/deliveries?limit=100`);
      const list = () => h("ol", { class: "attempts" }, items.map((item) => delivery(item, load)));
      show(body, items.length === 0 ? h("p", { class: "hint" }, t("webhook.log.empty")) : list());
    } catch (error) {
      show(body, notice("bad", "warn", describe(error)));
    }
  };
  load();
  return dialog(t("webhook.log"), () => [body], { class: "dialog-wide" });
}

function delivery(item, reload) {
  const replay = () => call("POST", `/webhook-deliveries/${item.id}:replay`).then(reload, complain);
  const kind = { delivered: "badge-completed", failed: "badge-failed" }[item.status] ?? "";
  return h(
    "li",
    { class: "delivery" },
    h("span", { class: `badge ${kind}` }, t(`delivery.${item.status}`)),
    h(
      "div",
      { class: "card-words" },
      h("strong", {}, tOr(`event.${item.type}`, item.type)),
      h(
        "p",
        { class: "hint" },
        h("time", { datetime: item.created_at }, moment(item.created_at)),
        [" · ", t("delivery.tries", { n: item.attempts }), item.last_status ? ` · HTTP ${item.last_status}` : ""],
      ),
      item.last_error && h("p", { class: "hint" }, item.last_error),
    ),
    button("retry", t("delivery.replay"), replay, "small"),
  );
}
