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

/** Called when the session has ended for good. */
let onSignedOut = () => {};
export function whenSignedOut(action) {
  onSignedOut = action;
}

/**
 * One request.
 * @param {string} method
 * @param {string} path below the API's base
 * @param {{json?: unknown, body?: BodyInit, headers?: Record<string, string>, signal?: AbortSignal, keepalive?: boolean}} [options]
 * @returns {Promise<Response>} an answer of success; anything else throws `ApiError`
 */
export async function request(method, path, options = {}) {
  const first = await send(method, path, options);
  if (first.status !== 401 || path.startsWith("/auth/session")) return checked(first);
  if (!(await refreshSession())) return checked(first);
  return checked(await send(method, path, options));
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

/** Goes on with the session; false when it has ended. Calls that meet share one try, in all open tabs where that can be. */
export function refreshSession() {
  refreshing ??= refreshAlone()
    .then((isGood) => {
      if (!isGood) onSignedOut();
      return isGood;
    })
    .finally(() => (refreshing = null));
  return refreshing;
}
let refreshing = null;

/** A refresh token works once: while another tab uses it up, this one waits and sees what came of it. */
async function refreshAlone() {
  const refresh = async () => (await send("POST", "/auth/session:refresh", {})).ok;
  // Browsers have locks on secure pages only; elsewhere a meeting of two tabs at the same moment costs a new sign-in.
  if (!navigator.locks) return refresh();
  const name = "scriberr.session";
  const mine = await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? refresh() : null));
  if (mine !== null) return mine;
  return navigator.locks.request(name, async () => (await send("GET", "/auth/me", {})).ok);
}

async function send(method, path, { json, body, headers = {}, signal, keepalive }) {
  const init = { method, headers: { ...headers }, signal, keepalive, credentials: "same-origin", cache: "no-cache" };
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
