import { accountSeen, currentAccount, setAccount, whenOtherIsSeen } from "./core/account.js";
import { ApiError, whoAmI } from "./core/api.js";
import { button } from "./core/buttons.js";
import { h, show } from "./core/dom.js";
import { startLanguage, t } from "./core/i18n.js";
import { onLive, startLive, stopLive } from "./core/live.js";
import { notice } from "./core/notice.js";
import { focusView, go, render, startRouter } from "./core/router.js";
import { startTheme } from "./core/theme.js";
import { complain, describe, toast } from "./core/toast.js";
import { mountSignIn } from "./account/sign-in.js";
import { showTopBar } from "./account/top-bar.js";

/** A stream that is taken up again at once is not worth a word. */
const LOST_MILLISECONDS = 2_000;

const top = document.getElementById("top");
const main = document.getElementById("main");

/** Tells other tabs that somebody signed in or out. */
const tabs = new BroadcastChannel("scriberr.account");

/** Views are fetched when they are first shown, so that the first of them is there sooner. */
const ROUTES = [
  [/^\/$/, signedIn(() => import("./library/library-page.js"), (view, ...place) => view.mountLibrary(...place))],
  [/^\/t\/(?<id>tr_[\w-]+)$/, signedIn(() => import("./transcript/transcript-page.js"), (view, ...place) => view.mountTranscript(...place))],
  [
    /^\/settings(?:\/(?<section>[a-z-]+))?$/,
    signedIn(() => import("./settings/settings-page.js"), (view, ...place) => view.mountSettings(...place, currentAccount())),
  ],
];

function signedIn(load, mount) {
  return async (place, parameters) => {
    try {
      return await (currentAccount() ? mount(await loaded(load), place, parameters) : mountSignIn(place, welcome));
    } catch (error) {
      // Whoever has just been signed out sees that view instead.
      if (error?.status !== 401) showUnreachable(error, render);
      return undefined;
    }
  };
}

/** A view's module. That it cannot be fetched means the same as for any request. */
async function loaded(load) {
  try {
    return await load();
  } catch {
    throw new ApiError(0, "OFFLINE", "The server cannot be reached.");
  }
}

async function welcome(account) {
  await become(account);
  tabs.postMessage("changed");
}

function signedOut() {
  tabs.postMessage("changed");
  return become(null);
}

/** Shows the page to whoever is signed in now; the work of whoever was before waits. */
async function become(account) {
  const before = currentAccount();
  setAccount(account);
  if (account) showTopBar(top, account, signedOut);
  if (before?.id === account?.id) return;
  stopLive();
  if (account) startLive();
  else show(top);
  if (before && account) {
    toast(t("session.now", { name: account.username }));
    await go("/", { replace: true });
  } else await render();
  focusView();
}

async function start() {
  startTheme();
  const language = startLanguage();
  let account;
  try {
    [account] = await Promise.all([whoAmI(), language]);
  } catch {
    await language;
    return showUnreachable(null, start);
  }
  setAccount(account);
  whenOtherIsSeen(become);
  // Whatever another tab did: the server knows who is signed in by now.
  tabs.onmessage = () => whoAmI().then(accountSeen, complain);
  document.addEventListener("languagechange-page", () => {
    if (currentAccount()) showTopBar(top, currentAccount(), signedOut);
    render();
  });
  if (account) {
    showTopBar(top, account, signedOut);
    startLive();
  }
  tellConnection();
  refuseDrops();
  return startRouter(main, ROUTES);
}

/** Says that the server does not answer, for as long as it does not. */
function tellConnection() {
  const note = h("div", { class: "connection", role: "status" });
  top.after(note);
  let wait = 0;
  onLive((type) => {
    if (type === "lost") wait ||= setTimeout(() => show(note, notice("warn", "warn", t("connection.lost"))), LOST_MILLISECONDS);
    if (type !== "open" && type !== "stopped") return;
    clearTimeout(wait);
    wait = 0;
    show(note);
  });
}

/** A file that is dropped where nobody takes it would be shown in the place of the page. */
function refuseDrops() {
  for (const type of ["dragover", "drop"]) {
    addEventListener(type, (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    });
  }
}

function showUnreachable(error, again) {
  show(
    main,
    h(
      "section",
      { class: "empty", role: "alert" },
      h("h1", {}, error && error.status !== 0 ? describe(error) : t("error.offline")),
      h("p", {}, t("error.offline.hint")),
      button(null, t("again"), () => again(), "main"),
    ),
  );
}

start();
