const KEY = "scriberr.theme";

/** The looks there are: as the system has it, light, dark. */
export const THEMES = ["auto", "light", "dark"];

/** The look that was chosen. */
export function currentTheme() {
  try {
    const theme = localStorage.getItem(KEY);
    return THEMES.includes(theme) ? theme : "auto";
  } catch {
    return "auto";
  }
}

/** Uses the look that was chosen before. */
export function startTheme() {
  document.documentElement.dataset.theme = currentTheme();
}

/** Remembers a look and uses it. */
export function chooseTheme(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing still shows the look until the page is closed.
  }
  document.documentElement.dataset.theme = theme;
}
