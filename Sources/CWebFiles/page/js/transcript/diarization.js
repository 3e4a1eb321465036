import { call, get } from "../core/api.js";
import { onLive } from "../core/live.js";
import { announce } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";
import { isActive, updated } from "../core/jobs.js";

/**
 * A job that tells the speakers of a finished transcript apart anew. The text can be read and edited meanwhile; the new speakers
 * come as a new version of it. Says with `state` how the job stands.
 */
export class Diarization extends EventTarget {
  #target;
  #job = null;

  constructor(target, signal) {
    super();
    this.#target = target;
    onLive((type, data) => this.#hear(type, data), signal);
  }

  /** The job that waits or runs; null when there is none. */
  get job() {
    return this.#job;
  }

  /** Has speakers told apart. `speakers` is how many there are, `model` which model does it; null for what is usual. */
  async start({ speakers, model }) {
    const made = await call("POST", `/transcriptions/${this.#target}:diarize`, { speakers, model });
    this.#set({ id: made.id, status: made.status, progress: 0, progress_stage: "queued" });
  }

  /** Looks whether a job waits or runs; `target` is the transcription if it was just fetched. */
  async look(target) {
    const { diarization_job_id: id } = target ?? (await get(`/transcriptions/${this.#target}`));
    if (id) this.#set(await get(`/transcriptions/${id}`));
    else if (this.#job) this.#set(null);
  }

  /** Gives it up; the transcript stays as it is. */
  async stop() {
    await call("POST", `/transcriptions/${this.#job.id}:cancel`);
  }

  #hear(type, data) {
    if (type === "snapshot") return void this.look().catch(complain);
    if (!this.#job || data.id !== this.#job.id) return;
    const job = updated(this.#job, data);
    if (type === "transcription.deleted" || !isActive(job)) return void this.#end(job);
    this.#set(job);
  }

  #end(job) {
    this.#set(null);
    if (job.status === "completed") announce(t("diarize.done"));
    if (job.status === "failed") toast(t("diarize.failed", { why: job.error ?? t("status.failed") }), { kind: "error" });
  }

  #set(job) {
    this.#job = job;
    this.dispatchEvent(new CustomEvent("state"));
  }
}
