// Who is signed in, as this tab knows it. All tabs of a browser share its cookies: another one may sign somebody else in. Every
// request names the account it is made for (`core/api.js`), and work that outlasts a view belongs to the account that began it.

let account = null;
let onOther = () => {};
const listeners = new Set();
const duties = new Set();

/** `{id, username, role}`; null when nobody is signed in. */
export function currentAccount() {
  return account;
}

/** Whether an account is the one that is signed in. */
export function isCurrent(id) {
  return id !== undefined && account?.id === id;
}

/** Takes over who is signed in, and tells everybody. */
export function setAccount(next) {
  account = next;
  for (const listener of [...listeners]) listener(next);
}

/** Hears of each change of account until `signal` is aborted. */
export function onAccount(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener), { once: true });
}

/** Resolves once an account is signed in. */
export function untilCurrent(id, signal) {
  if (isCurrent(id)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = new AbortController();
    const end = () => (done.abort(), resolve());
    onAccount(() => isCurrent(id) && end(), done.signal);
    signal?.addEventListener("abort", end, { once: true });
  });
}

/** What the page does when somebody else, or nobody, turns out to be signed in. */
export function whenOtherIsSeen(action) {
  onOther = action;
}

/** Tells who is signed in now, as the server has just said. */
export function accountSeen(now) {
  if (now?.id !== account?.id || now?.username !== account?.username) onOther(now);
}

/** Work that is to be done before somebody signs out, until `signal` is aborted. */
export function beforeSignOut(action, signal) {
  duties.add(action);
  signal?.addEventListener("abort", () => duties.delete(action), { once: true });
}

/** Does all of that work. */
export async function settle() {
  await Promise.allSettled([...duties].map((action) => action()));
}
