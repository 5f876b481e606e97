// The editor of a Python recipe. The textarea stays the form's field; CodeMirror stands in its place and writes into it.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { brokenLine, clear, goTo, show } from "./code/broken.js";
import { completion } from "./code/complete.js";
import { theme } from "./code/theme.js";
import { typing } from "./code/typing.js";

const form = document.querySelector("[data-code-form]");
const host = document.querySelector("[data-code]");
const field = () => document.getElementById("p-code");
const dark = new Compartment();
let clean = field().value; // as stored, or as the last template wrote it
let leaving = false;

function isDark() {
  return EditorView.darkTheme.of(document.documentElement.dataset.bsTheme === "dark");
}

function press(selector) {
  document.querySelector(selector)?.click();
  return true;
}

// For two seconds Tab then leaves the editor, also where Escape had something else to close.
function tabLeaves(target) {
  target.setTabFocusMode(2000);
  return false;
}

const ours = Prec.highest(keymap.of([
  { key: "Mod-Enter", run: () => press("[data-code-preview]") },
  { key: "Escape", run: tabLeaves },
  { key: "Mod-s", run: () => press("[data-code-save]"), preventDefault: true },
]));

const reading = [EditorState.readOnly.of(true), EditorView.editable.of(false)];
const writing = [
  history(), indentOnInput(), closeBrackets(), ours, autocompletion(), completion, typing,
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
];

const view = new EditorView({
  doc: clean,
  extensions: [
    EditorView.cspNonce.of(document.querySelector("script[type=importmap]").nonce),
    lineNumbers(), highlightSpecialChars(), drawSelection(), bracketMatching(), highlightActiveLine(), highlightActiveLineGutter(),
    highlightSelectionMatches(), search(), python(), indentUnit.of("    "), EditorState.tabSize.of(4),
    EditorView.contentAttributes.of({ "aria-label": "Code", "aria-describedby": "code-help", tabindex: "0" }),
    EditorView.updateListener.of((update) => { if (update.docChanged) field().value = update.state.doc.toString(); }),
    dark.of(isDark()), theme, brokenLine, field().readOnly ? reading : writing,
  ],
});
host.append(view.dom);
field().hidden = true;
host.dataset.ready = "";
mark();

// What the last preview said of the script stands in #error-code.
function mark() {
  const error = document.getElementById("error-code");
  const line = Number(error?.dataset.line);
  if (line) show(view, line, error.dataset.message);
  else clear(view);
}

// What the script made comes into sight where the grid is wider than its place.
function look() {
  const grid = document.querySelector(".sp-recipe-scroll");
  const last = [...(grid?.querySelectorAll("th.is-changed") ?? [])].at(-1);
  if (last) grid.scrollLeft = Math.max(0, last.offsetLeft + last.offsetWidth - grid.clientWidth);
}

// A template came as a new textarea: one change, which can be taken back.
function take() {
  const changes = { from: 0, to: view.state.doc.length, insert: field().value };
  view.dispatch({ changes, selection: { anchor: 0 }, scrollIntoView: true });
  clean = field().value = view.state.doc.toString();
  field().hidden = true;
  view.focus();
}

document.addEventListener("htmx:afterSettle", (event) => {
  const id = (event.detail.target ?? event.target).id;
  if (id === "p-code") take();
  if (id === "recipe-preview") {
    mark();
    look();
  }
});
document.addEventListener("sp:theme", () => view.dispatch({ effects: dark.reconfigure(isDark()) }));
document.querySelector("label[for=p-code]")?.addEventListener("click", () => view.focus());

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented || host.contains(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const wanted = { Enter: "[data-code-preview]", s: "[data-code-save]" }[event.key];
  if (wanted && press(wanted)) event.preventDefault();
});
form.addEventListener("click", (event) => {
  const line = event.target.closest("[data-code-line]");
  if (line) goTo(view, Number(line.dataset.codeLine));
});

// A template replaces what stands there: asked first where that was edited. htmx asks before it sends.
const ask = document.getElementById("code-replace");
document.addEventListener("htmx:confirm", (event) => {
  if (!event.target.matches("[data-code-template]")) return;
  event.target.closest("details").open = false;
  if (view.state.doc.toString() === clean) return;
  event.preventDefault();
  ask.onclose = () => { if (ask.returnValue === "replace") event.detail.issueRequest(true); };
  ask.returnValue = "";
  ask.showModal();
});

form.addEventListener("submit", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; });
addEventListener("beforeunload", (event) => {
  if (!leaving && view.state.doc.toString() !== clean) event.preventDefault();
});
