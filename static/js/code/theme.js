// How the editor looks: our tokens, which follow the theme by themselves.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { color: "var(--sp-text)", backgroundColor: "var(--sp-surface)", fontSize: "0.8125rem", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--sp-mono)", lineHeight: "1.375rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--sp-text)", padding: "0.5rem 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--sp-text)" },
  ".cm-gutters": { color: "var(--sp-muted)", backgroundColor: "var(--sp-sunken)", borderRight: "1px solid var(--sp-line)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.25rem", fontVariantNumeric: "tabular-nums" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--sp-hover) 60%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--sp-text)", backgroundColor: "var(--sp-hover)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--sp-brand) 24%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--sp-warn-soft)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--sp-brand-soft)", outline: "1px solid var(--sp-brand-text)" },
  ".cm-searchMatch": { backgroundColor: "var(--sp-warn-soft)", outline: "1px solid var(--sp-warn)" },
  ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "var(--sp-brand-soft)" },
  ".cm-panels": { color: "var(--sp-text)", backgroundColor: "var(--sp-sunken)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--sp-line)" },
  ".cm-panel.cm-search": { padding: "0.5rem 2rem 0.5rem 0.5rem", fontFamily: "var(--sp-sans)" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "0.25rem", fontSize: "0.75rem", minHeight: "24px" },
  ".cm-panel.cm-search [type=checkbox]": { width: "1rem", height: "1rem", margin: "0", accentColor: "var(--sp-brand)" },
  ".cm-panel.cm-search [name=close]": { color: "inherit", minWidth: "24px", minHeight: "24px" },
  ".cm-textfield": { color: "var(--sp-text)", backgroundColor: "var(--sp-surface)", borderColor: "var(--sp-control)", borderRadius: "4px", fontSize: "0.75rem", minHeight: "24px" },
  ".cm-button": { color: "var(--sp-text)", backgroundImage: "none", backgroundColor: "var(--sp-surface)", borderColor: "var(--sp-line-strong)", borderRadius: "4px", fontSize: "0.75rem", minHeight: "24px" },
  ".cm-tooltip": { color: "var(--sp-text)", backgroundColor: "var(--sp-raised)", border: "1px solid var(--sp-line-strong)", borderRadius: "6px", boxShadow: "var(--sp-shadow-2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sp-mono)", fontSize: "0.75rem", maxWidth: "min(30rem, 90vw)" },
  ".cm-tooltip-autocomplete ul li": { color: "var(--sp-text)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--sp-on-brand)", backgroundColor: "var(--sp-brand)" },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionDetail": { color: "inherit", fontStyle: "normal", opacity: "0.8" },
  ".cm-diagnostic": { fontFamily: "var(--sp-sans)", fontSize: "0.8125rem", maxWidth: "28rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--sp-bad)" },
  ".cm-line.cm-broken": { backgroundColor: "var(--sp-bad-soft)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.self], color: "var(--sp-brand-text)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--sp-ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--sp-info)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.className], color: "var(--sp-code)" },
  { tag: tags.function(tags.definition(tags.variableName)), color: "var(--sp-code)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--sp-muted)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--sp-bad)" },
]);

export const theme = [look, syntaxHighlighting(colours)];
