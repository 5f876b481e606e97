// Comfort for <details class="sp-menu">: one open at a time, Escape, arrows, a place on the screen.
const EDGE = 8; // pixels between a panel and the window's edge
const openMenus = () => document.querySelectorAll("details.sp-menu[open]");
const items = (menu) => [...menu.querySelectorAll(".sp-menu-panel :is(a, button, input, select)")];

function close(menu, focus = false) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

// A panel that sticks out of the window is moved into it.
function shift(panel) {
  panel.style.translate = "";
  const { left, right } = panel.getBoundingClientRect();
  const by = left < EDGE ? EDGE - left : Math.min(0, innerWidth - EDGE - right);
  if (by) panel.style.translate = `${Math.round(by)}px 0`;
}

// A menu inside a scrolling box would be cut off: it is placed against the window instead.
function place(menu) {
  const panel = menu.querySelector(".sp-menu-panel");
  if (!panel) return;
  if (!menu.closest(".sp-scroll, .sp-tabs, [data-float]")) {
    shift(panel);
    return;
  }
  panel.dataset.placed = "";
  const anchor = menu.querySelector("summary").getBoundingClientRect();
  const box = panel.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(anchor.left, innerWidth - box.width - EDGE));
  const below = anchor.bottom + 4;
  const top = below + box.height > innerHeight ? Math.max(EDGE, anchor.top - box.height - 4) : below;
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLDetailsElement) || !menu.matches(".sp-menu") || !menu.open) return;
    for (const other of openMenus()) if (other !== menu && !other.contains(menu)) close(other);
    place(menu);
  },
  true,
);

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) close(menu);
    else if (event.target.closest(".sp-menu-item, [data-menu-close]")) close(menu);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
});

document.addEventListener("scroll", (event) => {
  for (const menu of openMenus()) {
    if (menu.querySelector("[data-placed]") && event.target.contains?.(menu)) close(menu);
  }
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.sp-menu");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    event.preventDefault();
    close(menu, true);
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea")) return;
  event.preventDefault();
  menu.open = true;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
  all[next]?.focus();
});
