import { settle } from "../core/account.js";
import { call } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { menuButton } from "../core/menu.js";
import { go } from "../core/router.js";
import { chooseTheme, currentTheme, THEMES } from "../core/theme.js";
import { complain } from "../core/toast.js";

/** The bar at the top: home, settings and the account. */
export function showTopBar(place, user, signedOut) {
  const skip = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  show(
    place,
    h("a", { class: "skip-link", href: "#main", on: { click: skip } }, t("skip")),
    h(
      "a",
      { class: "brand", href: "/" },
      h("img", { src: "/web/icon.svg", alt: "", width: 28, height: 28 }),
      h("span", {}, "Scriberr"),
    ),
    h(
      "nav",
      { class: "top-links", "aria-label": t("nav") },
      h("a", { class: "button button-quiet top-link", href: "/settings", title: t("settings") }, icon("settings"), settingsLabel()),
      menuButton({ class: "account-button", "aria-label": t("account.of", { name: user.username }) }, initial(user.username), () =>
        accountMenu(user, signedOut),
      ),
    ),
  );
}

function settingsLabel() {
  return h("span", { class: "tool-label" }, t("settings"));
}

function initial(name) {
  return h("span", { class: "initial", "aria-hidden": "true" }, [...name][0].toUpperCase());
}

function accountMenu(user, signedOut) {
  const signOut = (everywhere) => async () => {
    try {
      await settle();
      if (everywhere) await call("POST", "/auth/logout-all");
      await call("DELETE", "/auth/session");
      signedOut();
    } catch (error) {
      complain(error);
    }
  };
  return [
    { label: t("account.settings", { name: user.username }), icon: icon("key"), run: () => go("/settings/account") },
    ...THEMES.map((theme, index) => ({
      label: t(`theme.${theme}`),
      begins: index === 0,
      checked: theme === currentTheme(),
      icon: icon(theme === currentTheme() ? "check" : "more"),
      run: () => chooseTheme(theme),
    })),
    { label: t("signout"), icon: icon("leave"), begins: true, run: signOut(false) },
    { label: t("signout.everywhere"), icon: icon("leave"), run: signOut(true) },
  ];
}
