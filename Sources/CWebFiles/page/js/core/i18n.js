import en from "./strings.en.js";

// One table for each language; English is complete and stands in for what another lacks.
const LOADERS = { de: () => import("./strings.de.js") };
const KEY = "scriberr.language";

let language = "en";
let strings = en;
let plurals = new Intl.PluralRules("en");

/** The languages that the page speaks, with their own names. */
export const LANGUAGES = { en: "English", de: "Deutsch" };

/** Chooses the language: what was chosen here before, else what the browser prefers. Resolves when it can be used. */
export async function startLanguage() {
  await useLanguage(chosen() ?? preferred());
}

/** The language in use, as in `lang`. */
export function currentLanguage() {
  return language;
}

/** The language in the reader's own country's form, for dates and numbers. */
export function currentLocale() {
  return navigator.languages.find((code) => code.startsWith(language)) ?? language;
}

/** Remembers a choice and uses it. */
export async function chooseLanguage(code) {
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // A browser that keeps nothing still shows the language until the page is closed.
  }
  await useLanguage(code);
}

/**
 * The text for `key`. `{name}` in it is replaced from `values`; with a number `n` the forms `key.one` and `key.other` count.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const form = typeof values.n === "number" ? `${key}.${plurals.select(values.n)}` : key;
  const text = strings[form] ?? strings[`${key}.other`] ?? strings[key] ?? en[form] ?? en[`${key}.other`] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

/** The text for `key`, or `fallback` where there is none: for codes that the server may add to. */
export function tOr(key, fallback) {
  return strings[key] ?? en[key] ?? fallback;
}

function shown(value) {
  return typeof value === "number" ? value.toLocaleString(currentLocale()) : value;
}

function chosen() {
  try {
    const code = localStorage.getItem(KEY);
    return code in LANGUAGES ? code : null;
  } catch {
    return null;
  }
}

function preferred() {
  return navigator.languages.map((code) => code.slice(0, 2)).find((code) => code in LANGUAGES) ?? "en";
}

async function useLanguage(code) {
  strings = code in LOADERS ? (await LOADERS[code]()).default : en;
  language = code;
  plurals = new Intl.PluralRules(code);
  document.documentElement.lang = code;
}
