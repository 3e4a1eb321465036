import { get, request } from "../core/api.js";
import { h } from "../core/dom.js";
import { formDialog } from "../core/dialog.js";
import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";
import { ExportOptions } from "../transcript/export-options.js";

/** As many as the server packs at once. */
const JOBS_MAX = 500;

/**
 * Asks for a format and downloads the transcripts of jobs as one ZIP.
 * @param {object[]} jobs finished ones
 * @param {number} others how many were chosen that have no text
 */
export async function exportJobs(jobs, others) {
  let formats;
  try {
    formats = (await get("/export-formats")).items;
  } catch (error) {
    return complain(error);
  }
  const options = new ExportOptions(formats);
  const chosen = jobs.slice(0, JOBS_MAX);
  const send = async (data) => {
    const path = `/transcriptions:export?${options.query(data)}`;
    const answer = await request("POST", path, {
      body: JSON.stringify({ ids: chosen.map((job) => job.id) }), headers: { "Content-Type": "application/json" },
    });
    save(await answer.blob(), "transcripts.zip");
    return true;
  };
  const skipped = others > 0 && h("p", { class: "hint" }, t("bulk.export.without", { n: others }));
  const lead = [h("p", {}, t("bulk.export.lead")), skipped].filter(Boolean);
  const done = await formDialog(t("bulk.export.title", { n: chosen.length }), [...lead, options.element], {
    submit: t("export.download"), send,
  });
  if (done) toast(t("bulk.export.done", { n: chosen.length }));
  return undefined;
}

/** Has the browser keep a file. */
function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
