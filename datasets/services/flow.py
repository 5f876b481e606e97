"""The flow of a project: its datasets and recipes as a graph with states, and running it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.urls import reverse

from datasets.models import Dataset, Recipe
from datasets.services.plans import kind_get
from datasets.services.runs import flow_run_start
from datasets.services.states import Graph, State, active_job, graph_load
from projects.models import Job, Project

__all__ = ["Flow", "Node", "flow", "flow_run_start"]


@dataclass(frozen=True)
class Node:
    """One box of the flow; ``inputs`` are the ids of the boxes that feed it.

    ``state`` is a key of ``states.State``; a recipe has that of its output. ``when`` says when
    the rows were made, of a recipe when it last ran; ``family`` is "dataset", "visual" or "code".
    """

    id: str
    kind: Literal["dataset", "recipe"]
    title: str
    subtitle: str
    url: str
    icon: str
    state: str
    reason: str
    rows: int | None
    when: datetime | None
    job: Job | None
    inputs: list[str] = field(default_factory=list)
    family: str = "dataset"


@dataclass(frozen=True)
class Flow:
    """The boxes, each after all that feed it, and the arrows between them."""

    nodes: list[Node]
    edges: list[tuple[str, str]]

    @property
    def out_of_date(self) -> int:
        """Count the datasets that *Run flow* would make."""
        return sum(n.kind == "recipe" and n.state in ("out_of_date", "empty") for n in self.nodes)


def flow(*, project: Project) -> Flow:
    """Return the flow of a project, in graph order, by the same few queries whatever its size."""
    graph = graph_load(project=project)
    made = {recipe.output_id for recipe in graph.recipes}
    nodes = [
        _dataset_node(graph, dataset, None)
        for dataset in graph.datasets.values()
        if dataset.pk not in made
    ]
    for recipe in graph.recipes:
        nodes += [_recipe_node(graph, recipe), _dataset_node(graph, recipe.output, recipe)]
    return Flow(nodes, [(source, node.id) for node in nodes for source in node.inputs])


def _dataset_node(graph: Graph, dataset: Dataset, recipe: Recipe | None) -> Node:
    state, version = graph.states[dataset.pk], dataset.current
    return Node(
        id=str(dataset.pk),
        kind="dataset",
        title=dataset.name,
        subtitle=f"{len(version.columns)} columns" if version else "",
        url=_url("dataset", dataset.project_id, dataset.pk),
        icon="table-2",
        state=state.key,
        reason=state.reason,
        rows=version.rows if version else None,
        when=version.created if version else None,
        job=_job(graph, dataset, recipe, state),
        inputs=[str(recipe.pk)] if recipe else [],
    )


def _recipe_node(graph: Graph, recipe: Recipe) -> Node:
    state, kind = graph.states[recipe.output_id], kind_get(key=recipe.kind)
    run = graph.runs.get(recipe.pk)
    return Node(
        id=str(recipe.pk),
        kind="recipe",
        title=recipe.name,
        subtitle=kind.title,
        url=_url("recipe", recipe.project_id, recipe.pk),
        icon=kind.icon,
        state=state.key,
        reason=state.reason,
        rows=None,
        when=run.created if run else None,
        job=_job(graph, recipe.output, recipe, state),
        inputs=[str(dataset.pk) for dataset in graph.inputs[recipe.pk]],
        family=kind.family,
    )


def _job(graph: Graph, dataset: Dataset, recipe: Recipe | None, state: State) -> Job | None:
    """Give the job that explains the state: the one at work, or the one that failed."""
    if recipe and (job := active_job(graph=graph, recipe=recipe)):
        return job
    if recipe and state.key == "failed":
        return graph.runs[recipe.pk].job
    return graph.jobs.get(dataset.pk) if state.key in ("running", "failed") else None


def _url(name: str, project_id: UUID, pk: UUID) -> str:
    return reverse(name, args=[project_id, pk])
