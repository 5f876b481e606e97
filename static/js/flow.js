// The flow asks for its rows again while something runs, but not while a menu in them is open.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id !== "flow") return;
  if (document.querySelector("#flow details[open], #flow-actions details[open]")) event.preventDefault();
});
