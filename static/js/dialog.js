// Popups: [data-dialog-open="id"], [data-dialog-close], and #sp-dialog that htmx fills.
const popup = document.getElementById("sp-dialog");
let opener = null;

function open(dialog, from) {
  if (dialog.open) return;
  opener = from ?? document.activeElement;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const trigger = event.target.closest("[data-dialog-open]");
  const dialog = trigger && document.getElementById(trigger.dataset.dialogOpen);
  if (dialog && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    open(dialog, trigger);
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
});

// A press that starts and ends on the backdrop closes, unless something was typed.
let pressed = null;
document.addEventListener("pointerdown", (event) => {
  pressed = event.target;
});
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || pressed !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && !dialog.querySelector("form[data-dirty]")) dialog.close();
});

document.addEventListener("input", (event) => {
  event.target.closest("dialog form[method=post]")?.setAttribute("data-dirty", "");
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!popup?.contains(event.detail.target)) return;
  open(popup, event.detail.requestConfig?.elt);
  const first = popup.querySelector("[data-form-errors], [aria-invalid=true], [autofocus], input:not([type=hidden])");
  first?.focus();
});

popup?.addEventListener("close", () => {
  document.getElementById("sp-dialog-body").replaceChildren();
});
document.addEventListener(
  "close",
  (event) => {
    if (event.target instanceof HTMLDialogElement && opener?.isConnected) opener.focus();
  },
  true,
);
document.addEventListener("sp:close-dialog", () => popup?.close());
