// The line on which the script stopped: marked in the text and in the gutter, with the sentence, until it is changed.
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

const broken = StateEffect.define();
const mark = Decoration.line({ class: "cm-broken" });

const field = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let kept = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(broken)) kept = effect.value === null ? Decoration.none : Decoration.set([mark.range(effect.value)]);
    }
    return kept;
  },
  provide: (marks) => EditorView.decorations.from(marks),
});

export function clear(view) {
  view.dispatch(setDiagnostics(view.state, []), { effects: broken.of(null) });
}

export function show(view, number, message) {
  if (!(number >= 1 && number <= view.state.doc.lines)) return clear(view);
  const line = view.state.doc.line(number);
  const from = line.from + (line.text.length - line.text.trimStart().length);
  const found = { from: Math.min(from, line.to), to: line.to, severity: "error", message };
  view.dispatch(setDiagnostics(view.state, [found]), { effects: broken.of(line.from) });
}

export function goTo(view, number) {
  const line = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
  view.dispatch({ selection: { anchor: line.to }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
  view.focus();
}

// A changed line is no longer known to be wrong.
const forget = EditorView.updateListener.of((update) => {
  if (!update.docChanged) return;
  let at = null;
  update.startState.field(field).between(0, update.startState.doc.length, (from) => { at = from; });
  if (at === null) return;
  const line = update.startState.doc.lineAt(at);
  if (update.changes.touchesRange(line.from, line.to)) queueMicrotask(() => clear(update.view));
});

export const brokenLine = [field, lintGutter(), forget];
