import { debounced, h } from "../core/dom.js";
import { select } from "../core/fields.js";
import { icon } from "../core/icons.js";
import { t } from "../core/i18n.js";

const STATES = ["", "queued", "processing", "completed", "failed", "canceled"];
const ORDERS = ["-created_at", "created_at", "-updated_at", "title"];

/** Search, state and order of the list. The address remembers them. */
export class FilterBar {
  #form;

  /** @param {(query: URLSearchParams) => void} changed */
  constructor(changed) {
    const given = new URLSearchParams(location.search);
    const soon = debounced(250, () => this.#changed(changed));
    this.#form = h(
      "form",
      {
        class: "filters", role: "search", "aria-label": t("filters.label"),
        on: { submit: (event) => event.preventDefault(), input: soon },
      },
      h(
        "div",
        { class: "search-field" },
        icon("search"),
        h("input", {
          class: "input", type: "search", name: "q", placeholder: t("filters.search"), "aria-label": t("filters.search"),
          value: given.get("q") ?? "",
        }),
      ),
      select(STATES.map((state) => [state, t(state ? `status.${state}` : "filters.all")]), {
        name: "status", "aria-label": t("filters.status"), value: given.get("status") ?? "",
      }),
      select(ORDERS.map((order) => [order, t(`filters.order.${order.replace("-", "last.")}`)]), {
        name: "sort", "aria-label": t("filters.order"), value: given.get("sort") ?? ORDERS[0],
      }),
    );
    this.element = this.#form;
  }

  /** What the list is to show. */
  get query() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form)) if (value.trim()) query.set(name, value.trim());
    return query;
  }

  /** The same as the query of an address; what is usual is left out. */
  get search() {
    const shown = this.query;
    if (shown.get("sort") === ORDERS[0]) shown.delete("sort");
    return shown.size ? `?${shown}` : "";
  }

  #changed(changed) {
    history.replaceState(null, "", `/${this.search}`);
    changed(this.query);
  }
}
