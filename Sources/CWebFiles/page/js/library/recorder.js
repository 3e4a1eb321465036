import { currentAccount, isCurrent, untilCurrent } from "../core/account.js";
import { call, get, request } from "../core/api.js";
import { button } from "../core/buttons.js";
import { announce, h, show } from "../core/dom.js";
import { confirmed } from "../core/dialog.js";
import { bytes, clock, moment } from "../core/format.js";
import { currentLocale, t } from "../core/i18n.js";
import { notice } from "../core/notice.js";
import { complain, describe, toast } from "../core/toast.js";
import { LevelMeter } from "./level-meter.js";

const PIECE_MILLISECONDS = 2_000;
const RETRY_MILLISECONDS = 2_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** Tells that no recording is under way any more. */
const ENDED = "recorder-ended";

/** A button that records from the microphone, in a panel below it. One recording at a time, whichever view began it. */
export function recordButton(options, signal, unfinished) {
  const opener = button("mic", t("record.button"), () => start());
  opener.disabled = document.querySelector(".recorder") !== null;
  const ended = () => {
    opener.disabled = false;
    unfinished.load();
  };
  document.addEventListener(ENDED, ended, { signal });
  const start = async () => {
    opener.disabled = true;
    try {
      const recorder = await Recorder.start(options);
      document.getElementById("dock").append(recorder.element);
      recorder.focus();
    } catch (error) {
      opener.disabled = false;
      toast(problemText(error), { kind: "error", milliseconds: 12_000 });
    }
  };
  return opener;
}

function problemText(error) {
  if (!navigator.mediaDevices) return t("record.insecure");
  if (error.name === "NotAllowedError") return t("record.not.allowed");
  if (error.name === "NotFoundError") return t("record.no.microphone");
  return error.message;
}

/**
 * One recording under way. Its pieces go to the server every other second and are kept there at once; when the connection is
 * away, or its account signed out, they wait here, in order.
 */
class Recorder {
  #options;
  #media;
  #stream;
  #id;
  #account = currentAccount();
  #meter;
  #pieces = [];
  #next = 0;
  #sending = null;
  #isStuck = false;
  #isLost = false;
  #isHalting = false;
  #over = new AbortController();
  #began = performance.now();
  #time = h("span", { class: "recorder-time", role: "timer" }, "0:00");
  #note = h("span", { class: "recorder-note", role: "status" });
  #stopButton;

