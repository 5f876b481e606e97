// Keeps the jobs menu fresh: while jobs run or the menu is open it asks again; finished work is announced.
const PERIOD_MS = 5000;
const menu = document.querySelector("[data-jobs-menu]");
const count = document.querySelector("[data-jobs-count]");

function active() {
  return Number(count?.textContent) || 0;
}

function refresh() {
  document.body.dispatchEvent(new CustomEvent("sp:jobs"));
}

function setCount(number) {
  const before = active();
  count.textContent = String(number);
  count.hidden = number === 0;
  if (number < before) {
    const message = number ? `A job has finished, ${number} still running` : "All jobs have finished";
    document.dispatchEvent(new CustomEvent("sp:announce", { detail: { message } }));
  }
}

if (menu && count) {
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "sp-jobs") return; // events of a stream name no target
    const fresh = event.detail.target.querySelector("[data-count]");
    if (fresh) setCount(Number(fresh.dataset.count));
  });
  setInterval(() => {
    if (!document.hidden && (menu.open || active() > 0)) refresh();
  }, PERIOD_MS);
  document.addEventListener("sp:job-finished", refresh);
  document.addEventListener("sp:job-started", refresh);
}
