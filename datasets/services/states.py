"""How every dataset of a project is: fresh, out of date and why, running, failed or empty."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db.models import Max, OuterRef, Subquery

from datasets.engine.graph import topological
from datasets.engine.recipes.base import ModelRecipe
from datasets.engine.recipes.base import recipes as kinds
from datasets.models import Dataset, Recipe, RecipeInput, RecipeRun
from datasets.services.datasets import dataset_list, job_subject
from datasets.services.models import Tokens, model_id, model_tokens
from projects.models import Job, Project

RUN, FLOW, ROWS = "datasets.run_recipe", "datasets.run_flow", "datasets.make_rows"
Key = Literal["up_to_date", "out_of_date", "running", "failed", "empty"]
CHANGED = "The recipe was changed after this run."
NEVER = "It has not been run yet."
MODEL_CHANGED = "The {word} “{name}” was changed after this run."
MODEL_GONE = "The {word} that the recipe applies is not there any more."
RELEASED = "Its rows are not kept between uses; they are made when somebody opens it."
RESTORED = "Version {number} was restored; the next run of the recipe replaces it."


@dataclass(frozen=True)
class State:
    """How a dataset is, in one word, and why, in one sentence ("" where there is nothing to say).

    ``stale`` says whether a run would change it (also while it runs, or after it failed).
    """

    key: Key
    reason: str = ""
    stale: bool = False


@dataclass
class Graph:
    """The flow of a project as it is stored, recipes in the order in which they run."""

    datasets: dict[UUID, Dataset]
    recipes: list[Recipe]
    inputs: dict[UUID, list[Dataset]]
    runs: dict[UUID, RecipeRun]
    jobs: dict[UUID, Job]
    """The latest job of each dataset that had one, be it an import or a run."""
    tokens: Tokens
    """What the models are now that the recipes apply."""
    states: dict[UUID, State] = field(default_factory=dict)


def graph_load(*, project: Project) -> Graph:
    """Read the flow of a project and say how each dataset is, in seven queries.

    Where recipes apply models, what these are now takes one or two more.
    """
    datasets = {dataset.pk: dataset for dataset in dataset_list(project=project)}
    recipes = {recipe.pk: recipe for recipe in Recipe.objects.filter(project=project)}
    inputs: dict[UUID, list[Dataset]] = {pk: [] for pk in recipes}
    for slot in RecipeInput.objects.filter(recipe__project=project).order_by("position"):
        inputs[slot.recipe_id].append(datasets[slot.dataset_id])
    for recipe in recipes.values():
        recipe.project, recipe.output = project, datasets[recipe.output_id]
    ordered = _ordered(list(recipes.values()), inputs)
    tokens = model_tokens(project=project, recipes=ordered)
    jobs = _jobs(project, datasets.values())
    graph = Graph(datasets, ordered, inputs, _runs(project), jobs, tokens)
    _states(graph)
    return graph


def recipe_state(*, recipe: Recipe) -> State:
    """Say how the output of a recipe is; it depends on everything upstream of it."""
    return graph_load(project=recipe.project).states[recipe.output_id]


def _ordered(recipes: list[Recipe], inputs: dict[UUID, list[Dataset]]) -> list[Recipe]:
    by_output = {str(recipe.output_id): recipe for recipe in recipes}
    parents = {
        name: [str(dataset.pk) for dataset in inputs[recipe.pk]]
        for name, recipe in by_output.items()
    }
    return [by_output[name] for name in topological(parents) if name in by_output]


def _runs(project: Project) -> dict[UUID, RecipeRun]:
    """Give the latest run of each recipe, with its job."""
    latest = RecipeRun.objects.filter(recipe=OuterRef("pk")).order_by("-created").values("pk")[:1]
    wanted = Recipe.objects.filter(project=project).annotate(last=Subquery(latest)).values("last")
    runs = RecipeRun.objects.filter(pk__in=wanted.order_by()).select_related("job")
    return {run.recipe_id: run for run in runs}


def _jobs(project: Project, datasets: Iterable[Dataset]) -> dict[UUID, Job]:
    """Give the latest job of each dataset; of a long history only the last rows are read."""
    subjects = {job_subject(dataset=dataset): dataset.pk for dataset in datasets}
    mine = Job.objects.filter(project=project, subject__startswith="dataset:").order_by()
    latest = dict(mine.values_list("subject").annotate(Max("created")))
    found = mine.filter(created__in=set(latest.values())).order_by("created")
    return {subjects[job.subject]: job for job in found if job.subject in subjects}


def _states(graph: Graph) -> None:
    by_output = {recipe.output_id: recipe for recipe in graph.recipes}
    for dataset in graph.datasets.values():
        if dataset.pk not in by_output:
            graph.states[dataset.pk] = _imported(dataset, graph.jobs.get(dataset.pk))
    for recipe in graph.recipes:
        graph.states[recipe.output_id] = _made(graph, recipe)


def _imported(dataset: Dataset, job: Job | None) -> State:
    if job and job.is_active:
        return State("running", _waits(job))
    if job and job.state in (Job.State.FAILED, Job.State.LOST) and _after(job, dataset):
        return State("failed", job.error)
    return State("up_to_date") if dataset.current else State("empty", "It has no rows yet.")


def _made(graph: Graph, recipe: Recipe) -> State:
    """Say how the output of a recipe is, from the states of its inputs."""
    dataset, run = recipe.output, graph.runs.get(recipe.pk)
    why = _stale_reason(graph, recipe)
    if job := active_job(graph=graph, recipe=recipe):
        return State("running", _waits(job), bool(why))
    if run and (error := _error(run)) and _after(run, dataset):
        return State("failed", error, bool(why))
    if dataset.current is None:
        return State("empty", why, stale=True)
    if why:
        return State("out_of_date", why, stale=True)
    return State("up_to_date", RELEASED if dataset.current.released else "")


def active_job(*, graph: Graph, recipe: Recipe) -> Job | None:
    """Return the job that is making this output now or will, be it for it alone or for more."""
    job, run = graph.jobs.get(recipe.output_id), graph.runs.get(recipe.pk)
    if job and job.is_active:
        return job
    waiting = run is not None and run.version_id is None and not run.error
    return run.job if run and waiting and run.job and run.job.is_active else None


def _stale_reason(graph: Graph, recipe: Recipe) -> str:
    version = recipe.output.current
    if version is None:
        return NEVER
    if number := version.origin.get("restored"):
        return RESTORED.format(number=number)
    used = version.origin.get("inputs", {})
    for dataset in graph.inputs[recipe.pk]:
        if used.get(str(dataset.pk)) != str(dataset.current_id):
            return f"“{dataset.name}” has a newer version."
    if version.origin.get("revision") != recipe.revision:
        return CHANGED
    if recipe.kind in graph.tokens and (why := _model_reason(graph, recipe)):
        return why
    for dataset in graph.inputs[recipe.pk]:
        if graph.states[dataset.pk].stale:
            return f"“{dataset.name}” is out of date itself."
    return ""


def _model_reason(graph: Graph, recipe: Recipe) -> str:
    """Say what became of the model since the run; "" where it would give the same again."""
    kind, version = kinds.get(recipe.kind), recipe.output.current
    word = kind.model_word if issubclass(kind, ModelRecipe) else "model"
    wanted = model_id(kind=recipe.kind, params=recipe.params)
    now = graph.tokens[recipe.kind].get(wanted)
    if now is None:
        return MODEL_GONE.format(word=word)
    used = version.origin.get("model", {}) if version else {}
    if used == {"id": wanted, "token": now.token}:
        return ""
    return MODEL_CHANGED.format(word=word, name=now.name)


def _error(run: RecipeRun) -> str:
    """Say why a run failed; "" where it did not. A job for many may fail without this one."""
    if run.error or run.version_id or run.job is None or run.job.name != RUN:
        return run.error
    if run.job.state in (Job.State.FAILED, Job.State.LOST):
        return run.job.error or "The run was lost; start it again."
    return ""


def _after(event: Job | RecipeRun, dataset: Dataset) -> bool:
    return dataset.current is None or event.created > dataset.current.created


def _waits(job: Job) -> str:
    return "It waits for its turn." if job.state == Job.State.QUEUED else ""
