import { svg } from "./dom.js";

// Drawn on a 24 × 24 grid with one pen; stroke only, so that they take the colour of the text beside them.
const PATHS = {
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  more: "M5 11.2a.8.8 0 1 0 0 1.6a.8.8 0 0 0 0-1.6zM12 11.2a.8.8 0 1 0 0 1.6a.8.8 0 0 0 0-1.6zM19 11.2a.8.8 0 1 0 0 1.6a.8.8 0 0 0 0-1.6z",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM16.5 16.5L21 21",
  upload: "M12 16V5M7 9.5L12 4.5l5 5M5 16v3h14v-3",
  download: "M12 5v11M7 11.5l5 5 5-5M5 20h14",
  mic: "M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v3M9 20h6",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M9 5.5v13M15 5.5v13",
  stop: "M7 7h10v10H7z",
  edit: "M5 19h3.5L19 8.5 15.5 5 5 15.5zM13.5 7l3.5 3.5",
  people: "M9 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6zM3.5 19c.5-3.5 2.6-5 5.5-5s5 1.5 5.5 5M16 6a2.5 2.5 0 0 1 0 5M17 14c2 .5 3.2 2 3.5 5",
  history: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4M12 8v4.5l3 2",
  info: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16zM12 11v5M12 8h.01",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  trash: "M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.5 11v4.5M13.5 11v4.5",
  retry: "M20 12a8 8 0 1 1-2.5-5.8M20 4v4h-4",
  undo: "M8 8H15a5 5 0 0 1 0 10h-4M8 8l3.5-3.5M8 8l3.5 3.5",
  redo: "M16 8H9a5 5 0 0 0 0 10h4M16 8l-3.5-3.5M16 8l-3.5 3.5",
  warn: "M12 5l8 14H4zM12 10.5v4M12 17h.01",
  copy: "M9 9h10v10H9zM6 15H5V5h10v1",
  key: "M8 9a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM11 11l8-6M16 7.5l2.5 2.5",
  skipBack: "M11 7L6 12l5 5M18 7l-5 5 5 5",
  skipOn: "M13 7l5 5-5 5M6 7l5 5-5 5",
  follow: "M12 5v14M7 14l5 5 5-5",
  leave: "M14 4.5H5.5v15H14M10 12h10M16.5 8.5L20 12l-3.5 3.5",
  split: "M12 4v16M8 8l-4 4 4 4M16 8l4 4-4 4",
  join: "M4 12h5M20 12h-5M9 8l4 4-4 4M15 8l-4 4 4 4",
  audio: "M4 14v-4M8 17V7M12 14v-4M16 19V5M20 14v-4",
  queue: "M4 7h16M4 12h16M4 17h10",
};

/** A decorative icon; what it means stands beside it or in its button's label. */
export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, svg("path", { d: PATHS[name] }));
}
