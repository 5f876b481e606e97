// The leaderboard while it is swapped: ticks, focus, scroll and open words stay as they were.
const ticks = () => [...document.querySelectorAll("#leaderboard input[type=checkbox][name=p]")];
const ticked = new Set();
let kept = {};

// What a button needs is in its data-ticks: "2-4", or "1-" for one and more.
function show() {
  const count = ticked.size;
  for (const button of document.querySelectorAll("[data-ticks]")) {
    const [least, most] = button.dataset.ticks.split("-").map(Number);
    button.disabled = count < least || (most > 0 && count > most);
  }
  for (const place of document.querySelectorAll("[data-ticked-count]")) place.textContent = count ? ` (${count})` : "";
  for (const hint of document.querySelectorAll("[data-ticks-hint]")) hint.hidden = count > 0;
  for (const box of ticks()) box.checked = ticked.has(box.value);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#leaderboard input[type=checkbox][name=p]")) return;
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
