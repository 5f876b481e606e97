// An answer of htmx that failed is always shown: in the nearest [data-errors], else as a toast.
const toasts = document.getElementById("sp-toasts");

function template(id) {
  return document.getElementById(id).innerHTML;
}

function show(html, near) {
  const place = near?.closest?.("[data-errors]") ?? toasts;
  place.insertAdjacentHTML("afterbegin", html);
  const open = document.querySelector("dialog[open]");
  // The page under a modal popup is inert: the toasts move into it, and home again when it closes.
  if (place === toasts && open && !open.contains(toasts)) {
    open.append(toasts);
    open.addEventListener("close", () => document.body.append(toasts), { once: true });
  }
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.status === 422) return;
  event.detail.shouldSwap = false;
  const whole = /<html|<!doctype/i.test(xhr.responseText);
  show(whole || !xhr.responseText.trim() ? template("sp-broken") : xhr.responseText, event.detail.elt);
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    // Polls try again by themselves; only what a person asked for is worth a word.
    if (event.detail.requestConfig?.triggeringEvent) show(template("sp-offline"), event.detail.elt);
  });
}
