// A row of links that is wider than the screen shows the chosen one.
function show() {
  for (const chosen of document.querySelectorAll(":is(.sp-tabs, .sp-customers-links) [aria-current]")) {
    const row = chosen.closest(".sp-tabs, .sp-customers-links");
    const place = chosen.getBoundingClientRect();
    const box = row.getBoundingClientRect();
    if (place.left < box.left || place.right > box.right) row.scrollLeft += place.left - box.left - (box.width - place.width) / 2;
  }
}

document.addEventListener("htmx:afterSettle", show);
show();
