import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { confirmed } from "../core/dialog.js";
import { bytes, percent } from "../core/format.js";
import { t, tOr } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { complain, toast } from "../core/toast.js";

/** The models that there are: what they can do, how large they are, what is installed. */
export async function fillModels(place, { signal, user, reload }) {
  const { items } = await get("/models/transcription", { signal });
  const cards = new Map(items.map((model) => [model.id, new ModelCard(model, user.role === "admin", reload)]));
  show(place, h("p", { class: "lead" }, t("models.lead")), h("ul", { class: "cards" }, [...cards.values()].map((card) => card.element)));
  onLive((type, data) => {
    if (type.startsWith("model.")) cards.get(data.id)?.hear(type, data);
  }, signal);
}

class ModelCard {
  #model;
  #isAdmin;
  #reload;
  #side = h("div", { class: "card-side" });

  constructor(model, isAdmin, reload) {
    [this.#model, this.#isAdmin, this.#reload] = [model, isAdmin, reload];
    const facts = [
      model.capabilities.map((name) => tOr(`capability.${name}`, name)).join(", "),
      model.languages.length > 0 && t("model.languages", { n: model.languages.length }),
      model.size_bytes && bytes(model.size_bytes),
      model.licence && t("model.licence", { name: model.licence }),
    ];
    this.element = h(
      "li",
      { class: "card" },
      h(
        "div",
        { class: "card-words" },
        h("h2", {}, model.name, model.default && h("span", { class: "badge" }, t("model.default"))),
        h("p", { class: "job-facts" }, h("code", {}, model.id), facts.filter(Boolean).map((fact) => h("span", {}, fact))),
      ),
      this.#side,
    );
    this.#show();
  }

  /** Shows how a download goes. */
  hear(type, data) {
    if (type === "model.progress") return this.#showProgress(data.progress ?? 0);
    if (type === "model.failed") toast(data.message, { kind: "error" });
    return this.#reload();
  }

  #showProgress(share) {
    const text = t("model.pulling", { share: percent(share) });
    const bar = h("progress", { class: "bar", max: "1", value: String(share), "aria-label": this.#model.name });
    show(this.#side, bar, h("span", { class: "hint", role: "status" }, text));
  }

  #show() {
    const { installed, name, id, provider, download } = this.#model;
    if (download?.status === "downloading") {
      return this.#showProgress(download.total_bytes ? download.received_bytes / download.total_bytes : 0);
    }
    const pull = async () => {
      try {
        await call("POST", `/models/${id}:pull`);
        toast(t("model.pull.started", { name }));
        this.#showProgress(0);
      } catch (error) {
        complain(error);
      }
    };
    const remove = async () => {
      if (!(await confirmed(t("model.remove"), t("model.remove.sure", { name }), t("model.remove")))) return;
      await call("DELETE", `/models/${id}`).then(this.#reload, complain);
    };
    const small = (label, symbol, run) => button(symbol, label, run, "small", { "aria-label": `${label}: ${name}` });
    // What came with the system, such as the offline model, has no size of its own and is not ours to remove.
    const canManage = this.#isAdmin && provider === "local" && (installed ? this.#model.size_bytes : this.#model.downloadable !== false);
    return show(
      this.#side,
      installed && h("span", { class: "badge badge-completed" }, t("model.installed")),
      canManage && (installed ? small(t("model.remove"), "trash", remove) : small(t("model.pull"), "download", pull)),
    );
  }
}
