"""Projects that recompute on demand: the rows of a recipe's output live while they are used.

A version keeps its number, columns, profile and report for good; its files are removed an hour
(``OUTPUT_IDLE_SECONDS``) after somebody last read them, and made again when somebody asks. See
docs/decisions/010-on-demand.md.
"""

import time
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services.files import folders_remove, last_read
from datasets.services.previews import PreviewPending
from datasets.services.runs import recipe_run_start
from datasets.services.states import Graph, State, active_job, graph_load
from projects.models import Job, Project, User
from projects.services.jobs import job_wait
from segplatform.kernel.errors import UserError

PENDING = "The rows of “{name}” are being made. Ask again in a moment."
STOPPED = "The rows of “{name}” were not made: {why}"


def dataset_ask(*, dataset: Dataset, user: User) -> Job | None:
    """Start making the rows of a recipe's output with all that needs; None where they are there.

    In a project that recomputes on demand rows that are out of date are made anew. Any member
    may ask, since nothing is decided by it. ``Conflict`` where an input has no rows, or for a
    program where there is no sandbox.
    """
    recipe = Recipe.objects.filter(output=dataset).select_related("project", "output").first()
    if recipe is None:
        return None
    graph = graph_load(project=dataset.project)
    here = next(each for each in graph.recipes if each.pk == recipe.pk)
    if job := active_job(graph=graph, recipe=here):
        return job
    if not _lacks(here.output, graph.states[here.output_id], dataset.project):
        return None
    return recipe_run_start(recipe=here, user=user, asked=True)


def datasets_ready(*, datasets: Sequence[Dataset], user: User, seconds: float) -> None:
    """Have the rows of these datasets made where they are not kept, and wait for them.

    What is there but out of date stays as it is: the page that asks showed it as such.

    Raises ``PreviewPending`` after ``seconds``, ``UserError`` where one could not be made.
    """
    until = time.monotonic() + seconds
    for dataset in datasets:
        if dataset.current is None or not dataset.current.released:
            continue
        job = dataset_ask(dataset=dataset, user=user)
        if job is None:
            continue
        job = job_wait(job=job, seconds=max(until - time.monotonic(), 0))
        if job.is_active:
            raise PreviewPending(PENDING.format(name=dataset.name))
        if job.state != Job.State.SUCCEEDED:
            raise UserError(STOPPED.format(name=dataset.name, why=job.error or "it was stopped."))
        dataset.refresh_from_db(fields=["current"])


def rows_wanted(*, graph: Graph, dataset: Dataset) -> bool:
    """Say whether whoever opens the dataset has its rows made, without pressing anything.

    Not where that failed or was stopped since its rows were last made: a person decides then.
    """
    state, job = graph.states[dataset.pk], graph.jobs.get(dataset.pk)
    if state.key in ("running", "failed") or not _lacks(dataset, state, dataset.project):
        return False
    ended_badly = job is not None and not job.is_active and job.state != Job.State.SUCCEEDED
    made = dataset.current.created if dataset.current else None
    return not (ended_badly and job is not None and (made is None or job.created > made))


def _lacks(dataset: Dataset, state: State, project: Project) -> bool:
    if dataset.current is not None and dataset.current.released:
        return True
    return state.stale and project.persistency == Project.Persistency.ON_DEMAND


def outputs_release() -> int:
    """Remove the files of outputs that nobody has read for a while; return how many.

    Only in projects that recompute on demand, and not while a job of the project is at work,
    which may read them.
    """
    outputs = DatasetVersion.objects.filter(
        released__isnull=True,
        origin__has_key="recipe",
        dataset__recipe__isnull=False,
        dataset__project__persistency=Project.Persistency.ON_DEMAND,
        pk__in=Dataset.objects.filter(current__isnull=False).values("current"),
    )
    busy = Job.objects.filter(state__in=Job.ACTIVE, hidden=False).values("project")
    idle = time.time() - settings.OUTPUT_IDLE_SECONDS
    return sum(
        _release(version)
        for version in outputs.exclude(dataset__project__in=busy)
        if last_read(version=version) < idle
    )


def _release(version: DatasetVersion) -> bool:
    with transaction.atomic():
        held = DatasetVersion.objects.filter(
            pk=version.pk, folder=version.folder, released__isnull=True
        )
        if not held.update(released=timezone.now()):
            return False
        transaction.on_commit(lambda: folders_remove(folders=[version.folder]))
    return True
