// Create Prototypes: find a column, count roles and models. New use case: the name follows the dataset.
const form = document.querySelector("[data-experiment]");

function roleOf(row) {
  return row.querySelector("[name$='-role']:checked")?.value ?? "ignored";
}

function filter() {
  const text = form.querySelector("[data-feature-search]")?.value.trim().toLowerCase() ?? "";
  const role = form.querySelector("[data-feature-role]")?.value ?? "";
  let shown = 0;
  for (const row of form.querySelectorAll("[data-feature]")) {
    row.hidden = !row.dataset.feature.toLowerCase().includes(text) || (role !== "" && roleOf(row) !== role);
    shown += !row.hidden;
  }
  form.querySelector("[data-none]")?.toggleAttribute("hidden", shown > 0);
}

function countRoles() {
  const line = form.querySelector("[data-counts]");
  if (!line) return;
  const count = { input: 0, display: 0, ignored: 0 };
  for (const row of form.querySelectorAll("[data-feature]")) count[roleOf(row)] += 1;
  line.textContent = `${count.input} input${count.input === 1 ? "" : "s"} · ${count.display} display only · ${count.ignored} ignored`;
}

function countModels() {
  const train = form.querySelector("[data-train]");
  if (!train) return;
  const on = form.querySelectorAll("[name=model]:checked").length;
  form.querySelector("[data-models-count]").textContent = `${on} prototype${on === 1 ? "" : "s"}`;
  form.querySelector("[data-models-hint]").textContent = on ? "" : "Turn at least one algorithm on.";
  train.disabled = on === 0;
}

// Finding a column changes nothing, so no sketch is asked for.
for (const name of ["input", "change"]) {
  form?.addEventListener(
    name,
    (event) => {
      if (!event.target.matches("[data-feature-search], [data-feature-role]")) return;
      event.stopPropagation();
      filter();
    },
    true,
  );
}

form?.addEventListener("change", () => {
  countRoles();
  countModels();
});

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-feature-search], [data-model-search]")) event.preventDefault();
});

form?.addEventListener("click", (event) => {
  const all = event.target.closest("[data-models]")?.dataset.models;
  if (!all) return;
  for (const box of form.querySelectorAll("[name=model]")) {
    const refused = box.closest("[data-refused]");
    box.checked = all === "all" && !refused;
  }
  countModels();
});

// Finding an algorithm: headings without a card that fits go, too.
form?.querySelector("[data-model-search]")?.addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  let shown = 0;
  for (const group of form.querySelectorAll("[data-model-group]")) {
    const cards = [...group.querySelectorAll("[data-model]")];
    for (const card of cards) card.hidden = !card.dataset.model.toLowerCase().includes(text);
    group.hidden = cards.every((card) => card.hidden);
    shown += !group.hidden;
  }
  form.querySelector("[data-model-none]").hidden = shown > 0;
});

if (form) countModels();

// An answer names what is wrong now; what was wrong before is mended.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "sketch-status") return;
  for (const error of form.querySelectorAll("[data-error-for]")) error.replaceChildren();
});

// A proposed name stays one until it is typed over.
document.addEventListener("change", (event) => {
  const name = document.querySelector(`[data-name-follows="${event.target.id}"]`);
  if (!name || name.dataset.typed || !event.target.selectedOptions) return;
  name.value = `Segments of ${event.target.selectedOptions[0].text}`.slice(0, name.maxLength);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-name-follows]")) event.target.dataset.typed = "1";
});
