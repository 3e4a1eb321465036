import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";

/** Takes files that are dropped anywhere on the page, and shows that they can be. */
export function acceptDrops(target, accept, signal) {
  let depth = 0;
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", {}, icon("upload"), t("drop.here")));
  target.append(veil);
  const hide = () => {
    depth = 0;
    veil.hidden = true;
  };
  const on = (type, listener) => target.addEventListener(type, (event) => hasFiles(event) && listener(event), { signal });
  on("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    veil.hidden = false;
  });
  on("dragleave", () => {
    depth -= 1;
    if (depth <= 0) hide();
  });
  on("dragover", (event) => event.preventDefault());
  on("drop", async (event) => {
    event.preventDefault();
    hide();
    accept(await filesOf(event.dataTransfer));
  });
  signal.addEventListener("abort", () => veil.remove(), { once: true });
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

/** The files that were dropped, those in dropped folders too. */
async function filesOf(transfer) {
  // Entries must be asked for before the first wait: the list is empty after it.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.every((entry) => entry.isFile)) return [...transfer.files];
  const found = await Promise.all(entries.map(filesIn));
  return found.flat();
}

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    // A folder is read in parts until one is empty.
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return files;
    files.push(...(await Promise.all(part.map(filesIn))).flat());
  }
}
