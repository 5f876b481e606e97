// The table of a preview brought up to date: only cells that changed are touched, where they stand.
const MANY = 40; // changed columns: a table drawn anew is there sooner than so many of its cells

export function mergeTable(old, fresh) {
  const [before, after] = [old.tHead.rows[0].cells, fresh.tHead.rows[0].cells];
  const changed = [...after].filter((now, place) => !isSame(before[place], now));
  const other = before.length !== after.length || old.className !== fresh.className;
  if (other || changed.length > MANY) {
    old.replaceWith(fresh);
    return;
  }
  for (const now of changed) become(before[now.cellIndex], now);
  const [rows, wanted] = [old.tBodies[0].rows, [...fresh.tBodies[0].rows]];
  while (rows.length > wanted.length) rows[rows.length - 1].remove();
  for (const [number, row] of wanted.entries()) {
    if (number >= rows.length) old.tBodies[0].append(row);
    else mergeCells(rows[number], [...row.cells]);
  }
}

// A list of types that has been filled is the same as one that is not yet.
function isSame(head, now) {
  if (!head || head.isEqualNode(now)) return Boolean(head);
  if (!now.querySelector("[data-lean]") || head.querySelector("[data-lean]")) return false;
  const whole = now.cloneNode(true);
  complete(whole.querySelector("[data-lean]"));
  return head.isEqualNode(whole);
}

function mergeCells(row, cells) {
  for (const [place, cell] of cells.entries()) become(row.cells[place], cell);
}

// A cell changes where it stands: another in its place has the style of the whole row looked up.
export function become(cell, now) {
  if (cell.isEqualNode(now)) return;
  for (const { name } of [...cell.attributes]) if (!now.hasAttribute(name)) cell.removeAttribute(name);
  for (const { name, value } of now.attributes) {
    if (cell.getAttribute(name) !== value) cell.setAttribute(name, value);
  }
  cell.replaceChildren(...now.childNodes);
}

// An answer of many columns brings only what is chosen; the others come before the list opens.
export function complete(select) {
  const guessed = select?.dataset.lean;
  if (guessed === undefined) return;
  delete select.dataset.lean;
  const { value } = select;
  const types = document.getElementById("import-types").content.cloneNode(true);
  const leftToFile = value ? types.querySelector('[value=""]') : select.options[0];
  const others = [...types.children].filter((each) => each.value && (value || each.value !== guessed));
  select.replaceChildren(leftToFile, ...others);
  for (const option of select.options) option.defaultSelected = option.value === value;
}
