// Which node an arrow key leads to: left and right along the arrows, up and down among siblings.
const nearest = (boxes, ids, { x, y }) =>
  ids.toSorted((a, b) => {
    const far = (id) => Math.abs(boxes.get(id).y - y) * 4 + Math.abs(boxes.get(id).x - x);
    return far(a) - far(b);
  })[0];

export function next(layout, id, key) {
  const { boxes, ways } = layout;
  const here = boxes.get(id);
  if (key === "Home") return boxes.keys().next().value;
  if (key === "End") return [...boxes.keys()].at(-1);
  if (key === "ArrowRight") return nearest(boxes, ways.filter(({ from }) => from === id).map(({ to }) => to), here);
  if (key === "ArrowLeft") return nearest(boxes, ways.filter(({ to }) => to === id).map(({ from }) => from), here);
  const sign = { ArrowUp: -1, ArrowDown: 1 }[key];
  const beyond = [...boxes.keys()].filter((other) => (boxes.get(other).y - here.y) * sign > 1);
  const column = beyond.filter((other) => Math.abs(boxes.get(other).x - here.x) < here.width / 2);
  return nearest(boxes, column.length ? column : beyond, here);
}
