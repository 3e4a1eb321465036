import { get, signIn } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { form } from "../core/dialog.js";
import { textField } from "../core/fields.js";
import { t } from "../core/i18n.js";

/**
 * The first visit, when the first account is made, or signing in.
 * @param {HTMLElement} place
 * @param {(user: object) => void} welcome
 */
export async function mountSignIn(place, welcome) {
  const { registration_enabled: isFirst } = await get("/auth/registration-status");
  document.title = `${t(isFirst ? "first.title" : "signin.title")} – Scriberr`;
  const send = async (data) => {
    const body = Object.fromEntries(data);
    await welcome(await signIn(isFirst ? "/auth/session:register" : "/auth/session", body));
  };
  show(
    place,
    h(
      "section",
      { class: "sign-in" },
      h("img", { class: "sign-in-mark", src: "/web/icon.svg", alt: "", width: 56, height: 56 }),
      h("h1", { tabindex: "-1" }, t(isFirst ? "first.title" : "signin.title")),
      h("p", { class: "lead" }, t(isFirst ? "first.lead" : "signin.lead")),
      form(isFirst ? newAccountFields() : fields(), { submit: t(isFirst ? "first.submit" : "signin.submit"), send }),
    ),
  );
  place.querySelector("input").focus();
}

function fields() {
  return [
    textField(t("username"), { name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true }),
    textField(t("password"), { name: "password", type: "password", autocomplete: "current-password", required: true }),
  ];
}

function newAccountFields() {
  const password = { type: "password", autocomplete: "new-password", required: true };
  return [
    textField(
      t("username"),
      { name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true },
      t("username.hint"),
    ),
    textField(t("password"), { name: "password", ...password }, t("password.hint")),
    textField(t("password.again"), { name: "confirm_password", ...password }),
  ];
}
