import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { confirmed, formDialog } from "../core/dialog.js";
import { selectField, textField } from "../core/fields.js";
import { moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { complain } from "../core/toast.js";
import { showSecret } from "./secret-dialog.js";

const SCOPES = { read: ["read"], write: ["read", "write"], admin: ["read", "write", "admin"] };

/** Keys for programs. */
export async function fillKeys(place, { signal, user, reload }) {
  const { items } = await get("/api-keys", { signal });
  const add = async () => {
    const key = await keyDialog(user);
    if (!key) return;
    await showSecret(t("key.made"), t("key.once"), key.key);
    reload();
  };
  show(
    place,
    h("p", { class: "lead" }, t("keys.lead"), " ", h("a", { href: "/docs" }, t("keys.docs"))),
    items.length === 0 && h("p", { class: "hint" }, t("keys.empty")),
    h("ul", { class: "cards" }, items.map((key) => card(key, reload))),
    button("plus", t("key.add"), add, "main"),
  );
}

function card(key, reload) {
  const revoke = async () => {
    if (!(await confirmed(t("key.revoke"), t("key.revoke.sure", { name: key.name }), t("key.revoke")))) return;
    await call("DELETE", `/api-keys/${key.id}`).then(reload, complain);
  };
  const largest = ["admin", "write", "read"].find((scope) => key.scopes.includes(scope)) ?? "read";
  const facts = [
    t(`key.scope.${largest}`),
    key.last_used_at ? t("key.used", { when: moment(key.last_used_at) }) : t("key.unused"),
    key.expires_at && t("key.until", { when: moment(key.expires_at) }),
  ];
  return h(
    "li",
    { class: "card" },
    h(
      "div",
      { class: "card-words" },
      h("h2", {}, key.name),
      h("p", { class: "job-facts" }, h("code", {}, key.key_preview), facts.filter(Boolean).map((fact) => h("span", {}, fact))),
    ),
    button("trash", t("key.revoke"), revoke, "small", { "aria-label": `${t("key.revoke")}: ${key.name}` }),
  );
}

function keyDialog(user) {
  const scopes = Object.keys(SCOPES).filter((scope) => scope !== "admin" || user.role === "admin");
  const fields = [
    textField(t("key.name"), { name: "name", autofocus: true, maxlength: 200 }),
    selectField(t("key.scope"), scopes.map((scope) => [scope, t(`key.scope.${scope}`)]), { name: "scopes", value: "write" }),
    textField(t("key.expires"), { name: "expires_at", type: "date" }, t("key.expires.hint")),
  ];
  const send = (data) => {
    const day = data.get("expires_at");
    // Until the end of that day, wherever the browser is.
    const expiry = day ? new Date(`${day}T23:59:59`).toISOString() : null;
    return call("POST", "/api-keys", { name: data.get("name"), scopes: SCOPES[data.get("scopes")], expires_at: expiry });
  };
  return formDialog(t("key.add"), fields, { send });
}

