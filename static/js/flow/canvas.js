// Zoom and pan over the drawing: a box that scrolls, with a stage inside that is scaled.
const LEAST = 0.2;
const MOST = 2;
const STEP = 1.25;
const READABLE = 0.7;
let zoom = 0;
let room = null;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const parts = () => ({
  view: document.querySelector("[data-flow-view]"),
  stage: document.querySelector("[data-flow-view] .sp-flow-stage"),
});

function resize() {
  const { view, stage } = parts();
  const inner = stage.querySelector(".sp-flow-layer");
  inner.style.width = `${room.width}px`;
  inner.style.height = `${room.height}px`;
  inner.style.transform = `scale(${zoom})`;
  stage.style.width = `${Math.ceil(room.width * zoom)}px`;
  stage.style.height = `${Math.ceil(room.height * zoom)}px`;
  const dots = 20 * zoom * (zoom < READABLE ? 3 : 1); // far away they would be a grey veil
  view.style.backgroundSize = `${dots}px ${dots}px`;
  document.querySelector("[data-zoom-now]").textContent = `${Math.round(zoom * 100)} %`;
}

// The ground is as high as the drawing, up to its greatest height.
function fitting() {
  const { view } = parts();
  const height = parseFloat(getComputedStyle(view).maxHeight);
  return clamp(Math.min(view.clientWidth / room.width, height / room.height), LEAST, 1);
}

// The first time the whole flow if it can still be read; after that as it was left.
export function show(layout, left) {
  room = layout;
  zoom ||= Math.max(fitting(), READABLE);
  resize();
  if (left) parts().view.scrollTo(left.x, left.y);
}

export function zoomTo(next, at = null) {
  const { view } = parts();
  const box = view.getBoundingClientRect();
  const x = at ? at.clientX - box.left : box.width / 2;
  const y = at ? at.clientY - box.top : box.height / 2;
  const before = zoom;
  zoom = clamp(next, LEAST, MOST);
  const left = ((view.scrollLeft + x) * zoom) / before - x;
  const top = ((view.scrollTop + y) * zoom) / before - y;
  resize();
  view.scrollTo(left, top);
}

export function zoomBy(way) {
  if (way === "fit") zoomTo(fitting());
  else if (way === "one") zoomTo(1);
  else zoomTo(way === "in" ? zoom * STEP : zoom / STEP);
}

export function scrolled() {
  const { view } = parts();
  return view ? { x: view.scrollLeft, y: view.scrollTop } : null;
}

// Brings a box into sight with some air around it, without moving the page.
export function reveal({ x, y, width, height }) {
  const { view } = parts();
  const air = 24;
  const edges = [
    ["scrollLeft", x, width, view.clientWidth],
    ["scrollTop", y, height, view.clientHeight],
  ];
  for (const [side, middle, size, seen] of edges) {
    const low = (middle - size / 2) * zoom - air;
    const high = (middle + size / 2) * zoom + air;
    if (low < view[side]) view[side] = low;
    else if (high > view[side] + seen) view[side] = high - seen;
  }
}

export function listen() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button && room) zoomBy(button.dataset.zoom);
  });
  document.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !event.target.closest?.(".is-drawn")) return;
    event.preventDefault();
    zoomTo(zoom * Math.exp(-event.deltaY / 400), event);
  }, { passive: false });
  document.addEventListener("pointerdown", (event) => {
    const view = event.target.closest?.(".is-drawn");
    if (!view || event.button || event.pointerType === "touch" || event.target.closest(".sp-flow-row")) return;
    const start = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
    const box = view.getBoundingClientRect();
    if (event.clientX > box.left + view.clientWidth || event.clientY > box.top + view.clientHeight) return; // a scroll bar
    event.preventDefault();
    const move = (moved) => parts().view?.scrollTo(start.x - moved.clientX, start.y - moved.clientY);
    document.documentElement.classList.add("sp-flow-dragged");
    document.addEventListener("pointermove", move);
    const end = () => {
      document.removeEventListener("pointermove", move);
      document.documentElement.classList.remove("sp-flow-dragged");
    };
    document.addEventListener("pointerup", end, { once: true });
    document.addEventListener("pointercancel", end, { once: true });
  });
}
