// The flow, drawn: the list's own links are laid out, joined by arrows, walked by keys and selected.
import { draw } from "./flow/edges.js";
import * as canvas from "./flow/canvas.js";
import { place } from "./flow/layout.js";
import * as panel from "./flow/panel.js";
import { next } from "./flow/walk.js";

const WORDS = { dataset: "Dataset", recipe: "Recipe", model: "Model" };
const narrow = matchMedia("(width < 48rem)");
let layout = null;
let known = "";
let active = "";
let left = null;

const view = () => document.querySelector("[data-flow-view]");
const rows = () => [...document.querySelectorAll(".sp-flow-row")];
const row = (id) => rows().find((each) => each.dataset.node === id);
const link = (id) => document.getElementById(`node-${id}`);
const squeezed = (text) => text.replace(/\s+/g, " ").trim();

function isDrawn() {
  const wish = view()?.dataset.flowView;
  return Boolean(view()) && wish !== "list" && (wish === "drawing" || !narrow.matches);
}

// The same graph keeps its places, whatever its states are now.
function measure() {
  const edges = JSON.parse(document.getElementById("flow-edges").textContent);
  const nodes = rows().map(({ dataset }) => ({ id: dataset.node, kind: dataset.kind }));
  const told = JSON.stringify([nodes, edges]);
  if (told === known) return;
  layout = place(nodes, edges);
  known = told;
}

function arrange() {
  const list = view().querySelector(".sp-flow");
  const layer = document.createElement("div");
  layer.className = "sp-flow-layer";
  list.replaceWith(layer);
  layer.append(draw(layout), list);
  for (const each of rows()) {
    const { x, y, width, height } = layout.boxes.get(each.dataset.node);
    Object.assign(each.style, {
      left: `${x - width / 2}px`, top: `${y - height / 2}px`, width: `${width}px`, height: `${height}px`,
    });
  }
}

// A link says what its box shows, and selects; the address of its page moves to data-page.
function dress() {
  if (!row(active)) active = panel.selected() || rows()[0]?.dataset.node;
  for (const each of rows()) {
    const { node, kind } = each.dataset;
    const anchor = link(node);
    if (!anchor.dataset.page) anchor.dataset.page = anchor.getAttribute("href");
    const parts = [".sp-state", ".sp-flow-facts", ".sp-flow-way"].map((css) => squeezed(each.querySelector(css)?.textContent ?? ""));
    anchor.href = panel.address(node);
    anchor.title = [anchor.textContent, ...[...each.querySelectorAll(".sp-flow-reason")].map(({ textContent }) => squeezed(textContent))].join("\n");
    anchor.tabIndex = node === active ? 0 : -1;
    anchor.setAttribute("aria-label", [`${WORDS[kind]} ${anchor.textContent}`, ...parts.filter(Boolean)].join(", "));
  }
  mark();
}

function mark() {
  const id = panel.selected();
  for (const each of rows()) {
    const chosen = each.dataset.node === id;
    each.classList.toggle("is-selected", chosen);
    if (chosen) link(id).setAttribute("aria-current", "true");
    else link(each.dataset.node).removeAttribute("aria-current");
  }
  for (const edge of document.querySelectorAll(".sp-flow-edges g")) {
    edge.classList.toggle("is-near", id && (edge.dataset.from === id || edge.dataset.to === id));
  }
}

function start() {
  if (!view()) return;
  const drawn = isDrawn();
  for (const way of document.querySelectorAll("[data-view]")) {
    if ((way.dataset.view === "drawing") === drawn) way.setAttribute("aria-current", "true");
    else way.removeAttribute("aria-current");
  }
  if (!drawn) return;
  measure();
  view().classList.add("is-drawn");
  arrange();
  canvas.show(layout, left);
  dress();
}

function focusNode(id) {
  active = id;
  for (const each of rows()) link(each.dataset.node).tabIndex = each.dataset.node === id ? 0 : -1;
  link(id).focus({ preventScroll: true });
  canvas.reveal(layout.boxes.get(id));
}

async function select(id, { push = true, focus = false } = {}) {
  if (push && id !== panel.selected()) history.pushState({ flow: id }, "", panel.address(id));
  if (view().classList.contains("is-drawn")) mark();
  await panel.show(id);
  if (layout?.boxes.has(id)) canvas.reveal(layout.boxes.get(id));
  if (focus) document.getElementById("flow-panel-title")?.focus({ preventScroll: true });
}

function close() {
  const id = panel.selected();
  select("");
  if (id) link(id)?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const closer = event.target.closest("[data-panel-close]");
  const near = event.target.closest("[data-select]");
  const node = event.target.closest(".is-drawn .sp-flow-link");
  if (!closer && !near && !node) return;
  event.preventDefault();
  if (closer) return close();
  const id = near ? near.dataset.select : node.id.slice("node-".length);
  active = id;
  if (node) focusNode(id);
  select(id, { focus: Boolean(near) || event.detail === 0 }); // 0: pressed by the keyboard
});

document.addEventListener("dblclick", (event) => {
  const node = event.target.closest(".is-drawn .sp-flow-link");
  if (node) location.assign(node.dataset.page);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && panel.selected() && !document.querySelector("dialog[open], details.sp-menu[open]")) {
    return close();
  }
  const node = event.target.closest?.(".is-drawn .sp-flow-link");
  if (!node || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return location.assign(node.dataset.page);
  }
  if (event.ctrlKey || event.metaKey) return;
  const way = { "+": "in", "=": "in", "-": "out", 0: "one", f: "fit" }[event.key];
  if (way) {
    event.preventDefault();
    return canvas.zoomBy(way);
  }
  if (!/^(Arrow|Home|End)/.test(event.key)) return;
  event.preventDefault();
  const to = next(layout, node.id.slice("node-".length), event.key);
  if (to) focusNode(to);
});

addEventListener("popstate", () => select(panel.selected(), { push: false }));

// While something runs the list is asked for anew, but not while a menu in it is open.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id !== "flow") return;
  if (document.querySelector("#flow details[open], #flow-actions details[open]")) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "flow") left = canvas.scrolled();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "flow") return;
  const focus = document.activeElement?.id;
  start();
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  panel.refresh(row(panel.selected()));
});
// htmx puts the attributes of the answer back on what has an id.
document.addEventListener("htmx:afterSettle", () => {
  if (view()?.classList.contains("is-drawn")) dress();
});
narrow.addEventListener("change", () => view()?.dataset.flowView === "" && location.reload());

canvas.listen();
start();
if (layout && panel.selected()) canvas.reveal(layout.boxes.get(panel.selected()));
