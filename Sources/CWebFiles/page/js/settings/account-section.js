import { accountSeen, currentAccount, settle } from "../core/account.js";
import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { form } from "../core/dialog.js";
import { checkField, selectField, textField } from "../core/fields.js";
import { chooseLanguage, currentLanguage, LANGUAGES, t } from "../core/i18n.js";
import { chooseTheme, currentTheme, THEMES } from "../core/theme.js";
import { complain, toast } from "../core/toast.js";

/** The page's look, and the account: name, password, sessions. */
export async function fillAccount(place, { signal }) {
  const settings = await get("/settings", { signal });
  show(place, look(), recordings(settings), password(), username(), sessions());
}

function part(title, ...content) {
  return h("section", { class: "part" }, h("h2", {}, title), ...content);
}

function look() {
  const language = async (event) => {
    await chooseLanguage(event.target.value);
    document.dispatchEvent(new Event("languagechange-page"));
  };
  return part(
    t("look"),
    selectField(t("look.language"), Object.entries(LANGUAGES), { value: currentLanguage(), on: { change: language } }),
    selectField(t("look.theme"), THEMES.map((theme) => [theme, t(`theme.${theme}`)]), {
      value: currentTheme(), on: { change: (event) => chooseTheme(event.target.value) },
    }),
  );
}

function recordings(settings) {
  const change = async (event) => {
    try {
      await call("PATCH", "/settings", { auto_transcription_enabled: event.target.checked });
    } catch (error) {
      event.target.checked = !event.target.checked;
      complain(error);
    }
  };
  return part(t("auto"), checkField(t("auto.on"), { checked: settings.auto_transcription_enabled, on: { change } }, t("auto.hint")));
}

function password() {
  const field = (label, name, autocomplete, hint) => textField(label, { name, type: "password", autocomplete }, hint);
  const send = async (data) => {
    await settle();
    await call("POST", "/auth/change-password", Object.fromEntries(data));
    toast(t("password.changed"));
    await leave();
  };
  return part(
    t("password.change"),
    form(
      [
        field(t("password.current"), "current_password", "current-password"),
        field(t("password.new"), "new_password", "new-password", t("password.hint")),
        field(t("password.again"), "confirm_password", "new-password"),
      ],
      { submit: t("password.change"), send },
    ),
  );
}

function username() {
  const send = async (data, element) => {
    const { username: name } = await call("POST", "/auth/change-username", Object.fromEntries(data));
    accountSeen({ ...currentAccount(), username: name });
    element.reset();
    toast(t("username.changed"));
  };
  return part(
    t("username.change"),
    form(
      [
        textField(t("username"), { name: "new_username", autocomplete: "username" }, t("username.hint")),
        textField(t("password"), { name: "password", type: "password", autocomplete: "current-password" }),
      ],
      { submit: t("username.change"), send },
    ),
  );
}

/** Every session has ended, this one too. */
async function leave() {
  await call("DELETE", "/auth/session");
  history.replaceState(null, "", "/");
  accountSeen(null);
}

function sessions() {
  const end = () => settle().then(() => call("POST", "/auth/logout-all")).then(leave).catch(complain);
  return part(
    t("sessions"),
    h("p", { class: "hint" }, t("sessions.hint")),
    button(null, t("signout.everywhere"), end, "danger"),
  );
}
