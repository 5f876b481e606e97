"""*Add to flow*: what a prototype is in the flow already, and what it may become there."""

from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse

from datasets.services.previews import PreviewPending
from mllab.forms.segments import PromoteForm
from mllab.models import Prototype, Segmentation
from mllab.services.naming import prototype_name
from mllab.services.segmentations import Promoted, promote, segmentation_name_free
from mllab.web.segmentations import scoring_words
from projects.models import Project


@dataclass(frozen=True)
class InFlow:
    """A segmentation of which the prototype is a version; ``url`` opens it."""

    name: str
    number: int
    is_current: bool
    url: str


def in_flow(project: Project, prototype: Prototype) -> list[InFlow]:
    """List the segmentations that the prototype is, or was, a version of; each one once."""
    found: dict[Any, InFlow] = {}
    for version in prototype.promotions.select_related("segmentation").order_by("-number"):
        owner = version.segmentation
        if owner.pk not in found:
            url = reverse("segmentation", args=[project.pk, owner.pk])
            is_current = owner.current_id == version.pk
            found[owner.pk] = InFlow(owner.name, version.number, is_current, url)
    return sorted(found.values(), key=lambda each: (not each.is_current, each.name))


def promote_form(project: Project, prototype: Prototype, sent: Any = None) -> PromoteForm:
    """Give the form *Add to flow*: a free name, and the segmentations that may get a version."""
    others = Segmentation.objects.filter(project=project).order_by("name")
    others = others.exclude(current__prototype=prototype)
    name = segmentation_name_free(project=project, name=prototype.experiment.use_case.name)
    return PromoteForm(sent, initial={"name": name}, segmentations=others)


def promote_ask(**wanted: Any) -> Promoted | Literal[False]:
    """Add a prototype to the flow; False while its segments are still being matched."""
    try:
        return promote(**wanted)
    except PreviewPending:
        return False


def promote_context(
    project: Project, prototype: Prototype, form: PromoteForm, *, is_pending: bool
) -> dict[str, Any]:
    """Give the values of the popup."""
    use_case = prototype.experiment.use_case
    return {
        "form": form, "is_pending": is_pending, "prototype": prototype, "use_case": use_case,
        "name": prototype_name(prototype=prototype), "in_flow": in_flow(project, prototype),
        "how": scoring_words(prototype.details), "section": "lab",
        "action": reverse("prototype_promote", args=[project.pk, use_case.pk, prototype.pk]),
    }  # fmt: skip


def promoted_words(done: Promoted) -> str:
    """Say what promoting did, for the toast."""
    name = done.segmentation.name
    version = done.segmentation.current
    if version is None or version.number == 1:
        return f"“{name}” is in the flow."
    kept = f"{done.carried} segment{'' if done.carried == 1 else 's'}"
    told = f"{kept} kept the words that they had." if done.carried else ""
    return f"“{name}” is now version {version.number}. {told}".strip()
