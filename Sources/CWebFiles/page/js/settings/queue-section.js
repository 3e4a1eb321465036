import { call, get } from "../core/api.js";
import { button } from "../core/buttons.js";
import { h, show, throttled } from "../core/dom.js";
import { moment } from "../core/format.js";
import { t } from "../core/i18n.js";
import { onLive } from "../core/live.js";
import { notice } from "../core/notice.js";
import { complain } from "../core/toast.js";

const STATES = ["queued", "processing", "completed", "failed", "canceled"];

/** What waits and runs, of everybody; and stopping it all. */
export async function fillQueue(place, { signal, user }) {
  const load = async () => draw(place, await get("/admin/queue", { signal }), user, load);
  const soon = throttled(1_000, () => load().catch((error) => error.name !== "AbortError" && complain(error)));
  signal.addEventListener("abort", () => soon.cancel());
  onLive((type) => {
    if (type.startsWith("queue.") || (type.startsWith("transcription.") && !/\.(progress|segment)$/.test(type))) soon();
  }, signal);
  await load();
}

function draw(place, queue, user, load) {
  const set = (verb) => () => call("POST", `/admin/queue:${verb}`).then(load, complain);
  const toggle = queue.paused ? button("play", t("queue.resume"), set("resume"), "main") : button("pause", t("queue.pause"), set("pause"));
  const hadFocus = place.contains(document.activeElement);
  show(
    place,
    h("p", { class: "lead" }, t("queue.lead")),
    queue.paused
      ? notice("warn", "pause", t("queue.paused.since", { when: moment(queue.paused_at) }), toggle)
      : notice("plain", "queue", t("queue.runs"), toggle),
    h("ul", { class: "figures" }, STATES.map((state) => figure(queue[state], t(`status.${state}`)))),
    h("p", { class: "hint" }, t("queue.now", { n: queue.running })),
    table(queue.by_user ?? []),
  );
  if (hadFocus) toggle.focus();
}

function figure(number, label) {
  return h("li", {}, h("strong", {}, String(number)), h("span", {}, label));
}

function table(users) {
  if (users.length === 0) return null;
  const head = [t("queue.user"), ...STATES.map((state) => t(`status.${state}`))];
  const row = (user) => h("tr", {}, h("th", { scope: "row" }, user.username), STATES.map((state) => h("td", {}, String(user[state]))));
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("queue.user") },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, users.map(row)),
    ),
  );
}
