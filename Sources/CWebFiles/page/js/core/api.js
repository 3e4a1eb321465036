import { accountSeen, currentAccount, isCurrent } from "./account.js";
import { t } from "./i18n.js";

// Speaks to the server. The session lives in cookies that no script can read; a session that has run out is taken up once, and
// whoever waits for that shares it.

const BASE = "/api/v1";

/** What the server refuses, or why it cannot be reached (`status` 0). */
export class ApiError extends Error {
  constructor(status, code, message, details = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = details.field ?? null;
    this.requestID = details.request_id ?? null;
  }

  /** Whether trying again later may help. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * One request, for the account that is signed in, or for `account` alone: nothing is sent while somebody else is.
 * @param {string} method
 * @param {string} path below the API's base
 * @param {{json?: unknown, body?: BodyInit, headers?: Record<string, string>, signal?: AbortSignal, keepalive?: boolean, account?: string}} [options]
 * @returns {Promise<Response>} an answer of success; anything else throws `ApiError`
 */
export async function request(method, path, options = {}) {
  const account = options.account ?? currentAccount()?.id;
  if (account && !isCurrent(account)) throw new ApiError(401, "UNAUTHORIZED", t("session.other"));
  const first = await send(method, path, { ...options, account });
  if (first.status !== 401 || path.startsWith("/auth/session")) return checked(first);
  const refused = await failure(401, await first.text());
  // With a field it is about what was sent, such as a wrong password. And what is late is not about who is here now.
  if (refused.field || (account && !isCurrent(account))) throw refused;
  const now = await refreshSession();
  if (!now || (account && now.id !== account)) throw refused;
  return checked(await send(method, path, { ...options, account }));
}

/** Signs in at a path below `/auth`; answers the account. */
export async function signIn(path, credentials) {
  const answer = await checked(await send("POST", path, { json: credentials }));
  return accountOf(answer, (await answer.json()).user);
}

/** The account whose session the browser holds; null for none. */
export async function whoAmI() {
  const answer = await send("GET", "/auth/me", {});
  if (answer.ok) return accountOf(answer, await answer.json());
  if (answer.status !== 401) await checked(answer);
  return refreshSession();
}

function accountOf(answer, { username, role }) {
  return { id: answer.headers.get("X-Scriberr-Account"), username, role };
}

/** The JSON that a GET answers. */
export async function get(path, options) {
  return (await request("GET", path, options)).json();
}

/** Sends JSON and answers JSON; null for an answer without content. */
export async function call(method, path, json, options = {}) {
  const response = await request(method, path, { ...options, json });
  return response.status === 204 ? null : response.json();
}

/** The address of something that an element loads by itself, such as a recording. */
export function address(path) {
  return BASE + path;
}

/** Goes on with the session; answers whose it is, null when it has ended. Calls that meet share one try, in all open tabs where that can be. */
export function refreshSession() {
  refreshing ??= refreshAlone()
    .then((now) => {
      accountSeen(now);
      return now;
    })
    .finally(() => (refreshing = null));
  return refreshing;
}
let refreshing = null;

/** A refresh token works once: while another tab uses it up, this one waits and sees what came of it. */
async function refreshAlone() {
  const refresh = async () => {
    const answer = await send("POST", "/auth/session:refresh", {});
    if (answer.ok) return accountOf(answer, (await answer.json()).user);
    return answer.status === 401 ? null : checked(answer);
  };
  // Browsers have locks on secure pages only; elsewhere a meeting of two tabs at the same moment costs a new sign-in.
  if (!navigator.locks) return refresh();
  const name = "scriberr.session";
  const mine = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => lock && { now: await refresh() });
  if (mine) return mine.now;
  return navigator.locks.request(name, async () => {
    const answer = await send("GET", "/auth/me", {});
    if (answer.ok) return accountOf(answer, await answer.json());
    return answer.status === 401 ? null : checked(answer);
  });
}

async function send(method, path, { json, body, headers = {}, signal, keepalive, account }) {
  const init = { method, headers: { ...headers }, signal, keepalive, credentials: "same-origin", cache: "no-cache" };
  if (account) init.headers["X-Scriberr-Account"] = account;
  if (json !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(json);
  } else if (body !== undefined) init.body = body;
  try {
    return await fetch(BASE + path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "OFFLINE", "The server cannot be reached.");
  }
}

async function checked(response) {
  if (response.ok) return response;
  throw await failure(response.status, await response.text());
}

/** The failure that an answer's text tells of. */
export function failure(status, text) {
  try {
    const { error } = JSON.parse(text);
    return new ApiError(status, error.code, error.message, error);
  } catch {
    return new ApiError(status, "UNKNOWN", `The server answered ${status}.`);
  }
}
