// Recipes: columns and functions are inserted by a press, edits can be taken back, errors mark their fields.
const form = document.querySelector("[data-recipe]");
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_HISTORY = 30;
let formula = null;
let before = steps();

function steps() {
  return form ? JSON.stringify([...new FormData(form)].filter(([name]) => name.startsWith("steps-"))) : "";
}

function insert(field, text, inside = 0) {
  const at = field.selectionStart;
  const space = at && !/[\s(]$/.test(field.value.slice(0, at)) ? " " : "";
  field.setRangeText(space + text, at, field.selectionEnd, "end");
  const caret = field.selectionStart - inside;
  field.focus();
  field.setSelectionRange(caret, caret);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

form?.addEventListener("click", (event) => {
  const column = event.target.closest("[data-insert-column]");
  if (column) {
    const name = column.dataset.insertColumn;
    insert(document.getElementById(column.dataset.into), PLAIN.test(name) ? name : `[${name}]`);
  }
  const chosen = event.target.closest("[data-insert-function]");
  const target = formula?.isConnected ? formula : form.querySelector(".sp-recipe-formula");
  if (chosen && target) insert(target, `${chosen.dataset.insertFunction.toLowerCase()}()`, 1);
});

form?.addEventListener("focusin", (event) => {
  if (event.target.matches(".sp-recipe-formula")) formula = event.target;
});

// A finished edit is one state to take back; the server takes it off the list again.
form?.addEventListener("change", () => {
  const now = steps();
  const history = form.querySelector("[data-history]");
  if (!history || now === before) return;
  const states = JSON.parse(history.value || "[]");
  history.value = JSON.stringify([...states, JSON.parse(before)].slice(-MAX_HISTORY));
  before = now;
  form.querySelector("[data-undo]")?.removeAttribute("disabled");
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "recipe-steps" || event.detail.target?.id === "recipe-steps") before = steps();
  if (event.target.id === "recipe-preview" || event.detail.target?.id === "recipe-preview") look();
  mark();
});

// The grid stays where it was scrolled to, unless the steps now write another column.
let left = 0;
let written = "";
document.addEventListener("htmx:beforeSwap", () => {
  left = document.querySelector(".sp-recipe-scroll")?.scrollLeft ?? left;
});
function look() {
  const grid = document.querySelector(".sp-recipe-scroll");
  const changed = [...(grid?.querySelectorAll("th.is-changed") ?? [])];
  const names = changed.map((head) => head.textContent.trim()).join();
  if (!grid) return;
  grid.scrollLeft = left;
  if (changed.length && names !== written) {
    const last = changed.at(-1);
    grid.scrollLeft = Math.max(0, last.offsetLeft + last.offsetWidth - grid.clientWidth);
  }
  written = names;
  left = grid.scrollLeft; // settling tells of each swapped part
}

function mark() {
  for (const error of form?.querySelectorAll("[data-error-for]") ?? []) {
    const field = document.getElementById(`p-${error.dataset.errorFor}`);
    if (error.textContent.trim()) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
}
