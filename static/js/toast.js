// Toasts: those the server wrote, and those of `sp:toast` events ({message, kind}); errors stay until dismissed.
const STAY_MS = 6000;
const box = document.getElementById("sp-toasts");
const later = new WeakSet();

function expire(toast) {
  if (later.has(toast)) return;
  later.add(toast);
  if (toast.matches(".sp-notice-bad, .sp-notice-warn")) return;
  let timer = setTimeout(() => toast.remove(), STAY_MS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(() => toast.remove(), STAY_MS);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

function add({ message = "", kind = "info" }) {
  const template = document.getElementById(kind === "success" ? "sp-toast-success" : "sp-toast");
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-text]").textContent = message;
  box.append(toast);
}

document.addEventListener("sp:toast", (event) => add(event.detail ?? {}));
document.addEventListener("sp:announce", (event) => {
  document.getElementById("sp-announce").textContent = event.detail?.message ?? "";
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]")?.remove();
});
if (box) {
  new MutationObserver(() => box.querySelectorAll("[data-toast]").forEach(expire)).observe(box, { childList: true });
  box.querySelectorAll("[data-toast]").forEach(expire);
}
