import { h } from "./dom.js";

/**
 * A button that opens a menu. Arrow keys move in it, Escape and clicks elsewhere close it.
 * @param {object} button properties of the button
 * @param {Node|Array} face what the button shows
 * @param {() => Array<{
 *   label: string, icon?: Node, run: () => void, danger?: boolean, checked?: boolean, begins?: boolean,
 * }|null>} items made anew each time; one that `begins` has a line above it
 */
export function menuButton(button, face, items) {
  let menu = null;
  const opener = h("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...button }, face);
  const close = (andFocus = true) => {
    if (!menu) return;
    menu.remove();
    menu = null;
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", follow);
    removeEventListener("scroll", follow, true);
    if (andFocus) opener.focus();
  };
  const follow = () => place(menu, opener);
  const outside = (event) => {
    if (!menu.contains(event.target) && !opener.contains(event.target)) close(false);
  };
  const open = () => {
    menu = h("div", { class: "menu", role: "menu" }, items().filter(Boolean).map((item) => entry(item, close)));
    menu.addEventListener("keydown", (event) => move(event, menu, close));
    (opener.closest("dialog, header, main") ?? document.body).append(menu);
    place(menu, opener);
    opener.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    addEventListener("resize", follow);
    addEventListener("scroll", follow, true);
    menu.querySelector("[role^=menuitem]")?.focus({ preventScroll: true });
  };
  opener.addEventListener("click", () => (menu ? close() : open()));
  return opener;
}

function entry(item, close) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const run = () => {
    close();
    item.run();
  };
  const kinds = ["menu-item", item.danger && "menu-danger", item.begins && "menu-begins"].filter(Boolean);
  return h(
    "button",
    {
      type: "button", role, tabindex: "-1", class: kinds.join(" "),
      "aria-checked": item.checked === undefined ? null : String(item.checked), on: { click: run },
    },
    item.icon,
    h("span", {}, item.label),
  );
}

function move(event, menu, close) {
  const entries = [...menu.querySelectorAll("[role^=menuitem]")];
  const at = entries.indexOf(document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1 + entries.length, Home: 0, End: entries.length - 1 }[event.key];
  if (target !== undefined) {
    event.preventDefault();
    entries[target % entries.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
}

function place(menu, opener) {
  const [box, own] = [opener.getBoundingClientRect(), menu.getBoundingClientRect()];
  // By the opener's left edge, or by its right one where there is no room.
  const left = box.left + own.width + 8 <= innerWidth ? box.left : Math.max(8, box.right - own.width);
  const isRoom = box.bottom + own.height + 8 < innerHeight || box.top < own.height + 8;
  const top = isRoom ? Math.min(box.bottom + 4, Math.max(8, innerHeight - own.height - 8)) : box.top - own.height - 4;
  menu.style.setProperty("--left", `${left}px`);
  menu.style.setProperty("--top", `${top}px`);
}
