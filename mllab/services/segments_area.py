"""What the *Segments* area reads: all segmentations at once, and what scores with each of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from datasets.models import Dataset, Recipe
from datasets.services.datasets import dataset_list
from datasets.services.states import State, graph_load
from mllab.models import Prototype, Segmentation, SegmentationVersion
from mllab.services.segmentations import PARAM, SCORE, segmentation_list, segmentation_prototype
from projects.models import Project


@dataclass(frozen=True)
class Scored:
    """A recipe that scores with a segmentation: what it reads, what it makes, how that is."""

    recipe: Recipe
    source: Dataset | None
    output: Dataset
    state: State


@dataclass(frozen=True)
class Candidate:
    """A dataset with rows; ``missing`` names the columns that scoring needs and it has not."""

    dataset: Dataset
    missing: list[str]


def segmentations_listed(*, project: Project) -> QuerySet[Segmentation]:
    """List the segmentations with the words of their segments, ready to be shown."""
    return segmentation_list(project=project).prefetch_related("current__prototype__segment_words")


def segmentation_counts(*, project_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Count the segmentations of each of these projects that has any."""
    found = Segmentation.objects.filter(project__in=list(project_ids)).order_by()
    return dict(found.values_list("project").annotate(Count("pk")))


def scored_counts(*, project: Project) -> Counter[str]:
    """Count the datasets that each segmentation scores, by its id as text, in one query."""
    found = Recipe.objects.filter(project=project, kind=SCORE).values_list("params", flat=True)
    return Counter(str(params.get(PARAM, "")) for params in found)


def scored_datasets(*, segmentation: Segmentation) -> list[Scored]:
    """List what scores with a segmentation, in the order of the flow, by the flow's few queries."""
    graph = graph_load(project=segmentation.project)
    return [
        Scored(
            recipe=recipe, source=next(iter(graph.inputs[recipe.pk]), None),
            output=recipe.output, state=graph.states[recipe.output_id],
        )
        for recipe in graph.recipes
        if recipe.kind == SCORE and recipe.params.get(PARAM) == str(segmentation.pk)
    ]  # fmt: skip


def version_list(*, segmentation: Segmentation) -> list[SegmentationVersion]:
    """List the versions with their prototypes, the newest first."""
    found = segmentation.versions.select_related(
        "created_by", "prototype__experiment__use_case__dataset"
    )
    return list(found.order_by("-number"))


def columns_needed(*, prototype: Prototype) -> list[str]:
    """Name the columns that a prototype learned from: a dataset to score must have them."""
    features = prototype.experiment.features
    return [feature["column"] for feature in features if feature["role"] == "input"]


def score_candidates(*, segmentation: Segmentation) -> list[Candidate]:
    """List the datasets that have rows: first what fits, the last changed first.

    What is scored already comes behind what is not. ``Conflict`` without a version.
    """
    needed = columns_needed(prototype=segmentation_prototype(segmentation=segmentation))
    found = dataset_list(project=segmentation.project).filter(current__isnull=False)
    scores = Recipe.objects.filter(project=segmentation.project, kind=SCORE)
    made = set(scores.values_list("output", flat=True))
    candidates = [
        Candidate(dataset, _missing(dataset, needed)) for dataset in found.order_by("-updated")
    ]
    return sorted(candidates, key=lambda each: (len(each.missing) > 0, each.dataset.pk in made))


def _missing(dataset: Dataset, needed: list[str]) -> list[str]:
    columns = dataset.current.columns if dataset.current else []
    present = {column["name"] for column in columns}
    return [name for name in needed if name not in present]
