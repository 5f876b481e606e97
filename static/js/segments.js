// Score a dataset: the output's proposed name follows the dataset until it is typed over.
document.addEventListener("change", (event) => {
  const output = document.querySelector(`[data-output-of="${event.target.id}"]`);
  const proposed = event.target.selectedOptions?.[0]?.dataset.output;
  if (output && proposed && !output.dataset.typed) output.value = proposed;
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-output-of]")) event.target.dataset.typed = "1";
});
