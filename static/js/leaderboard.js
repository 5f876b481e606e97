// The leaderboard while it is swapped: ticks, focus, scroll and open words stay as they were.
const MOST = 4;
const ticks = () => [...document.querySelectorAll("#leaderboard input[name=p]")];
const ticked = new Set();
let kept = {};

function show() {
  const button = document.querySelector("[data-compare]");
  if (!button) return;
  const count = ticked.size;
  button.disabled = count < 2;
  button.querySelector("[data-compare-count]").textContent = count ? ` (${count})` : "";
  for (const box of ticks()) {
    box.checked = ticked.has(box.value);
    box.disabled = !box.checked && count >= MOST;
    box.title = box.disabled ? "Four prototypes are the most that fit side by side" : "";
  }
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#leaderboard input[name=p]")) return;
  if (event.target.checked) ticked.add(event.target.value);
  else ticked.delete(event.target.value);
  show();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "leaderboard") return;
  const scroller = document.querySelector("[data-board-scroll]");
  kept = {
    focus: document.activeElement?.id,
    left: scroller?.scrollLeft ?? 0,
    open: [...document.querySelectorAll("#leaderboard details[open] > summary")].map((item) => item.id),
  };
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "leaderboard") return;
  show();
  document.querySelector("[data-board-scroll]")?.scrollTo(kept.left, 0);
  for (const id of kept.open) document.getElementById(id)?.parentElement?.setAttribute("open", "");
  if (kept.focus && document.activeElement?.id !== kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
  announce();
});

// What ended since the last look is said once, for those who do not see the table.
const state = () => new Map([...document.querySelectorAll("#leaderboard tr[data-state]")].map((row) => [row.id, row.dataset.state]));
let before = state();
function announce() {
  const now = state();
  const ended = [...now].filter(([id, word]) => before.has(id) && before.get(id) !== word && !["queued", "running"].includes(word));
  before = now;
  if (!ended.length) return;
  const message = `${ended.length} ${ended.length === 1 ? "prototype" : "prototypes"} ended`;
  document.dispatchEvent(new CustomEvent("sp:announce", { detail: { message } }));
}

// A restored page brings its ticks back by itself.
addEventListener("pageshow", () => {
  ticked.clear();
  for (const box of ticks()) if (box.checked) ticked.add(box.value);
  show();
});
