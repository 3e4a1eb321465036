import { beforeSignOut } from "../core/account.js";
import { get } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { fullMoment, languageName, moment } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { isActive } from "../core/jobs.js";
import { onLive } from "../core/live.js";
import { go } from "../core/router.js";
import { complain, describe } from "../core/toast.js";
import { listAddress } from "../library/list-place.js";
import { Changes } from "./changes.js";
import { Drafts } from "./drafts.js";
import { Diarization } from "./diarization.js";
import { TranscriptDocument } from "./document.js";
import { SegmentEditor } from "./editor.js";
import { FindBar } from "./find-bar.js";
import { Following } from "./following.js";
import { SidePanel } from "./panel.js";
import { Player } from "./player.js";
import { RunState } from "./run-state.js";
import { listenToKeys, showKeys } from "./shortcuts.js";
import { speakerTag } from "./speaker-tag.js";
import { TextView } from "./text-view.js";
import { Toolbar } from "./toolbar.js";

/** One transcription: its text beside its sound. */
export async function mountTranscript(place, { id }) {
  document.title = "Scriberr";
  show(place, h("p", { class: "loading", role: "status" }, t("loading")));
  const leaving = new AbortController();
  try {
    const page = await TranscriptPage.open(id, leaving.signal);
    show(place, page.element);
    page.resume();
    document.body.classList.add("has-player");
  } catch (error) {
    if (error.name !== "AbortError") showMissing(place, error);
  }
  return () => {
    leaving.abort();
    document.body.classList.remove("has-player");
  };
}

function showMissing(place, error) {
  const isGone = error.status === 404;
  show(
    place,
    h(
      "section",
      { class: "empty", role: "alert" },
      icon("warn"),
      h("h1", { tabindex: "-1" }, isGone ? t("transcript.gone") : t("transcript.failed")),
      h("p", {}, isGone ? t("transcript.gone.hint") : describe(error)),
      h("a", { class: "button button-main", href: "/" }, t("library.back")),
    ),
  );
}

class TranscriptPage {
  #job;
  #signal;
  #document = new TranscriptDocument();
  #changes;
  #diarization;
  #player;
  #view;
  #editor;
  #find;
  #following;
  #panel = new SidePanel();
  #run;
  #newest = 0;
  #wasSilent = false;
  #title = h("h1", { class: "page-title", tabindex: "-1", dir: "auto" });
  #facts = h("p", { class: "job-facts" });
  #tools;
  #empty = h("div", {});
  #hint = h("p", { class: "text-hint hint", hidden: true }, t("transcript.hint"));

  static async open(id, signal) {
    await new Drafts(id).saving;
    const [job, transcript] = await Promise.all([
      get(`/transcriptions/${id}`, { signal }),
      get(`/transcriptions/${id}/transcript`, { signal }),
    ]);
    return new TranscriptPage(job, transcript, signal);
  }

