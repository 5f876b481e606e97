// The rail of a project: narrow or wide on desktops (kept), open or closed on phones.
const root = document.documentElement;
const toggle = document.querySelector("[data-rail-toggle]");
const opener = document.querySelector("[data-rail-open]");

function showWidth() {
  const narrow = root.dataset.rail === "narrow";
  toggle?.setAttribute("aria-pressed", String(narrow));
  for (const link of document.querySelectorAll(".sp-rail-link")) {
    link.title = narrow ? link.textContent.trim() : "";
  }
}

toggle?.addEventListener("click", () => {
  const narrow = root.dataset.rail !== "narrow";
  if (narrow) root.dataset.rail = "narrow";
  else delete root.dataset.rail;
  try {
    localStorage.setItem("sp-rail", narrow ? "narrow" : "wide");
  } catch {
    // kept for this page only
  }
  showWidth();
});

function setOpen(open) {
  root.toggleAttribute("data-rail-open", open);
  opener?.setAttribute("aria-expanded", String(open));
}

opener?.addEventListener("click", () => setOpen(!root.hasAttribute("data-rail-open")));
document.addEventListener("click", (event) => {
  if (!event.target.closest(".sp-rail, [data-rail-open]:not(html)")) setOpen(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !root.hasAttribute("data-rail-open")) return;
  setOpen(false);
  opener?.focus();
});
showWidth();
