import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { confirmed, formDialog } from "../core/dialog.js";
import { checkField, textArea, textField } from "../core/fields.js";
import { languageName } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { transcriptionModels } from "../core/models.js";
import { menuButton } from "../core/menu.js";
import { complain } from "../core/toast.js";
import { OptionFields } from "./option-fields.js";

/** Named sets of options. */
export async function fillProfiles(place, { signal, reload }) {
  const [{ items }, models] = await Promise.all([get("/profiles", { signal }), transcriptionModels(signal)]);
  const edit = async (profile) => (await profileDialog(profile, models)) && reload();
  show(
    place,
    h("p", { class: "lead" }, t("profiles.lead")),
    items.length === 0 && h("p", { class: "hint" }, t("profiles.empty")),
    h("ul", { class: "cards" }, items.map((profile) => card(profile, models, edit, reload))),
    button("plus", t("profile.add"), () => edit(null), "main"),
  );
}

function card(profile, models, edit, reload) {
  const { options } = profile;
  const path = `/profiles/${profile.id}`;
  const facts = [
    models.find((model) => model.id === options.model)?.name ?? t("options.model.default"),
    languageName(options.language),
    options.diarization && t("options.diarization"),
    options.task === "translate" && t("options.task.translate"),
  ];
  const run = (action) => () => action().then(reload, complain);
  const remove = async () => {
    const isSure = await confirmed(t("delete"), t("profile.delete.sure", { name: profile.name }), t("delete"));
    if (isSure) await call("DELETE", path);
  };
  const actions = () => [
    { label: t("edit"), icon: icon("edit"), run: () => edit(profile) },
    !profile.is_default && {
      label: t("profile.make.default"), icon: icon("check"), run: run(() => call("POST", `${path}:set-default`)),
    },
    { label: t("delete"), icon: icon("trash"), danger: true, run: run(remove) },
  ];
  return h(
    "li",
    { class: "card" },
    h(
      "div",
      { class: "card-words" },
      h("h2", {}, profile.name, profile.is_default && h("span", { class: "badge badge-completed" }, t("profile.default"))),
      profile.description && h("p", {}, profile.description),
      h("p", { class: "job-facts" }, facts.filter(Boolean).map((fact) => h("span", {}, fact))),
    ),
    menuButton({ class: "icon-button", "aria-label": t("job.actions", { title: profile.name }) }, icon("more"), actions),
  );
}

function profileDialog(profile, models) {
  const options = new OptionFields(models, profile?.options);
  const fields = [
    textField(t("profile.name"), { name: "name", value: profile?.name ?? "", autofocus: true, maxlength: 200 }),
    textArea(t("profile.description"), { name: "description", value: profile?.description ?? "", rows: 2 }),
    options.element,
    checkField(t("profile.is.default"), { name: "is_default", checked: profile?.is_default ?? false }),
  ];
  const send = async (data) => {
    const body = {
      name: data.get("name"), description: data.get("description"), is_default: data.has("is_default"),
      options: options.read(data),
    };
    return profile ? call("PATCH", `/profiles/${profile.id}`, body) : call("POST", "/profiles", body);
  };
  return formDialog(profile ? t("edit") : t("profile.add"), fields, { send, wide: true });
}
