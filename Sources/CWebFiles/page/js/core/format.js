import { currentLocale, t } from "./i18n.js";

/** `0:07`, `12:34` or `1:02:03`. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** A length of time in words: `about 3 minutes`. */
export function roughly(seconds) {
  if (seconds < 50) return t("time.seconds", { n: Math.max(1, Math.round(seconds / 5) * 5) });
  if (seconds < 3000) return t("time.minutes", { n: Math.round(seconds / 60) });
  return t("time.hours", { n: Math.round(seconds / 360) / 10 });
}

/** A size in bytes, in the largest fitting unit. */
export function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit > 0 && value < 10 ? 1 : 0;
  const options = { style: "unit", unit: units[unit], unitDisplay: unit ? "short" : "long", maximumFractionDigits: digits };
  return new Intl.NumberFormat(currentLocale(), options).format(value);
}

/** A share from 0 to 1 as percent. */
export function percent(share) {
  return new Intl.NumberFormat(currentLocale(), { style: "percent" }).format(Math.max(0, Math.min(1, share)));
}

/** A moment as people say it: `today 14:03`, `yesterday 9:10`, `3 Mar 2026`. */
export function moment(iso) {
  const date = new Date(iso);
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000);
  const time = date.toLocaleTimeString(currentLocale(), { hour: "numeric", minute: "2-digit" });
  if (days === 0 || days === 1) return t(days ? "time.yesterday" : "time.today", { time });
  return date.toLocaleDateString(currentLocale(), { day: "numeric", month: "short", year: "numeric" });
}

/** The whole date and time, for titles. */
export function fullMoment(iso) {
  return new Date(iso).toLocaleString(currentLocale(), { dateStyle: "full", timeStyle: "medium" });
}

/** A language's own name in the page's language: `de` → `German`. */
export function languageName(code) {
  if (!code || code === "auto") return t("options.language.auto");
  try {
    return new Intl.DisplayNames(currentLocale(), { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
