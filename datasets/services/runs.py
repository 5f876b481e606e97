"""Runs of recipes, one or many in one job: each publishes a version of its output."""

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from datasets.engine.graph import topological
from datasets.engine.recipes.base import CodeRecipe, ModelRecipe
from datasets.models import Dataset, DatasetVersion, Recipe, RecipeRun
from datasets.services.compute import RESULT, compute
from datasets.services.datasets import job_subject, version_publish, version_refill
from datasets.services.files import scratch_folder
from datasets.services.models import model_applied
from datasets.services.needs import (
    needed_recipes,
    released_same,
    sees_upstream,
    stale_recipes,
)
from datasets.services.plans import kind_get, params_check, params_current
from datasets.services.sandbox import sandbox_require
from datasets.services.states import FLOW, ROWS, RUN, Graph, active_job, graph_load
from projects import hooks
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from projects.services.jobs import job_start
from segplatform.kernel.disk import NO_ROOM, is_disk_full
from segplatform.kernel.errors import Cancelled, Conflict, Superseded, UserError
from segplatform.kernel.progress import Progress, SubProgress

READ_SHARE = 0.95  # of the progress of one recipe; the rest is publishing
UNEXPECTED = "Something went wrong on our side; Activity shows the error id."


def recipe_run_start(
    *, recipe: Recipe, user: User, upstream: bool = False, asked: bool = False
) -> Job:
    """Start making a new version of a recipe's output; a second click returns the running job.

    With ``upstream``, what it reads is made first where it is out of date; in a project that
    recomputes on demand always. ``asked`` starts a job that any member may have run: what it
    makes is decided already. ``Conflict`` where an input has no rows, or for a program where
    there is no sandbox.
    """
    graph = graph_load(project=recipe.project)
    here = next(each for each in graph.recipes if each.pk == recipe.pk)
    run, active = graph.runs.get(here.pk), active_job(graph=graph, recipe=here)
    if active and run and run.job_id == active.pk and run.revision == here.revision:
        return active
    if isinstance(kind_get(key=here.kind), CodeRecipe):
        sandbox_require()
    recipes = needed_recipes(graph, [here]) if upstream or sees_upstream(graph, here) else [here]
    words = " with everything upstream" if len(recipes) > 1 else ""
    if len(recipes) == 1:
        _rows_require(graph.inputs[here.pk])
    name = ROWS if asked else FLOW if words else RUN
    return _start(
        project=here.project, graph=graph, user=user, recipes=recipes, name=name,
        title=f"Run {here.name}{words}",
        subject=job_subject(dataset=here.output), args={"recipe": str(here.pk)},
        url=reverse("dataset", args=[here.project_id, here.output_id]),
    )  # fmt: skip


def flow_run_start(*, project: Project, user: User) -> Job:
    """Start making everything that is out of date, in graph order; ``Conflict`` without recipes.

    A recipe that fails stops what is made of its output; the others go on.
    """
    graph = graph_load(project=project)
    if not graph.recipes:
        raise Conflict("There is nothing to run yet: make a recipe of a dataset first.")
    recipes = needed_recipes(graph, stale_recipes(graph))
    return _start(
        project=project, graph=graph, user=user, recipes=recipes, name=FLOW, title="Run flow",
        subject=f"flow:{project.pk}", args={}, url=reverse(hooks.project_home, args=[project.pk]),
    )  # fmt: skip


def _start(
    *, project: Project, graph: Graph, user: User, recipes: Sequence[Recipe], name: str, **job: Any
) -> Job:
    """Start the job and, in one transaction with it, store what it will do."""
    with transaction.atomic():
        started = job_start(project=project, user=user, name=name, **job)
        if not RecipeRun.objects.filter(job=started).exists():
            _runs_create(graph, recipes, started)
    return started


def _runs_create(graph: Graph, recipes: Sequence[Recipe], job: Job) -> list[RecipeRun]:
    """Store each run: what is edited from now on is not in it. Inputs get their version later.

    (What a run before it in the same job makes has none yet.)
    """
    made = {recipe.output_id for recipe in recipes}
    runs = [
        RecipeRun(
            recipe=recipe,
            revision=recipe.revision,
            params=params_current(recipe=recipe),
            inputs=[_input(each, known=each.pk not in made) for each in graph.inputs[recipe.pk]],
            job=job,
            created_by=job.created_by,
        )
        for recipe in recipes
    ]
    return RecipeRun.objects.bulk_create(runs)


def _input(dataset: Dataset, known: bool) -> dict[str, str | None]:
    version = str(dataset.current_id) if known and dataset.current_id else None
    return {"dataset": str(dataset.pk), "version": version}


def recipes_run(*, ctx: JobContext) -> dict[str, Any]:
    """Run what the job is for; each recipe publishes by itself, as soon as it is done.

    Fails at the end with the reasons of those that failed; whatever they feed was left alone.
    """
    runs = _runs_of(ctx)
    failed: dict[str, UserError] = {}
    left: list[str] = []
    for place, run in enumerate(runs):
        part = SubProgress(ctx.progress, place / len(runs), (place + 1) / len(runs))
        recipe, output = run.recipe, str(run.recipe.output_id)
        if {each["dataset"] for each in run.inputs} & {*failed, *left}:
            left.append(output)
            ctx.progress.log(f"Not run, because something that it reads failed: {recipe.name}")
            continue
        try:
            _run_one(ctx, run, part)
        except UserError as error:
            failed[output] = error
            ctx.progress.log(f"Failed: {recipe.name}: {error}")
    if failed:
        raise _summary(runs, failed, left)
    return _result(runs)


