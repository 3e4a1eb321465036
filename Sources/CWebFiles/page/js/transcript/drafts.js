import { currentAccount } from "../core/account.js";

/** What was typed and is not saved yet, by account and job; a closed page would lose it. */
const kept = new Map();

addEventListener("beforeunload", (event) => {
  if ([...kept.values()].some(({ texts }) => texts.size > 0)) event.preventDefault();
});

/** Texts of one transcript that could not be saved: the view was left, the session had ended, somebody else was faster. */
export class Drafts {
  #kept;

  constructor(job) {
    const key = `${currentAccount().id}/${job}`;
    if (!kept.has(key)) kept.set(key, { texts: new Map(), saving: Promise.resolve() });
    this.#kept = kept.get(key);
  }

  /** Keeps the text of a segment. */
  keep(segment, text) {
    this.#kept.texts.set(segment, text);
  }

  /** Forgets the text of a segment: it is saved. */
  drop(segment) {
    this.#kept.texts.delete(segment);
  }

  /** Takes one out, of a segment that `isThere`: `[segment, text]`, or undefined. */
  take(isThere) {
    const found = [...this.#kept.texts].find(([segment]) => isThere(segment));
    if (found) this.drop(found[0]);
    return found;
  }

  /** What is being saved of this transcript while no view shows it. */
  get saving() {
    return this.#kept.saving;
  }

  set saving(promise) {
    this.#kept.saving = promise.catch(() => {});
  }
}
