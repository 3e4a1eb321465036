import { call } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isActive } from "../core/jobs.js";
import { menuButton } from "../core/menu.js";
import { go } from "../core/router.js";
import { complain } from "../core/toast.js";
import { deleteSoon } from "../library/deleting.js";
import { renameDialog, retryDialog } from "../library/job-dialogs.js";
import { copyText } from "./copying.js";
import { fillExports } from "./export-panel.js";
import { fillFacts } from "./facts-panel.js";
import { fillHistory } from "./history-panel.js";
import { showKeys } from "./shortcuts.js";
import { fillSpeakers } from "./speakers-panel.js";

/** The row of tools above a transcript: what opens beside the text, and the menu of everything else. */
export class Toolbar {
  #parts;
  element = h("div", { class: "tools", role: "toolbar", "aria-label": t("transcript.tools") });

  /**
   * @param {object} parts the page's `document`, `changes`, `diarization`, `panel`, `player` and `view`; `find` opens the find
   * bar, `renamed` hears of the job with another title
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Shows the tools that go with a job as it stands. The one that has the focus keeps it. */
  show(job) {
    const { document: text, changes, player, find, diarization } = this.#parts;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.tool : null;
    const isDone = text.version !== null;
    show(
      this.element,
      isDone && tool("undo", t("undo"), () => changes.undo(), { isOff: !changes.canUndo }),
      isDone && tool("redo", t("redo"), () => changes.redo(), { isOff: !changes.canRedo }),
      tool("search", t("find"), find),
      isDone && this.#panelTool("speakers", "people", fillSpeakers(text, changes, player, diarization)),
      isDone && this.#panelTool("history", "history", fillHistory(job.id, text, changes)),
      isDone && this.#panelTool("export", "download", fillExports(job, text)),
      this.#panelTool("facts", "info", fillFacts(job.id)),
      menuButton({ class: "icon-button", "aria-label": t("more.actions") }, icon("more"), () => this.#actions(job, isDone)),
    );
    if (focused) this.element.querySelector(`[data-tool="${focused}"]`)?.focus();
  }

  #panelTool(name, symbol, fill) {
    const { panel } = this.#parts;
    const label = t(`panel.${name}`);
    return tool(symbol, label, () => panel.toggle(name, label, fill), { isOn: panel.name === name });
  }

  #actions(job, isDone) {
    const { view } = this.#parts;
    const cancel = () => call("POST", `/transcriptions/${job.id}:cancel`).catch(complain);
    return [
      isDone && { label: t("copy.text"), icon: icon("copy"), run: () => copyText(async () => plainText(this.#parts.document)) },
      isDone && {
        label: t("unsure.mark"), checked: view.marksUnsure, icon: icon(view.marksUnsure ? "check" : "more"),
        run: () => (view.marksUnsure = !view.marksUnsure),
      },
      { label: t("rename"), icon: icon("edit"), run: () => this.#rename(job) },
      isActive(job)
        ? { label: t("job.cancel"), icon: icon("stop"), run: cancel }
        : { label: t("job.retry"), icon: icon("retry"), run: () => retry(job) },
      { label: t("keys.title"), icon: icon("info"), run: showKeys },
      { label: t("delete"), icon: icon("trash"), danger: true, begins: true, run: () => remove(job) },
    ];
  }

  async #rename(job) {
    const renamed = await renameDialog(job);
    if (renamed) this.#parts.renamed(renamed);
  }
}

function tool(name, label, run, { isOn, isOff } = {}) {
  const pressed = isOn === undefined ? null : String(isOn);
  const props = { type: "button", title: label, "aria-label": label, "aria-pressed": pressed, disabled: isOff === true };
  return h(
    "button",
    { class: "button button-quiet tool", ...props, data: { tool: name }, on: { click: run } },
    icon(name),
    h("span", { class: "tool-label" }, label),
  );
}

/** The whole text, with a name wherever somebody begins to speak. */
function plainText(text) {
  let last = null;
  return text.segments
    .map((segment) => {
      const name = segment.speaker && segment.speaker !== last ? `\n${text.speakerName(segment.speaker)}: ` : "";
      last = segment.speaker;
      return name + segment.text;
    })
    .join("\n")
    .trim();
}

async function retry(job) {
  const id = await retryDialog(job);
  if (id) go(`/t/${id}`);
}

function remove(job) {
  deleteSoon([job], () => go(`/t/${job.id}`));
  go("/");
}
