// The grid without a reload: its links and forms are plain ones, this module only swaps their answer in.
const GRID = "#grid";
const SCROLLER = `${GRID} .sp-scroll`;

// The address of the sort with one more column; a second time turns it, a third takes it out.
function added(part) {
  const url = new URL(location.href);
  const sort = (url.searchParams.get("sort") ?? "").split(",").filter(Boolean);
  const at = sort.findIndex((item) => item === part || item === `-${part}`);
  if (at < 0) sort.push(part);
  else if (sort[at] === part) sort[at] = `-${part}`;
  else sort.splice(at, 1);
  if (sort.length) url.searchParams.set("sort", sort.join(","));
  else url.searchParams.delete("sort");
  url.searchParams.delete("page");
  return url;
}

async function load(url, keepScroll) {
  const left = document.querySelector(SCROLLER)?.scrollLeft ?? 0;
  const top = keepScroll ? (document.querySelector(SCROLLER)?.scrollTop ?? 0) : 0;
  const focus = document.activeElement?.id;
  const source = document.querySelector(GRID);
  source.classList.add("htmx-request");
  // The grid is the source: its hx-sync lets the last click win over an answer still on its way.
  await window.htmx.ajax("GET", url.pathname + url.search, { source, target: GRID, swap: "outerHTML" });
  document.querySelector(GRID)?.classList.remove("htmx-request");
  const scroller = document.querySelector(SCROLLER);
  scroller?.scrollTo(left, top);
  const field = document.querySelector(`${GRID} [data-filter] [autofocus]`);
  (field ?? document.getElementById(focus))?.focus({ preventScroll: !field });
  showFields();
  const message = document.querySelector(GRID)?.dataset.status;
  document.dispatchEvent(new CustomEvent("sp:announce", { detail: { message } }));
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest(`${GRID} a[href^="?"]`);
    if (!link || event.ctrlKey || event.metaKey || event.altKey || event.button) return;
    event.preventDefault();
    link.closest("details")?.removeAttribute("open");
    const more = event.shiftKey && link.dataset.sort;
    load(more ? added(link.dataset.sort) : new URL(link.href), false);
  },
);

document.addEventListener("submit", (event) => {
  const form = event.target.closest(`${GRID} form[data-filter]`);
  if (!form) return;
  event.preventDefault();
  const url = new URL(location.pathname, location.origin);
  url.search = new URLSearchParams(new FormData(form)).toString();
  load(url, false);
});

// Enter sends the filter, except where values stand one a line.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("#filter-value");
  if (!field || event.key !== "Enter" || event.shiftKey || field.form.op.value === "in") return;
  event.preventDefault();
  field.form.requestSubmit();
});

// Only the fields that the chosen condition needs.
function showFields() {
  const form = document.querySelector(`${GRID} form[data-filter]`);
  if (!form) return;
  const op = form.op.value;
  form.value.hidden = form.op.selectedOptions[0].hasAttribute("data-no-value");
  form.value.rows = op === "in" ? 4 : 1;
  form.querySelector(".sp-filter-to").hidden = op !== "between";
  form.querySelector(".sp-filter-help").hidden = op !== "in";
}

document.addEventListener("change", (event) => {
  if (event.target.id === "filter-op") showFields();
});
showFields();
