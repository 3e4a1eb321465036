import { get, whenSignedOut } from "./core/api.js";
import { button } from "./core/buttons.js";
import { h, show } from "./core/dom.js";
import { startLanguage, t } from "./core/i18n.js";
import { startLive, stopLive } from "./core/live.js";
import { focusView, render, startRouter } from "./core/router.js";
import { startTheme } from "./core/theme.js";
import { describe } from "./core/toast.js";
import { mountSignIn } from "./account/sign-in.js";
import { showTopBar } from "./account/top-bar.js";

const top = document.getElementById("top");
const main = document.getElementById("main");

/** Who is signed in; null for nobody. */
let user = null;

/** Views are fetched when they are first shown, so that the first of them is there sooner. */
const ROUTES = [
  [/^\/$/, signedIn(async (...view) => (await import("./library/library-page.js")).mountLibrary(...view))],
  [/^\/t\/(?<id>tr_[\w-]+)$/, signedIn(async (...view) => (await import("./transcript/transcript-page.js")).mountTranscript(...view))],
  [
    /^\/settings(?:\/(?<section>[a-z-]+))?$/,
    signedIn(async (...view) => (await import("./settings/settings-page.js")).mountSettings(...view, user)),
  ],
];

function signedIn(mount) {
  return async (place, parameters) => {
    try {
      return await (user ? mount(place, parameters) : mountSignIn(place, welcome));
    } catch (error) {
      // Whoever has just been signed out sees that view instead.
      if (error?.status !== 401) showUnreachable(error, render);
      return undefined;
    }
  };
}

async function welcome(account) {
  user = account;
  showTopBar(top, user, signedOut);
  startLive();
  await render();
  focusView();
}

function signedOut() {
  user = null;
  stopLive();
  show(top);
  render().then(focusView);
}

async function whoAmI() {
  try {
    return await get("/auth/me");
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

async function start() {
  startTheme();
  whenSignedOut(() => user && signedOut());
  const language = startLanguage();
  try {
    [user] = await Promise.all([whoAmI(), language]);
  } catch {
    await language;
    return showUnreachable(null, start);
  }
  document.addEventListener("languagechange-page", () => {
    if (user) showTopBar(top, user, signedOut);
    render();
  });
  if (user) {
    showTopBar(top, user, signedOut);
    startLive();
  }
  await startRouter(main, ROUTES);
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
