// The arrows, as one picture behind the nodes; the list of nodes says the same in words.
const SVG = "http://www.w3.org/2000/svg";
const TIP = 7;

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Leaves and arrives level; between two ranks it swings, past others it follows dagre's points.
function path(points) {
  let line = `M${points[0].x},${points[0].y}`;
  for (let at = 1; at < points.length; at += 1) {
    const [from, to] = [points[at - 1], points[at]];
    const bend = (to.x - from.x) / 2;
    line += ` C${from.x + bend},${from.y} ${to.x - bend},${to.y} ${to.x},${to.y}`;
  }
  return line;
}

export function draw(layout) {
  const { width, height } = layout;
  const svg = element("svg", { class: "sp-flow-edges", width, height, "aria-hidden": "true" });
  for (const { from, to, points } of layout.ways) {
    const [start, end] = [layout.boxes.get(from), layout.boxes.get(to)];
    const first = { x: start.x + start.width / 2, y: start.y };
    const last = { x: end.x - end.width / 2, y: end.y };
    const stops = [first, ...points.slice(1, -1).filter(({ x }) => x > first.x && x < last.x - TIP)];
    // The middle of a short arrow is no corner.
    const kept = stops.length > 2 ? stops : [first];
    const group = element("g", { "data-from": from, "data-to": to });
    group.append(
      element("path", { d: path([...kept, { x: last.x - TIP, y: last.y }]) }),
      element("polygon", { points: `${last.x},${last.y} ${last.x - TIP - 1},${last.y - 4.5} ${last.x - TIP - 1},${last.y + 4.5}` }),
    );
    svg.append(group);
  }
  return svg;
}
