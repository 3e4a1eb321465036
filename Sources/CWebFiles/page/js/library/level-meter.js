import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";

/** Shows how loud a microphone is, so that silence is noticed before an hour of it is recorded. */
export class LevelMeter {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #samples = new Float32Array(1024);
  #frame = 0;
  element = h("meter", { class: "level", min: "0", max: "1", low: "0.05", value: "0", "aria-label": t("record.level") });

  constructor(stream) {
    this.#analyser.fftSize = this.#samples.length;
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    this.#measure();
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
    this.element.value = Math.max(level, this.element.value * 0.92);
    this.#frame = requestAnimationFrame(this.#measure);
  };
}
