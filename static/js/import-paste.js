// A table pasted anywhere on the page is shown as its preview; in the field it waits for the button.
const MOST_BYTES = 5 * 1024 * 1024;
const form = document.querySelector("form[data-paste]");
const field = form?.querySelector("textarea");
const error = form?.querySelector("#paste-error");

// Says what is wrong with the text, if anything is.
function fault(text) {
  if (!text.trim()) return "Nothing was pasted. Copy the cells in your spreadsheet, then paste them.";
  if (new Blob([text]).size > MOST_BYTES) {
    return "More than 5 MB were pasted. Save the table as a file and choose that instead.";
  }
  return "";
}

function show(sentence) {
  error.hidden = !sentence;
  error.querySelector("span").textContent = sentence;
  field.setAttribute("aria-invalid", Boolean(sentence));
  if (sentence) form.querySelector("details").open = true;
}

document.addEventListener("paste", (event) => {
  if (!form || event.target.closest?.("input, textarea, [contenteditable]")) return;
  if (document.querySelector("dialog[open]") || event.clipboardData.files.length > 0) return;
  const text = event.clipboardData.getData("text/plain");
  if (!text) return;
  event.preventDefault();
  const sentence = fault(text);
  show(sentence);
  if (sentence) return;
  field.value = text;
  form.requestSubmit();
});

form?.addEventListener(
  "submit",
  (event) => {
    const sentence = fault(field.value);
    show(sentence);
    if (sentence) event.preventDefault();
  },
  true,
);
field?.addEventListener("input", () => show(""));
