// Runs before the first paint: the theme and the rail as this browser knows them.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the page works without
    }
  };
  const choice = read("sp-theme") ?? "system";
  const dark = choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
  root.dataset.themeChoice = choice;
  if (read("sp-rail") === "narrow") root.dataset.rail = "narrow";
  root.classList.add("js");
})();
