// A line across a drawing: dragged, moved by keys or set in a field, it says at once what it gives.
const root = document.querySelector("[data-cut]");
const data = JSON.parse(document.getElementById(root.dataset.cut).textContent);
const find = (name) => root.querySelector(`[data-cut-${name}]`);
const [plot, line, train] = ["plot", "line", "train"].map(find);
const SLOTS = 12;
const SHOWN = 20;
const LABEL = { dense: "Dense", noise: "Noise, at most" };

const short = (value) => String(Number(value.toPrecision(4)));
const percent = (share) => `${(100 * share).toFixed(1).replace(/\.0$/, "")} %`;

// The tree: joins ascend, so that a cut undoes the last ones; a segment is what one of those joined.
function tree() {
  const { sizes, joins, rows } = data;
  const leaves = sizes.length;
  const count = [...sizes];
  for (const [one, other] of joins) count.push(count[one] + count[other]);
  const total = count.at(-1);
  const heights = joins.map((join) => join[2]).reverse();
  const cut = (k) => ((k < 2 ? data.top : heights[k - 2]) + (heights[k - 1] ?? heights[k - 2] * 0.9)) / 2;

  function segments(k) {
    const first = leaves + joins.length - (k - 1);
    const undone = joins.slice(joins.length - (k - 1)).flatMap((join) => join.slice(0, 2));
    const parts = k < 2 ? [count.length - 1] : undone.filter((node) => node < first);
    return parts.sort((one, other) => count[other] - count[one]);
  }

  function paint(parts) {
    const css = new Map();
    const open = parts.map((node, place) => [node, `sp-seg-${(place % SLOTS) + 1}`]);
    while (open.length) {
      const [node, name] = open.pop();
      css.set(node, name);
      if (node >= leaves) for (const part of joins[node - leaves].slice(0, 2)) open.push([part, name]);
    }
    for (const path of plot.querySelectorAll("[data-node]")) path.setAttribute("class", css.get(Number(path.dataset.node)) ?? "");
  }

  const numberAt = (value) => Math.min(leaves, 1 + heights.filter((height) => height > value).length);
  return {
    start: cut(data.k),
    step: (value, by) => cut(Math.min(leaves, Math.max(2, numberAt(value) - by))),
    far: 5,
    end: (is_top) => cut(is_top ? 2 : leaves),
    look(value) {
      const k = numberAt(value);
      const parts = segments(k);
      paint(parts);
      const lines = parts.slice(0, SHOWN).map((node, place) => [`Segment ${place + 1}`, `sp-seg-${(place % SLOTS) + 1}`, count[node] / total]);
      if (parts.length > SHOWN) {
        const rest = parts.slice(SHOWN).reduce((sum, node) => sum + count[node], 0);
        lines.push([`${parts.length - SHOWN} smaller ones`, "sp-seg-noise", rest / total]);
      }
      const words = `${k} segment${k === 1 ? "" : "s"}`;
      const about = total < rows ? "about " : "";
      const said = `${words}: the largest has ${about}${percent(count[parts[0]] / total)} of the rows, the smallest ${percent(count[parts.at(-1)] / total)}.`;
      return { k, words, said, lines, is_same: k === data.k || k < 2, train: `Train with ${words}` };
    },
    cut,
  };
}

// The curve: rows whose distance is larger than the reach are not dense.
function curve() {
  const { distances, eps } = data;
  const last = Math.max(distances.length - 1, 1);

  function place(value) {
    const next = distances.findIndex((distance) => distance > value);
    if (next < 0) return last;
    if (next === 0) return 0;
    return next - 1 + (value - distances[next - 1]) / (distances[next] - distances[next - 1]);
  }

  return {
    start: eps,
    step: (value, by) => value + (by * data.top) / 100,
    far: 10,
    end: (is_top) => (is_top ? data.top : data.top / 100),
    look(value) {
      const at = place(value);
      const noise = 1 - at / last;
      const box = find("noise");
      box.setAttribute("x", at);
      box.setAttribute("width", last - at);
      const words = `ε ${short(value)}`;
      const said = `With a reach of ${short(value)} at most ${percent(noise)} of the rows would be noise.`;
      const lines = [[LABEL.dense, "sp-seg-1", 1 - noise], [LABEL.noise, "sp-seg-noise", noise]];
      return { words, said, lines, is_same: Math.abs(value - eps) < eps * 1e-3 || value <= 0, train: `Train with ${words}` };
    },
  };
}

const kind = data.kind === "tree" ? tree() : curve();
let now = kind.start;

function fill(lines) {
  const rows = lines.map(([name, css, share]) => {
    const row = find("row").content.cloneNode(true);
    row.querySelector(".sp-seg").textContent = name;
    row.querySelector(".sp-seg").classList.add(css);
    row.querySelector(".sp-share").classList.add(css);
    const [count, part] = row.querySelectorAll("td");
    count.textContent = Math.round(share * data.rows).toLocaleString("en");
    part.textContent = percent(share);
    row.querySelector("rect:last-child").setAttribute("width", 100 * share);
    return row;
  });
  find("rows").replaceChildren(...rows);
}

// ``from`` is the field that a person is typing in: it is not written over.
function move(value, from) {
  now = Math.min(data.top, Math.max(0, value));
  const seen = kind.look(now);
  line.style.top = `${100 * (1 - now / data.top)}%`;
  line.setAttribute("aria-valuenow", short(now));
  line.setAttribute("aria-valuetext", `${seen.words}, at ${short(now)}`);
  line.classList.toggle("is-high", now > data.top * 0.9);
  find("tag").textContent = seen.words;
  find("said").textContent = seen.said;
  fill(seen.lines);
  const [number, field] = [find("number"), find("value")];
  if (number && number !== from) number.value = seen.k;
  if (field !== from) field.value = short(now);
  if (!train) return;
  train.disabled = seen.is_same;
  train.querySelector("span").textContent = seen.is_same ? "Move the line to train anew" : seen.train;
}

const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: kind.far, PageDown: -kind.far };
line.addEventListener("keydown", (event) => {
  if (event.key in KEYS) move(kind.step(now, KEYS[event.key]));
  else if (event.key === "Home" || event.key === "End") move(kind.end(event.key === "End"));
  else return;
  event.preventDefault();
});

function drag(event) {
  const box = plot.getBoundingClientRect();
  move(data.top * (1 - (event.clientY - box.top) / box.height));
}

// A finger beside the line scrolls the page; on the line it drags.
plot.addEventListener("pointerdown", (event) => {
  if (event.button || (event.pointerType !== "mouse" && !event.target.closest("[data-cut-line]"))) return;
  event.preventDefault();
  plot.setPointerCapture(event.pointerId);
  line.focus({ preventScroll: true });
  drag(event);
});
plot.addEventListener("pointermove", (event) => plot.hasPointerCapture(event.pointerId) && drag(event));

find("value").addEventListener("input", ({ target }) => target.value && move(target.valueAsNumber, target));
find("number")?.addEventListener("input", ({ target }) => {
  const k = target.valueAsNumber;
  if (k >= 2 && k <= data.sizes.length) move(kind.cut(k), target);
});
move(now);
