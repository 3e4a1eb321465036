// Which view an address shows. A view is `mount(place, parameters)`; it answers what takes it away again.

let routes = [];
let place = null;
let leave = null;
let visit = 0;
let isReturn = false;

/**
 * Starts routing.
 * @param {HTMLElement} element where views go
 * @param {Array<[RegExp, (place: HTMLElement, parameters: Record<string, string>) => Promise<(() => void)|void>]>} table
 */
export function startRouter(element, table) {
  [place, routes] = [element, table];
  addEventListener("popstate", () => returning(render));
  document.addEventListener("click", followLink);
  return render();
}

/** Shows another address. */
export function go(path, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  return render();
}

/** Whether the view that is being mounted was seen before, and is to look as it did. */
export function isReturning() {
  return isReturn;
}

function returning(action) {
  isReturn = true;
  return action().finally(() => (isReturn = false));
}

/** Shows the present address anew. */
export async function render() {
  const mine = ++visit;
  const path = location.pathname;
  const found = routes.map(([pattern, mount]) => [path.match(pattern), mount]).find(([match]) => match);
  leave?.();
  leave = null;
  place.replaceChildren();
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  if (!found) return go("/", { replace: true });
  const [match, mount] = found;
  const undo = await mount(place, match.groups ?? {});
  // Somebody went on while the view was still being made.
  if (mine === visit) leave = undo ?? null;
  else undo?.();
  scrollTo(0, 0);
}

/** Moves the focus to the view, for those who do not see that it changed. */
export function focusView() {
  (place.querySelector("h1") ?? place).focus({ preventScroll: true });
}

function followLink(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname.startsWith("/api/") || link.pathname === "/docs") return;
  event.preventDefault();
  const follow = () => go(link.pathname + link.search);
  ("returns" in link.dataset ? returning(follow) : follow()).then(focusView);
}
