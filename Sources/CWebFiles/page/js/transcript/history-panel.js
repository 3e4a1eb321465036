import { get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { dialog } from "../core/dialog.js";
import { fullMoment, moment } from "../core/format.js";
import { t, tOr } from "../core/i18n.js";
import { complain, describe } from "../core/toast.js";

/** Every version of the text: who made it, when, of what changes; to look at and to go back to. */
export function fillHistory(id, document, changes) {
  return (place, signal) => {
    const path = `/transcriptions/${id}/transcript/versions`;
    const draw = async () => {
      try {
        const { items } = await get(path, { signal });
        show(place, h("ol", { class: "versions" }, items.map((version) => entry(version, document, path, changes))));
      } catch (error) {
        if (error.name !== "AbortError") show(place, h("p", { role: "alert" }, describe(error)));
      }
    };
    document.addEventListener("load", draw, { signal });
    document.addEventListener("change", draw, { signal });
    draw();
  };
}

function entry(version, document, path, changes) {
  const isPresent = version.version === document.version;
  const what = version.changes.map((name) => tOr(`change.${name}`, name)).join(", ") || t("change.engine");
  return h(
    "li",
    { class: "version", "aria-current": isPresent ? "true" : null },
    h("p", { class: "version-what" }, what),
    h(
      "p",
      { class: "hint" },
      t("version.by", { number: version.version, name: version.author || t("version.engine") }),
      " · ",
      h("time", { datetime: version.created_at, title: fullMoment(version.created_at) }, moment(version.created_at)),
    ),
    h(
      "div",
      { class: "version-buttons" },
      isPresent
        ? h("span", { class: "badge" }, t("version.present"))
        : [
            button(null, t("version.look"), () => look(version, path, changes), "small"),
            button(null, t("version.restore"), () => changes.restore(version.version), "small"),
          ],
    ),
  );
}

async function look(version, path, changes) {
  try {
    const old = await get(`${path}/${version.version}`);
    const wanted = await dialog(
      t("version.title", { number: version.version }),
      (close) => [
        h("div", { class: "version-text", tabindex: "0" }, old.segments.map((segment) => h("p", {}, segment.text))),
        h("div", { class: "form-buttons" }, button(null, t("version.restore"), () => close(true), "main")),
      ],
      { class: "dialog-wide" },
    );
    if (wanted) await changes.restore(version.version);
  } catch (error) {
    complain(error);
  }
}
