import { t } from "../core/i18n.js";
import { meter } from "../core/meter.js";

/** Shows how loud a microphone is, so that silence is noticed before an hour of it is recorded. */
export class LevelMeter {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #samples = new Float32Array(1024);
  #frame = 0;
  #meter = meter(t("record.level"), 0, "level");
  #shown = 0;

  constructor(stream) {
    this.#analyser.fftSize = this.#samples.length;
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    this.#measure();
  }

  get element() {
    return this.#meter.element;
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context.close();
  }

  #measure = () => {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    const decibels = 10 * Math.log10(power + 1e-10);
    // From -60 dB, a quiet room, to 0.
    const level = Math.max(0, Math.min(1, (decibels + 60) / 60));
    this.#shown = Math.max(level, this.#shown * 0.92);
    this.#meter.set(this.#shown);
    this.#frame = requestAnimationFrame(this.#measure);
  };
}
