"""The guide through the demo project: where each step of the main job is seen."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from datasets.models import Dataset
from mllab.models import Prototype, Segmentation, UseCase
from projects.hooks import GuideStep
from projects.models import Project


def guide_steps(*, project: Project) -> list[GuideStep]:
    """List the six steps; what was deleted since then has no address."""
    things = project.guide.get("things", {})
    orders, customers, scored = (
        _dataset_url(project, things.get(name)) for name in ("orders", "customers", "scored")
    )
    board, compared = _lab_urls(project, things.get("use_case"), things.get("compared", ()))
    segments = _segments_url(project, things.get("segmentation"))
    return [
        GuideStep(
            "Look at the orders",
            "A file of transactions as it was imported: one line for each article sold.",
            "table-2", orders,
        ),
        GuideStep(
            "From orders to customers",
            "Prepare and RFM made one row for each customer: how recently, how often, how much.",
            "users", customers,
        ),
        GuideStep(
            "Open the leaderboard",
            "Six models were trained on those customers and ranked, with a verdict in words.",
            "trophy", board,
        ),
        GuideStep(
            "Compare two prototypes",
            "The two best side by side: where they agree, and who would move where.",
            "git-compare", compared,
        ),
        GuideStep(
            "Meet the segments",
            "The best one is in the flow. Each segment has a name, facts and a suggested action.",
            "shapes", segments,
        ),
        GuideStep(
            "Use them",
            "Every customer with a segment and a confidence, to download; or score new ones.",
            "download", scored,
        ),
    ]  # fmt: skip


def _dataset_url(project: Project, pk: str | None) -> str:
    found = pk and Dataset.objects.filter(project=project, pk=UUID(pk)).exists()
    return reverse("dataset", args=[project.pk, pk]) if found else ""


def _lab_urls(project: Project, pk: str | None, compared: Sequence[str]) -> tuple[str, str]:
    if not pk or not UseCase.objects.filter(project=project, pk=UUID(pk)).exists():
        return "", ""
    here = Prototype.objects.filter(experiment__use_case=UUID(pk), pk__in=compared).count()
    asked = "&".join(f"p={each}" for each in compared)
    return (
        reverse("use_case", args=[project.pk, pk]),
        f"{reverse('compare', args=[project.pk, pk])}?{asked}" if here == 2 else "",
    )


def _segments_url(project: Project, pk: str | None) -> str:
    found = pk and Segmentation.objects.filter(project=project, pk=UUID(pk)).exists()
    return reverse("segmentation", args=[project.pk, pk]) if found else ""