def _runs_of(ctx: JobContext) -> list[RecipeRun]:
    """Give the job's runs in graph order; a job that a person retries stores its own first."""
    mine = RecipeRun.objects.filter(job=ctx.job).select_related("recipe__output__project")
    if not mine.exists():
        graph = graph_load(project=ctx.project)
        target = next((r for r in graph.recipes if str(r.pk) == ctx.args.get("recipe")), None)
        if target is None and "recipe" in ctx.args:
            raise Conflict("The recipe was deleted meanwhile.")
        alone = target is not None and ctx.job.name == RUN
        wanted = [target] if target else stale_recipes(graph)
        if not (alone and target and not sees_upstream(graph, target)):
            wanted = needed_recipes(graph, wanted)
        _runs_create(graph, wanted, ctx.job)
    runs = {str(run.recipe.output_id): run for run in mine.all()}
    parents = {name: [i["dataset"] for i in run.inputs] for name, run in runs.items()}
    return [runs[name] for name in topological(parents) if name in runs]


def _run_one(ctx: JobContext, run: RecipeRun, progress: Progress) -> None:
    """Make one version and note how it went; a run that was done before is left alone."""
    mine = RecipeRun.objects.filter(pk=run.pk)
    made = DatasetVersion.objects.filter(dataset=run.recipe.output, origin__run=str(run.pk))
    try:
        version = made.first() or _make(ctx, run, progress)
    except UserError as error:
        mine.update(error=str(error))
        raise
    except Superseded:
        if mine.exists():
            raise
        return  # this recipe was deleted meanwhile; the others are wanted still
    except Cancelled:
        raise  # as the person wished: nothing went wrong
    except Exception as error:
        mine.update(error=NO_ROOM if is_disk_full(error) else UNEXPECTED)
        raise
    run.version = version
    mine.update(version=version, error="")
    ctx.progress.log(f"{run.recipe.name}: {version.rows:,} rows")


def _make(ctx: JobContext, run: RecipeRun, progress: Progress) -> DatasetVersion:
    recipe, output = run.recipe, run.recipe.output
    progress.step(0, f"Running {recipe.name}")
    versions = _versions(run)
    RecipeRun.objects.filter(pk=run.pk).update(inputs=run.inputs, error="")
    kind = kind_get(key=recipe.kind)
    params = params_check(kind=kind, params=run.params)
    origin: dict[str, Any] = {
        "recipe": str(recipe.pk), "revision": run.revision, "run": str(run.pk),
        "inputs": {each["dataset"]: each["version"] for each in run.inputs},
    }  # fmt: skip
    model = None
    if isinstance(kind, ModelRecipe):  # as it is now: what it is at the end tells if it moved on
        model = model_applied(kind=kind, project=output.project, params=params)
        origin["model"] = {"id": model.id, "token": model.token}
    reading = SubProgress(progress, 0, READ_SHARE)
    with _work_folder(run) as tmp:
        result = compute(kind, params, versions, tmp, reading, model)
        progress.step(READ_SHARE, f"Publishing {output.name}")
        if held := released_same(recipe, result, origin):
            return version_refill(
                ctx=ctx, version=held, result=result, tmp=tmp / RESULT, origin=origin
            )
        return version_publish(
            ctx=ctx, dataset=output, result=result, tmp=tmp / RESULT, origin=origin
        )


def _versions(run: RecipeRun) -> list[DatasetVersion]:
    """Give the versions to read: those that the run names, the current ones where it names none.

    A project that keeps only the latest version may have dropped one while the run waited.
    """
    ids = [each["dataset"] for each in run.inputs]
    datasets = {
        str(each.pk): each for each in Dataset.objects.filter(pk__in=ids).select_related("current")
    }
    wanted = [each["version"] for each in run.inputs if each["version"]]
    kept = {str(each.pk): each for each in DatasetVersion.objects.filter(pk__in=wanted)}
    if len(datasets) < len(set(ids)):
        raise Conflict("Something that the recipe reads was deleted meanwhile.")
    _rows_require([dataset for dataset in datasets.values() if dataset.current is None])
    versions = []
    for each in run.inputs:
        version = kept.get(each["version"] or "") or datasets[each["dataset"]].current
        if version is not None:
            versions.append(version)
            each["version"] = str(version.pk)
    return versions


def _rows_require(inputs: Sequence[Dataset]) -> None:
    for dataset in inputs:
        if dataset.current_id is None:
            raise Conflict(
                f"“{dataset.name}” has no rows yet; run with everything upstream, or import it."
            )


@contextmanager
def _work_folder(run: RecipeRun) -> Iterator[Path]:
    """Give an empty folder for one run; what a killed attempt of it left goes first.

    Housekeeping knows the beginning of the name (``works_expire``).
    """
    for left in scratch_folder().glob(f"import-run-{run.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    tmp = scratch_folder() / f"import-run-{run.pk}-{uuid.uuid4()}"
    tmp.mkdir(parents=True, mode=0o700)
    try:
        yield tmp
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def _summary(runs: Sequence[RecipeRun], failed: dict[str, UserError], left: list[str]) -> UserError:
    if len(runs) == 1:
        return next(iter(failed.values()))
    names = {str(run.recipe.output_id): run.recipe.name for run in runs}
    reasons = " ".join(f"“{names[output]}”: {error}" for output, error in failed.items())
    words = f"{len(failed)} of {len(runs)} recipes failed. {reasons}"
    if left:
        words += f" Not run because of that: {', '.join(names[output] for output in left)}."
    return UserError(words)


def _result(runs: Sequence[RecipeRun]) -> dict[str, Any]:
    done = [run for run in runs if run.version]
    result: dict[str, Any] = {"recipes": len(done)}
    if done and done[-1].version:
        last = done[-1].version
        result |= {"dataset": str(last.dataset_id), "version": last.number, "rows": last.rows}
    return result
