import { currentAccount } from "../core/account.js";
import { call, get } from "../core/api.js";
import { announce } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { complain, toast } from "../core/toast.js";

/**
 * Sends changes one after the other, each for the version it was made for, and knows the way back. When somebody else was
 * faster, what they wrote is fetched first and the change is offered again.
 */
export class Changes extends EventTarget {
  #path;
  #account = currentAccount().id;
  #document;
  #undo = [];
  #redo = [];
  #queue = Promise.resolve();
  #open = 0;

  constructor(id, document) {
    super();
    this.#path = `/transcriptions/${id}/transcript`;
    this.#document = document;
  }

  /** Whether a change is on its way. */
  get isBusy() {
    return this.#open > 0;
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get canRedo() {
    return this.#redo.length > 0;
  }

  /**
   * Makes changes.
   * @param {object[]} operations as `PATCH …/transcript` takes them
   * @returns {Promise<boolean>} whether they were made
   */
  make(operations) {
    return this.#inTurn(async () => {
      const before = this.#document.version;
      if (!(await this.#send("PATCH", this.#path, { operations }, () => this.make(operations)))) return false;
      if (this.#document.version !== before) {
        this.#undo.push(before);
        this.#redo = [];
      }
      return true;
    });
  }

  /** Goes back to what was before the last change. */
  undo() {
    return this.#step(this.#undo, this.#redo, "edit.undone");
  }

  /** Takes the last step back, back. */
  redo() {
    return this.#step(this.#redo, this.#undo, "edit.redone");
  }

  /** Makes what an earlier version said the present text; can be undone. */
  restore(version) {
    return this.#inTurn(async () => {
      const before = this.#document.version;
      if (!(await this.#restore(version))) return false;
      this.#undo.push(before);
      this.#redo = [];
      return true;
    });
  }

  /** Fetches the present text: somebody else changed it. */
  async reload() {
    this.#document.load(await get(this.#path));
    // The way back leads through what others wrote; it is not ours any more.
    [this.#undo, this.#redo] = [[], []];
    this.#tell();
  }

  #step(from, to, text) {
    return this.#inTurn(async () => {
      if (from.length === 0) return false;
      const before = this.#document.version;
      if (!(await this.#restore(from.at(-1)))) return false;
      from.pop();
      to.push(before);
      announce(t(text));
      return true;
    });
  }

  #restore(version) {
    return this.#send("POST", `${this.#path}/versions/${version}:restore`, undefined, () => this.restore(version));
  }

  async #send(method, path, body, again) {
    try {
      const headers = { "If-Match": `"v${this.#document.version}"` };
      this.#document.apply(await call(method, path, body, { headers, account: this.#account }));
      return true;
    } catch (error) {
      if (error.status === 412) await this.#overtaken(again).catch(complain);
      else complain(error);
      return false;
    }
  }

  async #overtaken(again) {
    const { items } = await get(`${this.#path}/versions`);
    await this.reload();
    toast(t("edit.conflict", { name: items[0]?.author || t("edit.somebody") }), {
      kind: "error", milliseconds: 30_000, action: { label: t("edit.conflict.again"), run: again },
    });
  }

  #inTurn(action) {
    this.#open += 1;
    const turn = this.#queue.then(action).finally(() => {
      this.#open -= 1;
      this.#tell();
    });
    this.#queue = turn.catch(complain);
    return turn;
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("state"));
  }
}
