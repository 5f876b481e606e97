// The preview of an import: it keeps its place and what is typed while its answer arrives, and the
// columns can be found, taken and left out all at once.
import { become, complete, mergeTable } from "./import-merge.js";

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

// --- an answer: what is the same stays -----------------------------------------------------------
// Of a table of hundreds of columns an option often changes a few cells. Those alone are put in:
// the browser lays out no others, and place, focus and what is typed stay by themselves.

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== RESULT || event.detail.xhr.status >= 400) return;
  const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").body;
  if (!scroller() || !fresh.querySelector(".sp-import-scroll")) {
    result().replaceChildren(); // at once: htmx takes it out piece by piece, beside what is new
    return;
  }
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  merge(fresh);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target?.id === RESULT) form.querySelector(".sp-import-bar").hidden = !scroller();
  // Under folded-out options it would stay out of sight.
  if (target?.id === "import-fault" && !beside.matches) target.scrollIntoView({ block: "nearest" });
});

// Fields keep what is typed, whether their column is drawn anew or not.
function merge(fresh) {
  const field = document.activeElement;
  const held = result().contains(field) ? field : null;
  const wrapped = [...fresh.querySelectorAll(":scope > template")].map((each) => each.content);
  for (const part of [fresh, ...wrapped].flatMap((root) => [...root.querySelectorAll("[hx-swap-oob]")])) {
    part.removeAttribute("hx-swap-oob");
    part.remove();
    renew(document.getElementById(part.id), part);
  }
  mergeTable(scroller().querySelector("table"), fresh.querySelector("table"));
  // Beside the table nothing comes or goes: that too would have its style looked up.
  for (const part of fresh.querySelectorAll(":scope > [id]")) renew(document.getElementById(part.id), part);
  if (form.querySelector("[data-find-column]").value) find();
  if (held && !held.isConnected) hold(held);
  announce(summary());
}

function renew(old, part) {
  if (!old || old.isEqualNode(part)) return;
  become(old, part);
  window.htmx.process(old);
}

// Whoever was in a field that is drawn anew goes on where they were.
function hold(field) {
  const again = [...form.elements].find((each) => each.name === field.name && each.type === field.type);
  again?.focus({ preventScroll: true });
  if (!again?.matches(".sp-col-title")) return;
  again.value = field.value;
  again.setSelectionRange(field.selectionStart, field.selectionEnd);
}

// What somebody who does not see it is told of a new preview.
function summary() {
  const rows = result().querySelectorAll("tbody tr").length;
  const warned = result().querySelectorAll("#import-warnings .sp-notice-warn li").length;
  const told = warned ? `, ${warned} to look at before importing` : "";
  return `Preview: ${heads().length} columns, first ${rows} rows${told}`;
}

// What is refused already is not started: the fault is read once more.
form.addEventListener("submit", (event) => {
  const fault = document.querySelector("#import-fault .sp-notice");
  if (!fault || !event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  fault.tabIndex = -1;
  fault.focus();
});

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

// --- the lists of types -----------------------------------------------------------------------------

for (const name of ["pointerover", "pointerdown", "focusin", "keydown"]) {
  form.addEventListener(name, (event) => complete(event.target.closest?.("[data-lean]")), true);
}

// --- what is known of the whole file --------------------------------------------------------------

// Only words change: what is open stays open, what is chosen stays chosen. What stays as it is is
// not touched: the browser would look up the style of the whole table anew.
document.addEventListener("htmx:afterSwap", () => {
  const warned = document.querySelector("#import-losses template[data-warnings]");
  const warnings = document.getElementById("import-warnings");
  if (warned && warnings.innerHTML !== warned.innerHTML) warnings.replaceChildren(warned.content);
  warned?.remove();
  const told = new Map();
  for (const each of document.querySelectorAll("#import-losses template[data-key]")) {
    told.set(each.dataset.key, each.content);
    each.remove();
  }
  for (const head of warned ? heads() : []) tell(head, told.get(head.dataset.key));
});

// Of a column that an answer does not name there is nothing to say.
function tell(head, said) {
  for (const part of [".sp-col-loss", ".sp-col-was"]) {
    const [old, now] = [head.querySelector(part), said?.querySelector(part)];
    if (old.textContent !== (now?.textContent ?? "")) old.replaceChildren(...(now?.childNodes ?? []));
    if (old.title !== (now?.title ?? "")) old.title = now?.title ?? "";
  }
  const title = head.querySelector(".sp-col-title");
  const wrong = String(Boolean(head.querySelector(".sp-bad")));
  if ((title.getAttribute("aria-invalid") ?? "false") !== wrong) title.setAttribute("aria-invalid", wrong);
  const counted = said?.querySelectorAll("[data-value]") ?? [];
  if (counted.length) complete(head.querySelector("[data-lean]"));
  for (const { dataset, textContent } of counted) {
    const option = head.querySelector(`option[value="${dataset.value}"]`);
    if (option && option.textContent !== textContent) option.textContent = textContent;
  }
}

// In a wide table only the columns that somebody looks at are counted.
form.addEventListener("focusin", (event) => {
  const select = event.target.closest(".sp-import-type select");
  const status = document.getElementById("import-losses");
  if (!select || !status?.hasAttribute("data-wide")) return;
  document.getElementById("looked-at").value = select.closest("th").querySelector("[type=hidden]").value;
  ask(status);
});
