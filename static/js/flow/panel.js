// The panel of the selected node: its address is ?node=, so Back, reload and links work.
const panel = () => document.getElementById("flow-panel");
const shownNode = () => panel()?.querySelector("[data-panel]");
export const selected = () => new URL(location.href).searchParams.get("node") ?? "";

export function address(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("node", id);
  else url.searchParams.delete("node");
  return url.pathname + url.search;
}

export async function show(id) {
  if (!id) panel().replaceChildren();
  else await window.htmx.ajax("GET", address(id), { target: "#flow-panel", swap: "innerHTML" });
}

// What is shown follows what it tells of: a state that changed is read again, unless a menu is open.
export function refresh(row) {
  const now = shownNode();
  if (!now || !row || now.dataset.stamp === row.dataset.stamp || panel().querySelector("details[open]")) return;
  const focus = panel().contains(document.activeElement) ? document.activeElement.id : "";
  show(now.dataset.panel).then(() => focus && document.getElementById(focus)?.focus({ preventScroll: true }));
}
