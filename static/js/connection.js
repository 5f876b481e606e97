// The form of a connection: fields come with the choice that they belong to; answers mark the fields that
// they speak of, and the first of these takes the focus.
const form = document.getElementById("connection-form");

function fit() {
  for (const part of form.querySelectorAll("[data-only]")) {
    const chosen = document.getElementById(part.dataset.only)?.value;
    part.hidden = !part.dataset.choices.split(" ").includes(chosen) && !part.querySelector("[aria-invalid]");
  }
}

function mark() {
  const wrong = [];
  for (const error of form.querySelectorAll("[data-error-for]")) {
    const field = document.getElementById(`p-${error.dataset.errorFor}`);
    if (error.textContent.trim()) {
      field?.setAttribute("aria-invalid", "true");
      if (field) wrong.push(field);
    } else field?.removeAttribute("aria-invalid");
  }
  fit();
  const [first] = wrong;
  const fold = first?.closest("details");
  if (fold) fold.open = true;
  first?.focus();
}

form.addEventListener("change", fit);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "connection-test") mark();
});
mark();
