// Shortcuts of every page; the list is in components/_shortcuts.html. Single keys never fire while typing.
const GO = { p: ".sp-brand", a: 'a[href="/account/"]' };
const TYPING = "input, textarea, select, [contenteditable], .cm-editor";
let leader = 0;

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-key-mod]")) key.textContent = key.textContent.replace("Ctrl", "⌘");
}

function show(id) {
  const dialog = document.getElementById(id);
  if (!dialog || document.querySelector("dialog[open]")) return false;
  dialog.showModal();
  return true;
}

function single(key) {
  if (Date.now() - leader < 1200 && GO[key]) {
    leader = 0;
    document.querySelector(GO[key])?.click();
    return true;
  }
  if (key === "g") leader = Date.now();
  if (key === "?") return show("sp-shortcuts");
  if (key === "[") return document.querySelector("[data-rail-toggle]")?.click() ?? true;
  if (key === "j") return document.querySelector("[data-jobs-menu] > summary")?.click() ?? true;
  return false;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (show("sp-search")) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(TYPING)) return;
  if (document.querySelector("dialog[open]")) return;
  if (single(event.key)) event.preventDefault();
});

// Arrows walk through the results of the search; Enter in the box opens the first.
const search = document.getElementById("sp-search");
search?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...search.querySelectorAll(".sp-search-results a")];
  if (event.key === "Enter" && event.target.matches("input") && links.length) {
    event.preventDefault();
    links[0].click();
  }
  if (!step || !links.length) return;
  event.preventDefault();
  const next = links.indexOf(document.activeElement) + step;
  (next < 0 ? search.querySelector("input") : links[Math.min(next, links.length - 1)]).focus();
});
