import { currentAccount } from "../core/account.js";
import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { formDialog } from "../core/dialog.js";
import { selectField, textField } from "../core/fields.js";
import { moment } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { menuButton } from "../core/menu.js";
import { complain, toast } from "../core/toast.js";

const ROLES = ["user", "admin"];

/** Accounts, for administrators. */
export async function fillUsers(place, { signal, reload }) {
  const { items } = await get("/admin/users", { signal });
  const add = async () => (await userDialog()) && reload();
  show(
    place,
    h("p", { class: "lead" }, t("users.lead")),
    h("ul", { class: "cards" }, items.map((account) => card(account, account.id === currentAccount().id, reload))),
    button("plus", t("user.add"), add, "main"),
  );
}

function card(account, isSelf, reload) {
  const change = (patch) => () => call("PATCH", `/admin/users/${account.id}`, patch).then(reload, complain);
  const other = account.role === "admin" ? "user" : "admin";
  const actions = () => [
    { label: t("user.reset"), icon: icon("key"), run: () => resetDialog(account) },
    { label: t(`user.role.${other}`), icon: icon("people"), run: change({ role: other }) },
    account.is_disabled
      ? { label: t("user.enable"), icon: icon("check"), run: change({ is_disabled: false }) }
      : { label: t("user.disable"), icon: icon("stop"), danger: true, run: change({ is_disabled: true }) },
  ];
  return h(
    "li",
    { class: "card" },
    h(
      "div",
      { class: "card-words" },
      h(
        "h2",
        {},
        account.username,
        isSelf && h("span", { class: "badge" }, t("user.you")),
        account.is_disabled && h("span", { class: "badge badge-failed" }, t("user.disabled")),
      ),
      h("p", { class: "job-facts" }, h("span", {}, t(`user.role.${account.role}`)), h("span", {}, moment(account.created_at))),
    ),
    !isSelf && menuButton({ class: "icon-button", "aria-label": t("job.actions", { title: account.username }) }, icon("more"), actions),
  );
}

function userDialog() {
  const fields = [
    textField(t("username"), { name: "username", autocomplete: "off", autofocus: true }, t("username.hint")),
    textField(t("password"), { name: "password", type: "password", autocomplete: "new-password" }, t("password.hint")),
    selectField(t("user.role"), ROLES.map((role) => [role, t(`user.role.${role}`)]), { name: "role", value: "user" }),
  ];
  return formDialog(t("user.add"), fields, { submit: t("add"), send: (data) => call("POST", "/admin/users", Object.fromEntries(data)) });
}

async function resetDialog(account) {
  const props = { name: "password", type: "password", autocomplete: "new-password", autofocus: true };
  const field = textField(t("password.new"), props, t("password.hint"));
  const done = await formDialog(t("user.reset"), [field], {
    send: (data) => call("POST", `/admin/users/${account.id}:reset-password`, Object.fromEntries(data)),
  });
  if (done) toast(t("user.reset.done"));
}
