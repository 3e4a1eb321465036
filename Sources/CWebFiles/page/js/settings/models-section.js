import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show } from "../core/dom.js";
import { confirmed } from "../core/dialog.js";
import { bytes, percent } from "../core/format.js";
import { t, tOr } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { complain, toast } from "../core/toast.js";

/** The models that there are: what they can do, how large they are, what is installed. */
export async function fillModels(place, { signal, user }) {
  const { items } = await get("/models/transcription", { signal });
  const cards = new Map(items.map((model) => [model.id, new ModelCard(model, user.role === "admin")]));
  const list = (label, models) =>
    models.length > 0 && [h("h2", {}, label), h("ul", { class: "cards" }, models.map((model) => cards.get(model.id).element))];
  show(
    place,
    h("p", { class: "lead" }, t("models.lead")),
    list(t("models.here"), items.filter((model) => model.installed)),
    list(t("models.there"), items.filter((model) => !model.installed)),
  );
  onLive((type, data) => {
    if (type.startsWith("model.")) cards.get(data.id)?.hear(type, data);
  }, signal);
}

class ModelCard {
  #model;
  #isAdmin;
  #side = h("div", { class: "card-side" });
  #problem = h("p", { class: "form-problem", hidden: true });

  constructor(model, isAdmin) {
    [this.#model, this.#isAdmin] = [model, isAdmin];
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
        h("h3", {}, model.name, model.default && h("span", { class: "badge" }, t("model.default"))),
        h("p", { class: "job-facts" }, h("code", {}, model.id), facts.filter(Boolean).map((fact) => h("span", {}, fact))),
        this.#problem,
      ),
      this.#side,
    );
    this.#show();
  }

  /** Shows how a download goes. */
  hear(type, data) {
    if (type === "model.progress") return this.#showProgress(data.progress);
    if (type === "model.failed") toast(data.message, { kind: "error" });
    return this.#refresh();
  }

  /** Only this card changes, where it stands: whoever reads the list keeps their place. */
  async #refresh() {
    try {
      this.#model = await get(`/models/${encodeURIComponent(this.#model.id)}`);
      this.#show();
    } catch (error) {
      complain(error);
    }
  }

  #showProgress(share) {
    const bar = h("progress", { class: "bar", max: "1", "aria-label": this.#model.name });
    if (typeof share === "number") bar.value = share;
    const text = typeof share === "number" ? t("model.pulling", { share: percent(share) }) : t("model.pulling.begun");
    this.#problem.hidden = true;
    show(this.#side, bar, h("span", { class: "hint", role: "status" }, text));
  }

  #show() {
    const { installed, provider, download } = this.#model;
    if (download?.status === "downloading") {
      return this.#showProgress(download.total_bytes ? download.received_bytes / download.total_bytes : null);
    }
    this.#problem.hidden = download?.status !== "failed";
    this.#problem.textContent = t("job.failed.why", { why: download?.error ?? "" });
    // What came with the system, such as the offline model, has no size of its own and is not ours to remove.
    const canManage = this.#isAdmin && provider === "local" && (installed ? this.#model.size_bytes : this.#model.downloadable);
    return show(
      this.#side,
      installed && h("span", { class: "badge badge-completed" }, t("model.installed")),
      canManage && (installed ? this.#button("model.remove", "trash", this.#remove) : this.#button("model.pull", "download", this.#pull)),
    );
  }

  #button(key, symbol, run) {
    return button(symbol, t(key), run, "small", { "aria-label": `${t(key)}: ${this.#model.name}` });
  }

  #pull = async () => {
    try {
      await call("POST", `/models/${encodeURIComponent(this.#model.id)}:pull`);
      toast(t("model.pull.started", { name: this.#model.name }));
      this.#showProgress(null);
    } catch (error) {
      complain(error);
    }
  };

  #remove = async () => {
    const { id, name } = this.#model;
    if (!(await confirmed(t("model.remove"), t("model.remove.sure", { name }), t("model.remove")))) return;
    await call("DELETE", `/models/${encodeURIComponent(id)}`).then(() => this.#refresh(), complain);
  };
}
