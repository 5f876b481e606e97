"""The flow of a project: its datasets and recipes as a graph with states, and running it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.urls import reverse

from datasets.engine.graph import Parents, downstream, topological
from datasets.hooks import ModelNode, NodeAction
from datasets.models import Dataset, Recipe
from datasets.services.models import model_id, model_nodes
from datasets.services.plans import kind_get
from datasets.services.runs import flow_run_start
from datasets.services.states import Graph, State, active_job, graph_load
from projects.models import Job, Project

__all__ = ["Flow", "Node", "flow", "flow_run_start"]


@dataclass(frozen=True)
class Node:
    """One box of the flow; ``inputs`` are the ids of the boxes that feed it.

    ``state`` is a key of ``states.State``; a recipe has that of its output, a model is up to date:
    it changes only when a person changes it. ``when`` says when the rows were made, of a recipe
    when it last ran, of a model since when it is as it is; ``family`` is "dataset", "visual",
    "code" or "model", which is also that of the recipes that apply models.
    """

    id: str
    kind: Literal["dataset", "recipe", "model"]
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
    action: NodeAction | None = None


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
    models = model_nodes(project=project)
    known = {model.id for model in models}
    for recipe in graph.recipes:
        nodes += [_recipe_node(graph, recipe, known), _dataset_node(graph, recipe.output, recipe)]
    if models:
        nodes = _with_models(nodes, models)
    return Flow(nodes, [(source, node.id) for node in nodes for source in node.inputs])


def _with_models(nodes: list[Node], models: list[ModelNode]) -> list[Node]:
    """Put the models among the other boxes, each behind what it learned from where that can be.

    A model that learned from what it scores now itself would stand in a circle: that arrow is
    left out.
    """
    parents: dict[str, list[str]] = {node.id: list(node.inputs) for node in nodes}
    found = {node.id: node for node in nodes}
    for model in models:
        inputs = [pk for pk in model.inputs if pk in found and not _feeds(parents, model.id, pk)]
        parents[model.id] = inputs
        found[model.id] = _model_node(model, inputs)
    return [found[name] for name in topological(parents)]


def _feeds(parents: Parents, start: str, end: str) -> bool:
    return end in downstream(parents, [start])


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


def _model_node(model: ModelNode, inputs: list[str]) -> Node:
    return Node(
        id=model.id,
        kind="model",
        title=model.title,
        subtitle=model.subtitle,
        url=model.url,
        icon=model.icon,
        state="up_to_date",
        reason="",
        rows=None,
        when=model.when,
        job=None,
        inputs=inputs,
        family="model",
        action=model.action,
    )


def _recipe_node(graph: Graph, recipe: Recipe, models: set[str]) -> Node:
    """Give the box of a recipe; the model that it applies (one of ``models``) feeds it too."""
    state, kind = graph.states[recipe.output_id], kind_get(key=recipe.kind)
    applied = model_id(kind=recipe.kind, params=recipe.params)
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
        inputs=[
            *(str(dataset.pk) for dataset in graph.inputs[recipe.pk]),
            *([applied] if applied in models else []),
        ],
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
