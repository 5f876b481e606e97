// Customers selected in a figure: an area drawn on the map, or a bar of the silhouettes. The address
// of the list carries the area itself, so that it holds all customers in it, not those drawn alone.
const CORNERS = 60;

const digits = (value) => Number(value.toPrecision(5));

// A lasso has hundreds of points: every n-th tells the same.
function thinned({ x, y }) {
  const step = Math.max(1, Math.ceil(x.length / CORNERS));
  return x.map((value, at) => [digits(value), digits(y[at])]).filter((_, at) => at % step === 0);
}

function corners({ lassoPoints, range }) {
  if (lassoPoints) return thinned(lassoPoints);
  if (!range) return [];
  const [[left, right], [low, high]] = [range.x, range.y];
  return [[left, low], [right, low], [right, high], [left, high]].map((point) => point.map(digits));
}

function tell(found) {
  const line = document.querySelector("[data-select-line]");
  if (!line) return;
  const area = found ? corners(found) : [];
  line.hidden = area.length < 3;
  if (line.hidden) return;
  const count = found.points.length;
  line.querySelector("[data-select-count]").textContent = `${count.toLocaleString("en")} of the points shown ${count === 1 ? "is" : "are"} selected.`;
  const link = line.querySelector("[data-select-link]");
  link.search = `?area=${area.map((point) => point.join(",")).join(";")}`;
}

document.addEventListener("sp:drawn", ({ target }) => {
  if (!target.dataset.select || target.dataset.selecting) return;
  target.dataset.selecting = "1";
  target.on("plotly_selected", tell);
  target.on("plotly_deselect", () => tell());
  target.on("plotly_click", ({ points: [point] }) => {
    if (point.data.type === "bar" && point.customdata !== undefined) location.assign(`${target.dataset.select}?row=${point.customdata}`);
  });
});