  constructor(job, transcript, signal) {
    [this.#job, this.#signal] = [job, signal];
    this.#changes = new Changes(job.id, this.#document);
    this.#diarization = new Diarization(job.id, signal);
    this.#player = new Player(job, signal);
    this.#view = new TextView(this.#document, {
      hear: (seconds) => this.#hearFrom(seconds),
      edit: (index, offset, isDouble) => this.#edit(index, offset, isDouble),
      speaker: (segment, begins) => speakerTag(this.#document, this.#changes, segment, begins),
    });
    this.#editor = new SegmentEditor(this.#document, this.#view, this.#changes, new Drafts(job.id), () => this.#catchUp());
    this.#find = new FindBar(this.#document, this.#view, this.#changes, signal);
    this.#following = new Following(() => (this.#player.isPlaying ? this.#view.litElement : null), signal);
    this.#run = new RunState(job, () => this.#reload());
    this.#tools = new Toolbar({
      document: this.#document, changes: this.#changes, diarization: this.#diarization, panel: this.#panel,
      player: this.#player, view: this.#view,
      find: () => this.#find.open(), renamed: (changed) => this.#renamed(changed),
    });
    this.#build();
    this.#listen();
    this.#document.load(transcript);
    this.#showJob(job);
    this.#diarization.look(job).catch(complain);
    this.#goToPlace();
  }

  /** Goes on with what was typed here before and not saved. */
  resume() {
    if (this.#document.version !== null) this.#editor.resume();
  }

  #hearFrom(seconds) {
    this.#wasSilent = !this.#player.isPlaying;
    this.#player.seek(seconds);
    this.#player.play();
  }

  /** The first click of two has begun to play; whoever means to edit did not ask for that. */
  #edit(index, offset, isDouble) {
    if (isDouble && this.#wasSilent) this.#player.pause();
    if (this.#document.version !== null) this.#editor.open(index, offset);
  }

  /** An address may name a time: a place that was found. */
  #goToPlace() {
    const seconds = Number(new URLSearchParams(location.search).get("at"));
    if (!(seconds > 0)) return;
    this.#player.seek(seconds);
    // Once the view is in the document.
    requestAnimationFrame(() => this.#view.litElement?.scrollIntoView({ block: "center" }));
  }

  #build() {
    this.element = h(
      "div",
      { class: "transcript" },
      h(
        "div",
        { class: "page-head" },
        this.#back(),
        h("div", { class: "page-words" }, this.#title, this.#facts),
        this.#tools.element,
      ),
      h(
        "div",
        { class: "columns" },
        h("div", { class: "text-column" }, this.#run.element, this.#find.element, this.#empty, this.#view.element, this.#hint),
        this.#panel.element,
      ),
      h("div", { class: "follow-place" }, this.#following.element),
      this.#player.element,
    );
  }

  #back() {
    const label = t("library.back");
    return h("a", { class: "icon-button", href: listAddress(), data: { returns: "" }, "aria-label": label, title: label }, icon("back"));
  }

  #listen() {
    const signal = this.#signal;
    this.#player.addEventListener("time", ({ detail: seconds }) => {
      const item = this.#view.light(seconds);
      if (item && !this.#editor.isOpen) this.#following.show(item.element);
    });
    this.#document.addEventListener("load", () => this.#showEmpty());
    this.#document.addEventListener("change", () => this.#showEmpty());
    this.#changes.addEventListener("state", () => {
      this.#tools.show(this.#job);
      this.#catchUp();
    });
    this.#panel.element.addEventListener("panel", () => this.#tools.show(this.#job));
    signal.addEventListener("abort", () => {
      this.#panel.end();
      this.#editor.leave();
    });
    beforeSignOut(() => this.#editor.finish(), signal);
    addEventListener("beforeunload", (event) => this.#editor.isTouched && event.preventDefault(), { signal });
    onLive((type, data) => this.#hear(type, data), signal);
    listenToKeys(this.#keys(), signal);
  }

  #keys() {
    const player = this.#player;
    const segment = (step) => () => {
      const index = this.#document.segmentAt(player.seconds + 0.05) + step;
      const target = this.#document.segments[Math.max(0, index)];
      if (target) player.seek(target.start);
    };
    return {
      " ": () => player.toggle(), k: () => player.toggle(), j: () => player.skip(-10), l: () => player.skip(10),
      ArrowLeft: () => player.skip(-5), ArrowRight: () => player.skip(5), ArrowUp: segment(-1), ArrowDown: segment(1),
      "<": () => player.changeSpeed(-1), ">": () => player.changeSpeed(1), e: () => this.#editSpoken(), "?": showKeys,
      "ctrl+z": () => this.#changes.undo(), "ctrl+shift+z": () => this.#changes.redo(), "ctrl+y": () => this.#changes.redo(),
      "ctrl+f": () => this.#find.open(), Escape: () => this.#panel.close(),
    };
  }

  #editSpoken() {
    const index = Math.max(0, this.#document.segmentAt(this.#player.seconds + 0.05));
    if (this.#document.version !== null && this.#document.segments.length > 0) this.#editor.open(index);
  }

  #showJob(job) {
    this.#job = job;
    document.title = `${job.title} – Scriberr`;
    this.#title.textContent = job.title;
    const language = job.detected_language ?? job.language;
    show(
      this.#facts,
      h("time", { datetime: job.created_at, title: fullMoment(job.created_at) }, moment(job.created_at)),
      language && h("span", {}, languageName(language)),
      job.engine.transcription_model && h("span", {}, job.engine.transcription_model),
    );
    this.#run.show(job);
    this.#tools.show(job);
    this.#showEmpty();
  }

  /** Titles and jobs that the toolbar changed. */
  #renamed(job) {
    this.#showJob({ ...this.#job, ...job });
  }

  #showEmpty() {
    const isEmpty = this.#document.segments.length === 0 && this.#job.status === "completed";
    this.#hint.hidden = this.#document.segments.length === 0 || this.#document.version === null;
    const words = () => [icon("audio"), h("h2", {}, t("transcript.silent")), h("p", {}, t("transcript.silent.hint"))];
    show(this.#empty, isEmpty && h("div", { class: "empty" }, words()));
  }

  #hear(type, data) {
    if (type === "again") return void (this.#reload(), this.#askVersion());
    if (type === "snapshot" && isActive(this.#job)) return this.#reload();
    if (data.id !== this.#job.id) return undefined;
    if (type === "transcription.segment") return this.#document.version === null && this.#document.grow(data);
    if (type === "transcript.updated") return this.#updatedElsewhere(data);
    if (type === "transcription.progress") return this.#run.progress(data);
    if (type === "transcription.updated") this.#askVersion();
    if (type.startsWith("transcription.")) return this.#reload();
    return undefined;
  }

  /** Whether an engine replaced the text, such as one that tells speakers apart anew. */
  async #askVersion() {
    if (this.#document.version === null) return;
    try {
      const { items } = await get(`/transcriptions/${this.#job.id}/transcript/versions`, { signal: this.#signal });
      this.#updatedElsewhere(items[0]);
    } catch (error) {
      if (error.name !== "AbortError") complain(error);
    }
  }

  #updatedElsewhere({ version }) {
    this.#newest = Math.max(this.#newest, version);
    this.#catchUp();
  }

  /** Shows what others wrote. Our own changes come back as events too: while one is on its way, or being typed, this waits. */
  #catchUp() {
    const { version } = this.#document;
    if (version === null || this.#newest <= version || this.#editor.isOpen || this.#changes.isBusy) return;
    this.#changes.reload().catch(complain);
  }

  async #reload() {
    try {
      const wasDone = this.#document.version !== null;
      const job = await get(`/transcriptions/${this.#job.id}`, { signal: this.#signal });
      if (!wasDone || job.status !== this.#job.status) {
        const transcript = await get(`/transcriptions/${job.id}/transcript`, { signal: this.#signal });
        if (!wasDone) this.#document.load(transcript);
      }
      this.#showJob(job);
    } catch (error) {
      if (error.status === 404) go("/");
      else complain(error);
    }
  }
}
