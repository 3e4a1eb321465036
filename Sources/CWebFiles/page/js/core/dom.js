// Elements from data. Text only ever becomes text nodes: nothing here, or anywhere in the page, turns data into markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 * @param {string} tag
 * @param {object} [props] `class`, `data`, `on` (listeners) and attributes; `null`, `undefined` and `false` leave one out.
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** As `h`, for SVG. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "class") element.setAttribute("class", value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "selected") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts `children` in the place of whatever an element holds. */
export function show(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** A unique id, to tie labels and descriptions to their elements. */
export function freshID(stem = "x") {
  freshID.last = (freshID.last ?? 0) + 1;
  return `${stem}-${freshID.last}`;
}

/** Runs `action` once after `wait` milliseconds without another call. The result has `cancel`. */
export function debounced(wait, action) {
  let timer = 0;
  const call = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}

/** Runs `action` at most once in `wait` milliseconds, and once more at the end if it was asked for in between. */
export function throttled(wait, action) {
  let timer = 0;
  let isDue = false;
  const run = () => {
    isDue = false;
    action();
    timer = setTimeout(() => {
      timer = 0;
      if (isDue) run();
    }, wait);
  };
  const call = () => {
    if (timer) isDue = true;
    else run();
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}

/** Says something to screen readers, without moving anything. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => (announcer.textContent = text));
}

/** Whether keys that are typed now belong to an element, such as a field. */
export function takesKeys(target) {
  return target instanceof Element && target.closest("input, select, textarea, [contenteditable], dialog, [role=menu]") !== null;
}
