// Find k: a number of segments is chosen in the field, by a click on a point or in the table; all of them show it.
const form = document.querySelector("[data-find-k]");
const field = form.querySelector("[name=k]");

function mark(box, k) {
  const at = box.data.findLastIndex((trace) => trace.selectedpoints);
  const place = box.data[at].x.indexOf(k);
  window.Plotly.restyle(box, { selectedpoints: [place < 0 ? [] : [place]] }, [at]);
}

function show() {
  const k = Number(field.value);
  form.querySelector("[data-find-k-use]").textContent = k ? `Use ${k} segments` : "Use this number";
  for (const row of document.querySelectorAll("[data-k-row]")) {
    const chosen = Number(row.dataset.kRow) === k;
    row.toggleAttribute("data-chosen", chosen);
    row.querySelector("[data-k]").setAttribute("aria-pressed", chosen);
  }
  for (const box of document.querySelectorAll("[data-figure][data-drawn]")) mark(box, k);
}

function choose(k) {
  field.value = k;
  show();
  form.querySelector("[data-find-k-said]").textContent = `${k} segments chosen`;
}

function listen(box) {
  if (!box.dataset.clicks) box.on("plotly_click", ({ points }) => choose(points[0].x));
  box.dataset.clicks = "1";
  mark(box, Number(field.value));
}

field.addEventListener("input", show);
document.addEventListener("click", (event) => {
  const k = event.target.closest("[data-k]")?.dataset.k;
  if (k) choose(Number(k));
});

// A figure is drawn once it comes near the screen, and again in the other theme's colours.
const drawn = new MutationObserver((changes) => changes.forEach(({ target }) => listen(target)));
for (const box of document.querySelectorAll("[data-figure]")) {
  drawn.observe(box, { attributeFilter: ["data-drawn"] });
  if ("drawn" in box.dataset) listen(box);
}
show();
