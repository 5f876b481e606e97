// The theme switch: any [data-theme-set="system|light|dark"], a button or a radio.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function show() {
  const choice = root.dataset.themeChoice;
  const dark = choice === "dark" || (choice === "system" && system.matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
  for (const control of document.querySelectorAll("[data-theme-set]")) {
    const active = control.dataset.themeSet === choice;
    if (control.type === "radio") control.checked = active;
    else control.setAttribute("aria-pressed", String(active));
  }
  document.dispatchEvent(new CustomEvent("sp:theme", { detail: { theme: root.dataset.bsTheme } }));
}

function keep(choice) {
  root.dataset.themeChoice = choice;
  try {
    localStorage.setItem("sp-theme", choice);
  } catch {
    // kept for this page only
  }
  show();
}

document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-theme-set]");
  if (control) keep(control.dataset.themeSet);
});
system.addEventListener("change", show);
document.addEventListener("htmx:afterSettle", () => {
  if (document.querySelector("input[data-theme-set]")) show();
});
show();
