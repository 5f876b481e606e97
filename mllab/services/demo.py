"""The demo project: generated orders, brought by the usual services to scored segments."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from datasets.models import Dataset
from datasets.services.imports import dataset_import_start
from datasets.services.recipes import recipe_create, recipe_run_start
from datasets.services.uploads import upload_store
from mllab.models import Prototype, UseCase
from mllab.services.demo_words import words_propose
from mllab.services.experiments import experiment_create
from mllab.services.leaderboards import leaderboard
from mllab.services.results import prototype_profiles
from mllab.services.scoring import score_start
from mllab.services.segmentations import promote
from mllab.services.segments import segment_change
from mllab.services.use_cases import use_case_create
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from projects.services.guide import MAKING, OPEN, guide_job, guide_set, guide_state
from projects.services.jobs import job_start, jobs_hold
from projects.services.jobs_here import job_finish
from projects.services.projects import project_create, project_purge
from projects.services.text import clean_name, name_free
from segplatform.kernel.errors import Cancelled, Conflict, UserError
from segplatform.kernel.progress import Progress, SubProgress

DEMO = "mllab.demo"
NAME = "Demo: online retail"
TITLE = "Make the demo project"
DESCRIPTION = (
    "Orders of a gift shop that does not exist: generated in the shape of the Online Retail data, "
    "then prepared, segmented and scored. Change or delete anything."
)
ROWS, CUSTOMERS, SEED = 20_000, 800, 3
MAX_ROWS = 5_000_000
MAX_SEED = 2**31 - 1
CHUNK = 2**20
PHASES = (
    (0.15, "Generate orders and import them"),
    (0.25, "Prepare: total price, without cancellations"),
    (0.35, "RFM: from orders to customers"),
    (0.85, "Train six models"),
    (0.90, "Add the best one to the flow and name its segments"),
    (1.00, "Score the customers"),
)
STEPS = (
    {"kind": "formula", "column": "TotalPrice", "expression": "Quantity * UnitPrice"},
    {
        "kind": "filter",
        "expression": "CustomerID is not null and Quantity > 0 and UnitPrice > 0",
    },
)
RFM = {
    "customer": "CustomerID", "date": "InvoiceDate", "invoice": "InvoiceNo",
    "amount": "TotalPrice",
}  # fmt: skip
FEATURES = (
    {"column": "CustomerID", "role": "display"},
    {"column": "Recency", "role": "input"},
    {"column": "Frequency", "role": "input"},
    {"column": "Monetary", "role": "input"},
    {"column": "Group", "role": "display"},
)
MODELS: tuple[dict[str, Any], ...] = (
    {"algorithm": "kmeans", "params": {"k": 5}},
    {"algorithm": "minibatch_kmeans", "params": {"k": 4}},
    {"algorithm": "bisecting_kmeans", "params": {"k": 5}},
    {"algorithm": "agglomerative", "params": {"k": 6}},
    {"algorithm": "gaussian_mixture", "params": {"k": 5}},
    {"algorithm": "hdbscan", "params": {}},
)
SEGMENTS = range(3, 8)
"""As many segments can be told apart and named; the leader among those is taken if there is one."""
CANCELLED = "Making the demo project was cancelled."
LOST = "The process that made the demo project disappeared."


def demo_start(
    *,
    user: User,
    name: str = NAME,
    rows: int = ROWS,
    customers: int = CUSTOMERS,
    seed: int = SEED,
) -> tuple[Project, Job]:
    """Start making a demo project; a second click returns the one that is being made.

    What is left of one whose making ended badly is removed. A name that the person has already
    gets a number. Raises ``UserError`` for a size that is not possible.
    """
    _size_check(rows, customers, seed)
    with transaction.atomic():
        jobs_hold(jobs=Job.objects.filter(name=DEMO, created_by=user))
        # Two clicks wait for each other here.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        for project, job in _making(user):
            if job and job.is_active:
                return project, job
            project_purge(project=project)
        project = project_create(
            user=user, name=_name_free(user, name), description=DESCRIPTION, rows_to_display=1000
        )
        job = job_start(
            project=project, user=user, name=DEMO, subject=f"demo:{project.pk}", title=TITLE,
            args={"rows": rows, "customers": customers, "seed": seed},
            url=reverse("demo_making", args=[project.pk]),
        )  # fmt: skip
        guide_set(project=project, state=MAKING, job=str(job.pk))
    return project, job


def demo_run(*, ctx: JobContext) -> dict[str, Any]:
    """Make all that the demo holds, each by the service and the job that a person would use."""
    maker = _Maker(ctx)
    orders = maker.orders()
    prepared = maker.recipe(
        1, kind="prepare", source=orders, output="orders prepared", params={"steps": list(STEPS)}
    )
    table = maker.recipe(2, kind="rfm", source=prepared, output="customers", params=RFM)
    use_case = maker.use_case(table)
    best, second = _best_two(use_case)
    things = maker.segmentation(best, table) | {
        "orders": str(orders.pk), "customers": str(table.pk), "use_case": str(use_case.pk),
        "compared": [str(best.pk), str(second.pk)],
    }  # fmt: skip
    with ctx.publish():
        guide_set(project=ctx.project, state=OPEN, things=things)
    return {"use_case": str(use_case.pk)}


def demo_failure(*, project: Project) -> str:
    """Say why making a demo ended badly; "" while it goes on, once it is whole, and for others."""
    job = guide_job(project=project)
    if guide_state(project=project) != MAKING or (job and job.is_active):
        return ""
    if job is None or job.state == Job.State.CANCELLED:
        return CANCELLED
    if job.state == Job.State.LOST:
        return LOST
    return f"The demo project could not be made. {job.error}".strip()


def demo_remove(*, project: Project) -> None:
    """Remove a demo whose making ended badly; ``Conflict`` for any other project."""
    if not demo_failure(project=project):
        raise Conflict("This is no half-made demo project; delete it on its settings page.")
    project_purge(project=project)


class _Maker:
    """Makes the parts of one demo, each with its share of the progress."""

    def __init__(self, ctx: JobContext) -> None:
        self.ctx, self.project, self.user = ctx, ctx.project, ctx.user

    def orders(self) -> Dataset:
        """Generate orders and import them as if they had been uploaded."""
        progress = self._phase(0)
        upload = _upload(self.project, self.user, self.ctx.args)
        dataset, job = dataset_import_start(
            project=self.project, user=self.user, upload=upload, name="orders"
        )
        job_finish(job=job, progress=progress)
        return _fresh(dataset)

    def recipe(
        self, phase: int, *, kind: str, source: Dataset, output: str, params: dict[str, Any]
    ) -> Dataset:
        """Make a recipe and run it; give its output."""
        recipe = recipe_create(
            project=self.project, user=self.user, kind=kind, inputs=[source], output=output,
            params=params,
        )  # fmt: skip
        job = recipe_run_start(recipe=recipe, user=self.user)
        job_finish(job=job, progress=self._phase(phase))
        return _fresh(recipe.output)

    def use_case(self, table: Dataset) -> UseCase:
        """Ask who buys how, and train."""
        use_case = use_case_create(
            project=self.project, user=self.user, name="Customer segments", dataset=table
        )
        _, job = experiment_create(
            use_case=use_case, user=self.user, features=FEATURES, preprocessing={},
            algorithms=MODELS,
        )  # fmt: skip
        job_finish(job=job, progress=self._phase(3))
        return use_case

    def segmentation(self, best: Prototype, table: Dataset) -> dict[str, str]:
        """Add the best prototype to the flow, name its segments and score the customers."""
        self._phase(4)
        for label, words in words_propose(prototype_profiles(prototype=best)).items():
            segment_change(
                prototype=best, label=label, user=self.user, name=words.name,
                description=words.description, action=words.action,
            )  # fmt: skip
        made = promote(prototype=best, user=self.user, name="Customer segments").segmentation
        recipe, job = score_start(
            segmentation=made, dataset=table, output="customers scored", user=self.user
        )
        job_finish(job=job, progress=self._phase(5))
        return {"segmentation": str(made.pk), "scored": str(recipe.output_id)}

    def _phase(self, number: int) -> Progress:
        """Say what begins now; give the progress of this part."""
        start = PHASES[number - 1][0] if number else 0.0
        stop, title = PHASES[number]
        self.ctx.progress.step(start, title)
        self.ctx.progress.log(title)
        return SubProgress(self.ctx.progress, start, stop)


def _upload(project: Project, user: User, args: dict[str, Any]) -> Any:
    from datasets.engine.demo_orders import orders_write

    with tempfile.TemporaryDirectory(prefix="segplatform-") as folder:
        path = Path(folder) / "orders.csv"
        size = orders_write(path, rows=args["rows"], customers=args["customers"], seed=args["seed"])
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(CHUNK), b"")
            return upload_store(
                project=project, user=user, name="orders.csv", size=size, chunks=chunks
            )


def _fresh(dataset: Dataset) -> Dataset:
    """Read the dataset again: its rows are there now."""
    found = Dataset.objects.select_related("current", "project").filter(pk=dataset.pk).first()
    if found is None:
        raise Cancelled
    return found


def _best_two(use_case: UseCase) -> tuple[Prototype, Prototype]:
    """Give the leader with a number of segments that one can name, and who comes next."""
    done = [row for row in leaderboard(use_case=use_case).rows if row.state.key == "succeeded"]
    done.sort(key=lambda row: row.prototype.segments not in SEGMENTS)  # stable: by rank
    if len(done) < 2:
        raise Conflict("Fewer than two models could be trained on these orders: try more rows.")
    return done[0].prototype, done[1].prototype


def _making(user: User) -> list[tuple[Project, Job | None]]:
    """List the person's demo projects that are not whole yet, with the jobs that make them."""
    found = Project.objects.filter(
        memberships__user=user, memberships__role="owner", guide__state=MAKING
    )
    return [(each, Job.objects.filter(pk=UUID(each.guide["job"])).first()) for each in found]


def _size_check(rows: int, customers: int, seed: int) -> None:
    from datasets.engine.demo_orders import ROWS_PER_CUSTOMER

    least = 50
    if not least <= customers <= MAX_ROWS // ROWS_PER_CUSTOMER:
        raise UserError(f"Choose at least {least} customers.", {"customers": "too few"})
    if not ROWS_PER_CUSTOMER * customers <= rows <= MAX_ROWS:
        sentence = (
            f"{customers:,} customers need from {ROWS_PER_CUSTOMER * customers:,} to "
            f"{MAX_ROWS:,} rows."
        )
        raise UserError(sentence, {"rows": sentence})
    if not 0 <= seed <= MAX_SEED:
        sentence = f"The seed is a whole number from 0 to {MAX_SEED}."
        raise UserError(sentence, {"seed": sentence})


def _name_free(user: User, name: str) -> str:
    mine = Project.objects.filter(memberships__user=user)
    return name_free(clean_name(name), mine.values_list("name", flat=True), default=NAME)
