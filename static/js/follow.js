// Where a page waits for a job ([data-follow] around its progress), success leads on to the job's result.
function follow(root) {
  const done = root.querySelector?.("[data-job-state]") ?? root.closest?.("[data-job-state]");
  if (!done || ["queued", "running"].includes(done.dataset.jobState)) return;
  document.dispatchEvent(new CustomEvent("sp:job-finished"));
  const { jobState, jobUrl } = done.dataset;
  const wish = done.closest("[data-follow]")?.dataset.follow; // "here": this page also tells of failure
  if (wish === "here") location.reload();
  else if (jobUrl && wish === "" && jobState === "succeeded") location.assign(jobUrl);
}

for (const name of ["htmx:afterSettle", "htmx:sseMessage"]) {
  document.addEventListener(name, (event) => follow(event.detail.elt ?? event.target));
}
