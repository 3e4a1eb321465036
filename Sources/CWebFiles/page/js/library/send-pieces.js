import { call, request } from "../core/api.js";

// Resumable uploads, by tus 1.0. What was sent of a file is kept on the server for a day, so that a lost connection, a closed
// tab or a restart costs one piece at most: the same file, chosen again, goes on where it was.

/** Pieces grow on a quick line and shrink on a slow one, so that progress is seen and little is lost with a connection. */
const PIECE_BYTES = { first: 1 << 20, least: 256 << 10, most: 16 << 20 };
const PIECE_MILLISECONDS = { quick: 1_000, slow: 5_000 };
const RETRIES = 6;
const KEY = "scriberr.uploads";
const TUS = { "Tus-Resumable": "1.0.0" };

/**
 * Sends a recording piece by piece and starts its transcription.
 * @param {File} file
 * @param {{profile_id?: string, options?: object}} wanted
 * @param {{signal: AbortSignal, account: string, progress: (share: number) => void}} how `account` is whose recording it is
 * @returns {Promise<string>} the job's id
 */
export async function sendPieces(file, wanted, { signal, account, progress }) {
  const how = { signal, account };
  let upload = (await resumed(file, how)) ?? (await begun(file, how));
  let bytes = PIECE_BYTES.first;
  progress(upload.offset / file.size);
  while (!upload.fileID) {
    const began = performance.now();
    upload = await persistently(signal, () => sendPiece(file, upload, bytes, how), () => look(upload.path, how));
    bytes = nextSize(bytes, performance.now() - began);
    progress(upload.offset / file.size);
  }
  forget(file, account);
  const job = await call("POST", "/transcriptions", { file_id: upload.fileID, ...wanted }, how);
  return job.id;
}

async function begun(file, how) {
  const metadata = { filename: file.name, filetype: file.type, auto_transcribe: "false" };
  const answer = await request("POST", "/uploads", {
    ...how,
    headers: {
      ...TUS,
      "Upload-Length": String(file.size),
      "Upload-Metadata": Object.entries(metadata).map(([key, value]) => `${key} ${base64(value)}`).join(","),
    },
  });
  const path = answer.headers.get("Location").replace(/^.*\/api\/v1/, "");
  remember(file, how.account, path);
  return read(path, answer);
}

async function resumed(file, how) {
  const path = remembered()[fingerprint(file, how.account)];
  if (!path) return null;
  try {
    return await look(path, how);
  } catch (error) {
    if (error.name === "AbortError" || error.isPassing || error.status === 401) throw error;
    forget(file, how.account);
    return null;
  }
}

async function look(path, how) {
  return read(path, await request("HEAD", path, { ...how, headers: TUS }));
}

function nextSize(bytes, milliseconds) {
  if (milliseconds < PIECE_MILLISECONDS.quick) return Math.min(PIECE_BYTES.most, bytes * 2);
  return milliseconds > PIECE_MILLISECONDS.slow ? Math.max(PIECE_BYTES.least, bytes / 2) : bytes;
}

async function sendPiece(file, upload, bytes, how) {
  const answer = await request("PATCH", upload.path, {
    ...how,
    headers: { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(upload.offset) },
    body: file.slice(upload.offset, upload.offset + bytes),
  });
  return read(upload.path, answer);
}

function read(path, answer) {
  return { path, offset: Number(answer.headers.get("Upload-Offset")), fileID: answer.headers.get("Upload-File-Id") };
}

/** Tries again with a growing wait while that may help; after a failure `recover` tells where things stand. */
async function persistently(signal, action, recover) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (error.name === "AbortError" || !(error.isPassing || error.status === 409) || tries >= RETRIES) throw error;
      await pause(Math.min(30_000, 500 * 2 ** tries), signal);
      const state = await recover().catch(() => null);
      if (state) return state;
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

/** Throws away what was sent of a file. */
export async function discardPieces(file, account) {
  const path = remembered()[fingerprint(file, account)];
  forget(file, account);
  if (path) await request("DELETE", path, { headers: TUS, account });
}

function fingerprint(file, account) {
  return [account, file.name, file.size, file.lastModified].join("/");
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function store(uploads) {
  try {
    localStorage.setItem(KEY, JSON.stringify(uploads));
  } catch {
    // Without storage an upload goes on as long as the page is open.
  }
}

function remember(file, account, path) {
  store({ ...remembered(), [fingerprint(file, account)]: path });
}

function forget(file, account) {
  const uploads = remembered();
  delete uploads[fingerprint(file, account)];
  store(uploads);
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