  static async start(options) {
    if (!navigator.mediaDevices || !window.MediaRecorder) throw new Error(t("record.insecure"));
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    try {
      const type = TYPES.find((name) => MediaRecorder.isTypeSupported(name)) ?? "";
      const media = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 64_000 });
      const title = t("record.name", { when: new Date().toLocaleString(currentLocale(), { dateStyle: "medium", timeStyle: "short" }) });
      const made = await call("POST", "/recordings", { title, mime_type: (media.mimeType || type).replace(/\s/g, "") });
      return new Recorder(options, media, stream, made.id);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  constructor(options, media, stream, id) {
    [this.#options, this.#media, this.#stream, this.#id] = [options, media, stream, id];
    this.#meter = new LevelMeter(stream);
    this.#stopButton = button("stop", t("record.stop"), () => this.#stop(), "main");
    this.element = h(
      "section",
      { class: "recorder", "aria-label": t("record.label") },
      h("span", { class: "recorder-dot", "aria-hidden": "true" }),
      this.#time,
      this.#meter.element,
      this.#note,
      this.#stopButton,
      button(null, t("record.discard"), () => this.#discard(), "quiet"),
    );
    media.addEventListener("dataavailable", (event) => event.data.size > 0 && this.#keep(event.data));
    media.addEventListener("stop", () => this.#isHalting || this.#lose());
    media.start(PIECE_MILLISECONDS);
    this.timer = setInterval(() => (this.#time.textContent = clock((performance.now() - this.#began) / 1000)), 500);
    addEventListener("beforeunload", (event) => this.#isStuck && event.preventDefault(), { signal: this.#over.signal });
    announce(t("record.started"));
  }

  focus() {
    this.#stopButton.focus();
  }

  #say(text, isProblem = false) {
    this.#note.textContent = text;
    this.#note.classList.toggle("warn-text", isProblem);
  }

  #keep(piece) {
    this.#pieces.push(piece);
    this.#sending ??= this.#send()
      .catch((error) => error.name === "AbortError" || this.#say(describe(error), true))
      .finally(() => (this.#sending = null));
  }

  async #send() {
    while (this.#pieces.length > 0) {
      const path = `/recordings/${this.#id}/pieces/${this.#next}`;
      const headers = { "Content-Type": "application/octet-stream" };
      await this.#insist((how) => request("PUT", path, { ...how, body: this.#pieces[0], headers }));
      this.#pieces.shift();
      this.#next += 1;
      this.#say(t(this.#isLost ? "record.lost" : "record.kept"), this.#isLost);
    }
  }

  /** Tries until it is done, while the connection is away or the account is not signed in. Throws what is refused for good. */
  async #insist(action) {
    const { signal } = this.#over;
    for (;;) {
      try {
        const answer = await action({ signal, account: this.#account.id });
        this.#isStuck = false;
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        this.#isStuck = true;
        if (error.status !== 401 && !error.isPassing) throw error;
        const isSignedOut = !isCurrent(this.#account.id);
        this.#say(isSignedOut ? t("record.signed.out", { name: this.#account.username }) : t("record.waiting"), true);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
        await untilCurrent(this.#account.id, signal);
      }
    }
  }

  async #halt() {
    this.#isHalting = true;
    if (this.#media.state !== "inactive") {
      const last = new Promise((resolve) => this.#media.addEventListener("stop", resolve, { once: true }));
      this.#media.stop();
      await last;
    }
    this.#rest();
  }

  /** The microphone went away by itself. */
  #lose() {
    this.#isLost = true;
    this.#rest();
    this.#say(t("record.lost"), true);
    toast(t("record.lost"), { kind: "error" });
  }

  /** Nothing more is heard. */
  #rest() {
    if (this.element.classList.contains("is-resting")) return;
    this.element.classList.add("is-resting");
    clearInterval(this.timer);
    this.#meter.stop();
    for (const track of this.#stream.getTracks()) track.stop();
  }

  async #stop() {
    this.#stopButton.disabled = true;
    this.#say(t("record.saving"));
    try {
      await this.#halt();
      await this.#sending;
      await this.#send();
      await this.#insist((how) => call("POST", `/recordings/${this.#id}:finish`, this.#options.request, how));
      toast(t("record.done"));
      this.#end();
    } catch (error) {
      if (error.name === "AbortError") return;
      // What could not be sent stays here, to be tried again or thrown away.
      this.#say(describe(error), true);
      this.#stopButton.disabled = false;
    }
  }

  async #discard() {
    if (!(await confirmed(t("record.discard"), t("record.discard.sure"), t("record.discard")))) return;
    try {
      await this.#halt();
      this.#over.abort();
      await this.#sending;
      await call("DELETE", `/recordings/${this.#id}`, undefined, { account: this.#account.id });
    } catch (error) {
      complain(error);
    }
    this.#end();
  }

  #end() {
    this.#over.abort();
    this.element.remove();
    document.dispatchEvent(new Event(ENDED));
  }
}

/** Recordings that a closed page left behind: they can be finished or thrown away. */
export class UnfinishedRecordings {
  #options;
  #signal;
  element = h("div", {});

  constructor(options, signal) {
    [this.#options, this.#signal] = [options, signal];
  }

  async load() {
    try {
      const { items } = await get("/recordings", { signal: this.#signal });
      const isOpen = document.querySelector(".recorder") !== null;
      show(this.element, !isOpen && items.filter((item) => item.pieces > 0).map((item) => this.#item(item)));
    } catch (error) {
      if (error.name !== "AbortError") complain(error);
    }
  }

  #item(recording) {
    const finish = async () => {
      await call("POST", `/recordings/${recording.id}:finish`, this.#options.request);
      toast(t("record.done"));
    };
    const drop = async () => {
      const isSure = await confirmed(t("record.discard"), t("record.discard.sure"), t("record.discard"));
      if (isSure) await call("DELETE", `/recordings/${recording.id}`);
    };
    const run = (action) => () => action().catch(complain).finally(() => this.load());
    const facts = t("record.unfinished", { title: recording.title, size: bytes(recording.size_bytes), when: moment(recording.updated_at) });
    return notice(
      "plain",
      "mic",
      facts,
      button(null, t("record.finish"), run(finish)),
      button(null, t("record.discard"), run(drop), "quiet"),
    );
  }
}
