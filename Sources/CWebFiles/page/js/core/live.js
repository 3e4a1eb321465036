import { refreshSession } from "./api.js";

// What happens on the server, over one connection for the whole page. Browsers allow few connections to a server, so a tab that
// nobody looks at gives its own back. A stream begins with a `snapshot` of what waits and runs; from the second one on, anything may
// have happened in between, which `again` tells.

const TYPES = [
  "transcription.created", "transcription.queued", "transcription.updated", "transcription.progress", "transcription.segment",
  "transcription.canceling", "transcription.completed", "transcription.failed", "transcription.canceled",
  "transcription.deleted", "transcript.updated", "file.ready", "file.processing", "file.progress", "file.failed",
  "file.deleted",
  "profile.updated", "settings.updated", "queue.paused", "queue.resumed", "model.progress", "model.ready", "model.failed",
  "model.removed",
];
const HIDDEN_MILLISECONDS = 15_000;
const RETRY_MILLISECONDS = 3_000;

const listeners = new Set();
let source = null;
let retry = 0;
let hiding = 0;
let isWanted = false;
let snapshots = 0;

/** Starts listening. Harmless when it is done twice. */
export function startLive() {
  if (isWanted) return;
  isWanted = true;
  snapshots = 0;
  document.addEventListener("visibilitychange", follow);
  open();
}

/** Stops listening, at sign-out. */
export function stopLive() {
  isWanted = false;
  document.removeEventListener("visibilitychange", follow);
  close();
  tell("stopped", {});
}

/**
 * Hears of events until `signal` is aborted; besides those of the server of `again`, `open`, `lost` and `stopped`.
 * @param {(type: string, data: object) => void} listener
 * @param {AbortSignal} signal
 */
export function onLive(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener), { once: true });
}

function tell(type, data) {
  for (const listener of [...listeners]) listener(type, data);
}

function open() {
  close();
  source = new EventSource(`/api/v1/events?types=${TYPES.join(",")}`);
  for (const type of [...TYPES, "snapshot"]) {
    source.addEventListener(type, (event) => tell(type, JSON.parse(event.data)));
  }
  source.addEventListener("snapshot", () => ++snapshots > 1 && tell("again", {}));
  source.addEventListener("open", () => tell("open", {}));
  source.addEventListener("error", lost);
}

function close() {
  clearTimeout(retry);
  clearTimeout(hiding);
  source?.close();
  source = null;
}

async function lost() {
  tell("lost", {});
  // While the browser tries by itself, nothing is to do. It gives up when the server refuses: the session may have run out.
  if (source?.readyState !== EventSource.CLOSED) return;
  close();
  const isGood = await refreshSession().catch(() => true);
  if (isWanted && isGood) retry = setTimeout(open, RETRY_MILLISECONDS);
}

function follow() {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(close, HIDDEN_MILLISECONDS);
  else if (!source) open();
}
