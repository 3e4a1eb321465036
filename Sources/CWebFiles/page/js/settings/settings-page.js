import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { describe } from "../core/toast.js";
import { icon } from "../core/icons.js";
import { fillAccount } from "./account-section.js";
import { fillKeeping } from "./keeping-section.js";
import { fillKeys } from "./keys-section.js";
import { fillModels } from "./models-section.js";
import { fillProfiles } from "./profiles-section.js";
import { fillQueue } from "./queue-section.js";
import { fillUsers } from "./users-section.js";
import { fillWebhooks } from "./webhooks-section.js";

/** Sections by name; `admin` ones are for administrators. */
const SECTIONS = [
  { name: "profiles", fill: fillProfiles },
  { name: "models", fill: fillModels },
  { name: "keys", fill: fillKeys },
  { name: "webhooks", fill: fillWebhooks },
  { name: "keeping", fill: fillKeeping },
  { name: "account", fill: fillAccount },
  { name: "users", fill: fillUsers, admin: true },
  { name: "queue", fill: fillQueue, admin: true },
];

/** Settings: one section at a time, each with an address of its own. */
export async function mountSettings(place, { section = "profiles" }, user) {
  const sections = SECTIONS.filter((entry) => !entry.admin || user.role === "admin");
  const chosen = sections.find((entry) => entry.name === section) ?? sections[0];
  document.title = `${t(`settings.${chosen.name}`)} – Scriberr`;
  const leaving = new AbortController();
  const body = h("div", { class: "section-body" });
  const link = ({ name }) =>
    h("li", {}, h("a", { href: `/settings/${name}`, "aria-current": name === chosen.name ? "page" : null }, t(`settings.${name}`)));
  show(
    place,
    h(
      "div",
      { class: "settings" },
      h("nav", { class: "section-links", "aria-label": t("settings.sections") }, h("ul", {}, sections.map(link))),
      h("section", { class: "section" }, h("h1", { tabindex: "-1" }, t(`settings.${chosen.name}`)), body),
    ),
  );
  const load = async () => {
    show(body, h("p", { class: "loading", role: "status" }, t("loading")));
    try {
      await chosen.fill(body, { signal: leaving.signal, user, reload: load });
    } catch (error) {
      if (error.name === "AbortError") return;
      show(
        body,
        h(
          "div",
          { class: "empty", role: "alert" },
          icon("warn"),
          h("h2", {}, t("settings.failed")),
          h("p", {}, describe(error)),
          button(null, t("again"), load),
        ),
      );
    }
  };
  await load();
  return () => leaving.abort();
}
