import { address } from "../core/api.js";
import { iconButton } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { select } from "../core/fields.js";
import { clock } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";
import { toast } from "../core/toast.js";
import { Waveform } from "./waveform.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const SKIP_SECONDS = 10;

/** Plays a recording. Tells with `time` events where it is, as often as the screen is drawn. */
export class Player extends EventTarget {
  #audio = new Audio();
  #wave;
  #play = h("button", { class: "play-button", type: "button", on: { click: () => this.toggle() } });
  #time = h("span", { class: "player-time" }, "0:00");
  #speed;
  #frame = 0;
  #stopAt = null;

  constructor(job, signal) {
    super();
    this.#wave = new Waveform((seconds) => this.seek(seconds), signal);
    this.#wave.setLength(job.duration_seconds ?? 0);
    this.#speed = select(SPEEDS.map((speed) => [String(speed), t("player.times", { speed })]), {
      value: "1", class: "input speed", "aria-label": t("player.speed"), on: { change: () => (this.speed = Number(this.#speed.value)) },
    });
    this.element = h(
      "section",
      { class: "player", "aria-label": t("player.label") },
      h(
        "div",
        { class: "player-buttons" },
        this.#button("skipBack", t("player.back", { n: SKIP_SECONDS }), () => this.skip(-SKIP_SECONDS)),
        this.#play,
        this.#button("skipOn", t("player.on", { n: SKIP_SECONDS }), () => this.skip(SKIP_SECONDS)),
      ),
      this.#wave.element,
      this.#time,
      this.#speed,
    );
    this.#listen(signal);
    this.#audio.preload = "metadata";
    this.#audio.src = address(`/transcriptions/${job.id}/audio`);
    this.#wave.load(`/transcriptions/${job.id}/waveform`, signal).catch(() => {
      // Without an outline the slider still works.
    });
    this.#showPlay();
    signal.addEventListener("abort", () => this.#end());
  }

  /** Where it is, in seconds. */
  get seconds() {
    return this.#audio.currentTime;
  }

  get isPlaying() {
    return !this.#audio.paused;
  }

  get speed() {
    return this.#audio.playbackRate;
  }

  set speed(speed) {
    this.#audio.playbackRate = speed;
    this.#speed.value = String(speed);
  }

  /** Plays or pauses. */
  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Plays, until `until` when it is given. */
  async play(until = null) {
    this.#stopAt = until;
    try {
      await this.#audio.play();
    } catch (error) {
      if (error.name !== "AbortError") toast(t("player.failed"), { kind: "error" });
    }
  }

  pause() {
    this.#audio.pause();
  }

  /** Goes to a place. */
  seek(seconds) {
    this.#stopAt = null;
    this.#audio.currentTime = seconds;
    this.#tell();
  }

  /** Goes on or back by so many seconds. */
  skip(seconds) {
    this.seek(Math.max(0, Math.min(this.#wave.seconds || Infinity, this.seconds + seconds)));
  }

  /** The next faster or slower speed. */
  changeSpeed(step) {
    const at = SPEEDS.indexOf(this.speed);
    this.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (at < 0 ? 2 : at) + step))];
  }

  #button(name, label, run) {
    return iconButton(name, label, run);
  }

  #listen(signal) {
    const on = (type, listener) => this.#audio.addEventListener(type, listener, { signal });
    for (const type of ["play", "pause", "ended"]) on(type, () => this.#showPlay());
    on("play", () => this.#follow());
    on("seeked", () => this.#tell());
    on("timeupdate", () => document.hidden || this.#tell());
    on("loadedmetadata", () => (this.#wave.setLength(this.#audio.duration), this.#tell()));
    on("durationchange", () => this.#wave.setLength(this.#audio.duration));
    on("error", () => toast(t("player.failed"), { kind: "error" }));
  }

  #showPlay() {
    const label = t(this.isPlaying ? "player.pause" : "player.play");
    this.#play.setAttribute("aria-label", label);
    this.#play.title = label;
    show(this.#play, icon(this.isPlaying ? "pause" : "play"));
  }

  #follow = () => {
    cancelAnimationFrame(this.#frame);
    this.#tell();
    if (this.#stopAt !== null && this.seconds >= this.#stopAt) this.pause();
    if (this.isPlaying) this.#frame = requestAnimationFrame(this.#follow);
  };

  #tell() {
    this.#wave.show(this.seconds);
    this.#time.textContent = `${clock(this.seconds)} / ${clock(this.#wave.seconds)}`;
    this.dispatchEvent(new CustomEvent("time", { detail: this.seconds }));
  }

  #end() {
    cancelAnimationFrame(this.#frame);
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }
}
