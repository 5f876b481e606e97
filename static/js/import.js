// The preview of an import: it keeps its place and what is typed while its answer arrives, and the
// columns can be found, taken and left out all at once.
const RESULT = "import-result";
const form = document.getElementById("import-form");
const result = () => document.getElementById(RESULT);
const scroller = () => result().querySelector(".sp-import-scroll");
const heads = () => [...result().querySelectorAll("thead .sp-col")];
const shown = (head) => !head.classList.contains("is-hidden");
const announce = (message) =>
  document.dispatchEvent(new CustomEvent("sp:announce", { detail: { message } }));

// --- options that fold where they stand above the table ---------------------------------------------

const options = form.querySelector(".sp-import-options");
const beside = matchMedia("(width >= 64rem)");

// Beside the table they are always seen, so nothing is to be opened there.
function unfold() {
  if (beside.matches) options.open = true;
  options.querySelector("summary").tabIndex = beside.matches ? -1 : 0;
}

beside.addEventListener("change", unfold);
unfold();

// --- what an answer must not take away ----------------------------------------------------------

let place = [0, 0];
let focused = "";
let typed = null;
let answered = false;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== RESULT) return;
  answered = true;
  const box = scroller();
  if (box) place = [box.scrollLeft, box.scrollTop];
  const field = document.activeElement;
  const inside = field?.matches?.("input:not([type=checkbox])") && result().contains(field);
  focused = result().contains(field) ? field.name : "";
  typed = inside ? [field.value, field.selectionStart, field.selectionEnd] : null;
  result().replaceChildren(); // at once: htmx takes it out piece by piece, beside what is new
});

// htmx tells of every part of an answer: one look at the page after the last of them is enough.
document.addEventListener("htmx:afterSwap", () => {
  if (answered) queueMicrotask(restore);
  answered = false;
});

function restore() {
  form.querySelector(".sp-import-bar").hidden = !scroller();
  scroller()?.scrollTo(...place);
  if (form.querySelector("[data-find-column]").value) find();
  const fields = focused ? [...form.elements].filter(({ name, type }) => name === focused && type !== "hidden") : [];
  fields[0]?.focus({ preventScroll: true });
  if (!fields[0] || !typed) return;
  fields[0].value = typed[0];
  fields[0].setSelectionRange(typed[1], typed[2]);
}

// --- columns --------------------------------------------------------------------------------------

// Grey at once; the answer says the same a moment later.
function mark(head) {
  const out = !head.querySelector("[type=checkbox]").checked;
  head.classList.toggle("is-out", out);
  for (const row of result().querySelectorAll("tbody tr")) {
    row.cells[head.cellIndex]?.classList.toggle("is-out", out);
  }
}

function keep(all) {
  const boxes = heads().filter(shown).map((head) => head.querySelector("[type=checkbox]"));
  const changed = boxes.filter((box) => box.checked !== all);
  for (const box of changed) {
    box.checked = all;
    mark(box.closest("th"));
  }
  changed[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  announce(`${changed.length} columns ${all ? "taken" : "left out"}`);
}

function find() {
  const wanted = form.querySelector("[data-find-column]").value.trim().toLowerCase();
  let found = 0;
  for (const head of heads()) {
    const names = [head.querySelector(".sp-col-title"), head.querySelector("[type=hidden]")];
    const hit = names.some((field) => field.value.toLowerCase().includes(wanted));
    head.classList.toggle("is-hidden", !hit);
    found += hit;
  }
  result().classList.toggle("is-empty", found === 0);
}

form.addEventListener("input", (event) => {
  if (event.target.matches("[data-find-column]")) find();
});

form.addEventListener("click", (event) => {
  if (event.target.closest("[data-keep-all]")) keep(true);
  if (event.target.closest("[data-keep-none]")) keep(false);
});

// Taking, leaving out and naming change no cell: the columns are told, the table stays as it is.
form.addEventListener(
  "change",
  (event) => {
    const status = document.getElementById("import-losses");
    if (!status || !event.target.matches(".sp-col :is([type=checkbox], .sp-col-title)")) return;
    event.stopPropagation();
    if (event.target.type === "checkbox") mark(event.target.closest("th"));
    ask(status);
  },
  true,
);

function ask(status) {
  const where = { source: status, target: status, swap: "innerHTML" };
  // What goes wrong is told by errors.js.
  Promise.resolve(window.htmx.ajax("POST", status.dataset.url, where)).catch(() => {});
}

// Enter in a name is done with it, not with the page.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".sp-col-title, [data-find-column]")) {
    event.preventDefault();
    event.target.blur();
    event.target.focus({ preventScroll: true });
  }
});

// --- what is known of the whole file --------------------------------------------------------------

// Only words change: what is open stays open, what is chosen stays chosen. What stays as it is is
// not touched: the browser would look up the style of the whole table anew.
document.addEventListener("htmx:afterSwap", () => {
  const warned = document.querySelector("#import-losses template[data-warnings]");
  const warnings = document.getElementById("import-warnings");
  if (warned && warnings.innerHTML !== warned.innerHTML) warnings.replaceChildren(warned.content);
  warned?.remove();
  const columns = new Map(heads().map((head) => [head.dataset.key, head]));
  for (const told of document.querySelectorAll("#import-losses template[data-key]")) {
    const head = columns.get(told.dataset.key);
    for (const part of head ? [".sp-col-loss", ".sp-col-was"] : []) {
      const [old, now] = [head.querySelector(part), told.content.querySelector(part)];
      if (old.innerHTML !== now.innerHTML) old.replaceWith(now);
    }
    const title = head?.querySelector(".sp-col-title");
    title?.setAttribute("aria-invalid", Boolean(head.querySelector(".sp-bad")));
    for (const { dataset, textContent } of told.content.querySelectorAll("[data-value]")) {
      const option = head?.querySelector(`option[value="${dataset.value}"]`);
      if (option) option.textContent = textContent;
    }
    told.remove();
  }
});

// In a wide table only the columns that somebody looks at are counted.
form.addEventListener("focusin", (event) => {
  const select = event.target.closest(".sp-import-type select");
  const status = document.getElementById("import-losses");
  if (!select || !status?.hasAttribute("data-wide")) return;
  document.getElementById("looked-at").value = select.closest("th").querySelector("[type=hidden]").value;
  ask(status);
});
