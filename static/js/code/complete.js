// What the editor proposes: inputs and columns inside quotes, the script's own names, the basics of pandas and numpy.
import { pythonLanguage } from "@codemirror/lang-python";
import { syntaxTree } from "@codemirror/language";

const MODULES = {
  pd: "DataFrame Series Timestamp Timedelta concat cut qcut date_range get_dummies isna melt merge notna pivot_table to_datetime to_numeric",
  np: "abs arange array ceil clip exp floor inf isnan log log1p maximum mean median minimum nan percentile round select sqrt std sum unique where zeros",
};
const WORLD = [
  { label: "inputs", type: "variable", detail: "the tables, by name" },
  { label: "output", type: "variable", detail: "the table to make" },
  { label: "progress", type: "function", detail: "progress(0.5, \"Half way\")", apply: "progress(" },
  { label: "pd", type: "namespace", detail: "pandas" },
  { label: "np", type: "namespace", detail: "numpy" },
];

// {"orders": [{"name": "Price", "type": "decimal"}, …]}, written by the server beside the inputs.
function tables() {
  return JSON.parse(document.getElementById("code-tables")?.textContent || "{}");
}

function written(name) {
  return JSON.stringify(name).slice(1, -1);
}

function names() {
  return Object.keys(tables()).map((name) => ({ label: written(name), type: "class", detail: "input" }));
}

function columns() {
  const found = new Map();
  for (const [table, list] of Object.entries(tables())) {
    for (const { name, type } of list) {
      const known = found.get(name);
      found.set(name, { label: written(name), type: "property", detail: known ? `${known.detail}, ${table}` : `${type} · ${table}` });
    }
  }
  return [...found.values()];
}

function quoted(context, node) {
  const before = context.state.sliceDoc(Math.max(0, node.from - 40), node.from);
  const inside = /^["']/.test(context.state.sliceDoc(node.from, node.from + 1));
  if (!inside) return null;
  const options = /inputs\s*\[\s*$/.test(before) ? names() : columns();
  return { from: node.from + 1, options, validFor: /^[^"'\n]*$/ };
}

function complete(context) {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (node.name === "String" && context.pos > node.from) return quoted(context, node);
  if (/Comment|String/.test(node.name)) return null;
  const member = context.matchBefore(/\b(?:pd|np)\.\w*/);
  if (member) {
    const [module] = member.text.split(".");
    const options = MODULES[module].split(" ").map((label) => ({ label, type: "function" }));
    return { from: member.from + module.length + 1, options, validFor: /^\w*$/ };
  }
  const word = context.matchBefore(/(?<![\w.])\w+/);
  if (!word && !context.explicit) return null;
  return { from: word?.from ?? context.pos, options: WORLD, validFor: /^\w*$/ };
}

export const completion = pythonLanguage.data.of({ autocomplete: complete });
