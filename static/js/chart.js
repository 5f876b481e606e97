// Figures: each [data-figure] is drawn by Plotly from its JSON in the theme's colours. Plotly is
// fetched when the first of them comes near the screen.
const SLOTS = 12;
const LEGEND = 26; // characters of a name beside its colour
const MANY = 6;
const NARROW = 480; // pixels
const BESIDE = 72; // pixels for ticks, titles and margins
const ABOVE = 64;
const TICK = 16; // characters of a category in a narrow box
const drawn = new Set();
let loading;

function load() {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = document.getElementById("sp-plotly").href;
    script.onload = () => done(window.Plotly);
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

// A token as the browser resolves it (light-dark() and var() are of no use to Plotly).
function colour(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

// A label of null stands for all segments that have no trace of their own.
function segment(label, colors) {
  const slot = colors?.[label] ?? label + 1;
  return colour(label === null || label < 0 ? "--sp-noise" : `--sp-segment-${((slot - 1) % SLOTS) + 1}`);
}

// Plotly reads tags, entities and %{…} in what it writes: a name of a person's is made plain text.
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("{", "&#123;");

function short(name) {
  const letters = [...name];
  return letters.length > LEGEND ? `${letters.slice(0, LEGEND - 1).join("")}…` : name;
}

// Marks of a segment carry the name that people gave it, cut in the legend, whole when pointed at.
function named(trace, names) {
  const name = names?.[trace.meta?.segment];
  if (name === undefined) return trace;
  const hovertemplate = trace.hovertemplate?.replace(trace.name, () => plain(name));
  const x = trace.x?.length === 1 && trace.x[0] === trace.name ? [plain(short(name))] : trace.x;
  return { ...trace, x, name: plain(short(name)), hovertemplate };
}

// Ticks that are segments say so in layout.meta.ticks, by their labels.
function renamed(layout, names) {
  const labels = layout.meta?.ticks;
  if (!labels || !names) return layout;
  return { ...layout, yaxis: { ...layout.yaxis, ticktext: labels.map((label) => plain(short(names[label] ?? `Segment ${label + 1}`))) } };
}

function template() {
  const line = colour("--sp-line");
  const text = colour("--sp-text");
  const muted = colour("--sp-muted");
  const surface = colour("--sp-surface");
  const family = getComputedStyle(document.body).fontFamily;
  const axis = {
    gridcolor: line, zerolinecolor: colour("--sp-line-strong"), linecolor: line, tickcolor: line, automargin: true,
    tickfont: { color: muted, size: 11 }, title: { font: { color: muted, size: 12 }, standoff: 8 },
  };
  const deep = { gridcolor: line, zerolinecolor: colour("--sp-line-strong"), backgroundcolor: surface, tickfont: { color: muted, size: 10 }, title: { font: { color: muted, size: 11 } } };
  const scale = [[0, colour("--sp-info")], [0.5, surface], [1, colour("--sp-brand")]];
  return {
    layout: {
      font: { family, size: 12, color: text }, paper_bgcolor: surface, plot_bgcolor: surface,
      colorway: Array.from({ length: SLOTS }, (_, at) => colour(`--sp-segment-${at + 1}`)),
      xaxis: axis, yaxis: axis, margin: { l: 44, r: 12, t: 12, b: 40 }, hovermode: "closest", dragmode: "zoom",
      hoverlabel: { bgcolor: colour("--sp-raised"), bordercolor: colour("--sp-line-strong"), font: { family, color: text, size: 12 } },
      legend: { orientation: "h", y: -0.16, yanchor: "top", x: 0, font: { color: text, size: 12 }, itemsizing: "constant" },
      colorscale: { diverging: scale },
      scene: { xaxis: deep, yaxis: deep, zaxis: deep },
      polar: { bgcolor: surface, radialaxis: { ...axis, tickfont: { color: muted, size: 10 } }, angularaxis: { gridcolor: line, linecolor: line, tickfont: { color: text, size: 12 } } },
      shapedefaults: { line: { color: muted } }, annotationdefaults: { font: { color: muted, size: 12 } },
      newselection: { line: { color: text, width: 1.5, dash: "solid" } }, activeselection: { fillcolor: colour("--sp-brand"), opacity: 0.08 },
    },
    data: { scatter: [{ marker: { size: 5, opacity: 0.8 } }], bar: [{ error_y: { color: text } }], heatmap: [{ colorscale: scale, zmid: 0, colorbar: { outlinewidth: 0 } }] },
  };
}

// Marks of a segment take its colour; what the figure says of size and opacity stays.
function painted(trace, colors) {
  const of = trace.meta?.segment === undefined ? trace.meta?.segments : trace.meta.segment;
  if (of === undefined) return trace;
  const color = Array.isArray(of) ? of.map((label) => segment(label, colors)) : segment(of, colors);
  const line = Array.isArray(color) ? trace.line : { ...trace.line, color };
  return { ...trace, marker: { ...trace.marker, color }, line };
}

const save = (format) => (graph) =>
  window.Plotly.downloadImage(graph, { format, filename: graph.dataset.name, scale: 2, width: graph.clientWidth, height: graph.clientHeight });

function config(box, figure) {
  const areas = box.dataset.select && figure.data[0]?.type === "scatter" ? ["lasso2d", "select2d", "zoom2d"] : [];
  const reset = figure.layout.scene ? "resetCameraDefault3d" : figure.layout.polar ? [] : "resetScale2d";
  const icon = window.Plotly.Icons.camera;
  return {
    displaylogo: false,
    responsive: true,
    modeBarButtons: [[
      { name: "png", title: "Download as PNG", icon, click: save("png") },
      { name: "svg", title: "Download as SVG", icon: window.Plotly.Icons.disk, click: save("svg") },
      ...areas,
      reset,
    ].flat()],
  };
}

// For a screen reader the drawing is one image with the words beside it; the buttons stay buttons.
function describe(box) {
  const [first, ...others] = box.querySelectorAll(".main-svg");
  first?.setAttribute("role", "img");
  first?.setAttribute("aria-label", box.dataset.words);
  for (const other of others) other.setAttribute("aria-hidden", "true");
}

// Names of categories would take half of a narrow box; an entity counts as the letter that it is.
function ticks(box, layout) {
  const texts = layout.yaxis?.ticktext;
  if (!texts || box.clientWidth >= NARROW) return layout;
  const cut = (text) => {
    const letters = text.match(/&#?\w+;|./gsu) ?? [];
    return letters.length > TICK ? `${letters.slice(0, TICK - 1).join("")}…` : text;
  };
  return { ...layout, yaxis: { ...layout.yaxis, ticktext: texts.map(cut) } };
}

// A map has the same scale both ways: in a narrow box without a legend it needs less than its height.
function height(box, { xaxis, yaxis }, showlegend) {
  if (showlegend !== false || !yaxis?.scaleanchor || box.clientWidth >= NARROW) return "";
  const [[left, right], [low, high]] = [xaxis.range, yaxis.range];
  return `${Math.round(((box.clientWidth - BESIDE) * (high - low)) / (right - left)) + ABOVE}px`;
}

// Where customers can be selected the pointer draws around them, unless it is a finger that scrolls.
function mode(box, figure) {
  if (figure.layout.scene) return "turntable";
  if (!box.dataset.select || figure.data[0]?.type !== "scatter") return "zoom";
  return matchMedia("(pointer: coarse)").matches ? "zoom" : "lasso";
}

async function draw(box) {
  try {
    const plotly = await load();
    const { colors, names, ...figure } = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    const data = figure.data.map((trace) => named(painted(trace, colors), names));
    box.querySelector(".sp-skeleton")?.remove();
    // Many names in a narrow box would leave no room for the drawing; its page lists them beside it.
    const showlegend = names && data.length > MANY && box.clientWidth < NARROW ? false : figure.layout.showlegend;
    box.style.height = height(box, figure.layout, showlegend);
    await plotly.react(box, data, { ...ticks(box, renamed(figure.layout, names)), showlegend, template: template(), autosize: true, dragmode: mode(box, figure) }, config(box, figure));
    describe(box);
    box.dispatchEvent(new CustomEvent("sp:drawn", { bubbles: true }));
    box.dataset.drawn = "";
    drawn.add(box);
  } catch {
    box.textContent = "The figure could not be drawn; its table holds the same.";
  }
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    draw(target);
  }
}, { rootMargin: "300px" });

function look() {
  for (const box of document.querySelectorAll("[data-figure]:not([data-seen])")) {
    box.dataset.seen = "";
    near.observe(box);
  }
}

document.addEventListener("sp:theme", () => drawn.forEach((box) => (box.isConnected ? draw(box) : drawn.delete(box))));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (drawn.delete(event.target)) window.Plotly.purge(event.target);
});
document.addEventListener("htmx:afterSettle", look);
look();
