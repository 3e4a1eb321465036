import { get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { icon } from "../core/icons.js";
import { notice } from "../core/notice.js";
import { isReturning } from "../core/router.js";
import { complain } from "../core/toast.js";
import { FilterBar } from "./filters.js";
import { leavePlace, placeOf } from "./list-place.js";
import { JobList } from "./job-list.js";
import { IntakeOptions } from "./intake-options.js";
import { acceptDrops } from "./drops.js";
import { Uploads } from "./uploads.js";
import { addressButton, askForAddress } from "./import-address.js";
import { Imports } from "./imports.js";
import { acceptPastes } from "./pasting.js";
import { recordButton, UnfinishedRecordings } from "./recorder.js";

/** Everything that was transcribed, and where new recordings go. */
export async function mountLibrary(place) {
  document.title = `${t("library.title")} – Scriberr`;
  const leaving = new AbortController();
  const { signal } = leaving;
  const options = new IntakeOptions(signal);
  const list = new JobList(signal);
  const uploads = new Uploads(options, (job) => list.add(job));
  const filters = new FilterBar((query) => list.load(query));
  const pause = h("div", {});
  const unfinished = new UnfinishedRecordings(options, signal);
  const imports = new Imports((url) => askForAddress(options, imports, url), signal);

  const picker = h("input", {
    type: "file", multiple: true, accept: "audio/*,video/*", class: "hidden-text", tabindex: "-1", "aria-hidden": "true",
    on: { change: () => (uploads.add([...picker.files]), (picker.value = "")) },
  });
  show(
    place,
    h("h1", { class: "hidden-text", tabindex: "-1" }, t("library.title")),
    h(
      "section",
      { class: "intake", "aria-label": t("intake.label") },
      h(
        "div",
        { class: "intake-main" },
        h("span", { class: "intake-mark" }, icon("upload")),
        h(
          "div",
          { class: "intake-words" },
          h("p", { class: "intake-title" }, t("intake.title")),
          h("p", { class: "hint" }, t("intake.hint")),
        ),
        h(
          "div",
          { class: "intake-buttons" },
          picker,
          button("plus", t("intake.choose"), () => picker.click(), "main"),
          recordButton(options, signal, unfinished),
          addressButton(options, imports),
        ),
      ),
      options.element,
    ),
    unfinished.element,
    uploads.element,
    imports.element,
    pause,
    filters.element,
    list.element,
  );
  acceptDrops(document.body, (files) => uploads.add(files), signal);
  const address = (url) => askForAddress(options, imports, url);
  acceptPastes({ files: (files) => uploads.add(files), address }, signal);
  onLive((type) => {
    if (type.startsWith("queue.") || type === "open") showPause(pause, signal);
  }, signal);
  options.load().catch(complain);
  unfinished.load();
  imports.load();
  showPause(pause, signal);
  const before = isReturning() ? placeOf(filters.search) : null;
  if (before) list.show(filters.query, before.rows).then(() => signal.aborted || scrollTo(0, before.top));
  else list.load(filters.query);
  return () => {
    leavePlace({ search: filters.search, rows: list.count, top: scrollY });
    leaving.abort();
    uploads.leave();
  };
}

/** Tells that nothing new is begun, when that is so. */
async function showPause(place, signal) {
  try {
    const { paused } = await get("/admin/queue", { signal });
    show(place, paused && notice("warn", "pause", t("queue.is.paused")));
  } catch (error) {
    if (error.name !== "AbortError") show(place);
  }
}
