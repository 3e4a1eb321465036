import { get } from "./api.js";
import { languageName } from "./format.js";
import { currentLanguage, t } from "./i18n.js";

/** The models that write text, the installed and the default one first. */
export async function transcriptionModels(signal) {
  const { items } = await get("/models/transcription?capability=transcription", { signal });
  return items.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function rank(model) {
  return (model.default ? -2 : 0) + (model.installed ? -1 : 0);
}

/** Choices of a model for a select; the empty one leaves it to the server. */
export function modelChoices(models) {
  return [["", t("options.model.default")], ...models.map((model) => [model.id, modelName(model)])];
}

/** A model's name, and whether it still has to be fetched; nothing for no model. */
export function modelName(model) {
  if (!model) return null;
  return model.installed ? model.name : t("model.not.installed", { name: model.name });
}

/** Choices of a language: those that the model knows, or where that is not said all that models usually know, and `present`. */
export function languageChoices(model, present) {
  const codes = model?.languages?.length ? model.languages : [...new Set(present ? [...USUAL, present] : USUAL)];
  const names = codes.filter((code) => code !== "auto").map((code) => [code, languageName(code)]);
  names.sort((a, b) => a[1].localeCompare(b[1], currentLanguage()));
  return [["", t("options.language.auto")], ...names];
}

const USUAL = (
  "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it ja jw ka kk " +
  "km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te " +
  "tg th tk tl tr tt uk ur uz vi yi yo yue zh"
).split(" ");
