"""The use cases of a project as its ML Lab lists them."""

from uuid import UUID

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from mllab.models import Experiment, MetricScore, UseCase
from mllab.services.use_cases import use_case_list
from projects.models import Project

SILHOUETTE = "silhouette"


def lab_list(*, project: Project, dataset_id: UUID | None = None) -> QuerySet[UseCase]:
    """List the use cases, those of one dataset alone where it is given, ready to be shown.

    Beside what ``use_case_list`` counts, each has ``best`` (its highest silhouette, None without
    one) and ``active`` (when it was last changed or trained).
    """
    found = use_case_list(project=project)
    if dataset_id:
        found = found.filter(dataset_id=dataset_id)
    scores = MetricScore.objects.filter(prototype__experiment__use_case=OuterRef("pk"))
    best = scores.filter(key=SILHOUETTE, value__isnull=False).order_by("-value")
    started = Max("experiments__started")
    return found.annotate(
        best=Subquery(best.values("value")[:1]),
        active=Greatest(F("updated"), Coalesce(started, F("updated"))),
    )


def lab_is_empty(*, project: Project) -> bool:
    """Say whether the project has no use case yet."""
    return not use_case_list(project=project).exists()


def training_use_cases(*, project: Project) -> set[UUID]:
    """Name the use cases of which prototypes wait or train now."""
    active = Q(job__state__in=("queued", "running"))
    running = Experiment.objects.filter(active, use_case__project=project)
    return set(running.values_list("use_case_id", flat=True))
