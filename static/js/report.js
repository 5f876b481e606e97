// The button *Print* of a report.
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
