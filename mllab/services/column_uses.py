"""Which use cases learn from columns of a dataset: who changes the columns is told."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from datasets.hooks import ColumnUse
from mllab.models import Experiment, UseCase
from projects.models import Project

NAMED = 5
WHY = "Experiment {number} learned from {columns}, which its next one would miss."


def column_uses(*, project: Project, gone: Mapping[UUID, Collection[str]]) -> list[ColumnUse]:
    """List the use cases whose newest experiment learned from columns that would be gone.

    ``gone`` names them for each dataset. What is trained already keeps what it learned.
    """
    newest = Experiment.objects.filter(use_case=OuterRef("pk"), started__isnull=False)
    found = UseCase.objects.filter(project=project, dataset__in=gone)
    found = found.annotate(newest=Subquery(newest.order_by("-number").values("pk")[:1]))
    experiments = Experiment.objects.in_bulk([each.newest for each in found if each.newest])
    made = []
    for use_case in found.order_by("name"):
        experiment = experiments.get(use_case.newest)
        if experiment is None or use_case.dataset_id is None:
            continue
        if missed := _missed(experiment, gone.get(use_case.dataset_id, ())):
            why = WHY.format(number=experiment.number, columns=_listed(missed))
            url = reverse("use_case", args=[use_case.project_id, use_case.pk])
            made.append(ColumnUse("Use case", use_case.name, url, why))
    return made


def _missed(experiment: Experiment, gone: Collection[str]) -> list[str]:
    inputs = [each["column"] for each in experiment.features if each["role"] == "input"]
    return [name for name in inputs if name in gone]


def _listed(names: list[str]) -> str:
    shown = [f"“{name}”" for name in names[:NAMED]]
    if len(names) > NAMED:
        return f"{', '.join(shown)} and {len(names) - NAMED} more columns"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
