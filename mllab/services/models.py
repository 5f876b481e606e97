"""Segmentations as the models that the recipe Score applies and the flow shows."""

import hashlib
import json
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.urls import reverse

from datasets.engine.recipes.base import Applied
from datasets.hooks import Advice, ModelNode, ModelPart, ModelToken, NodeAction
from mllab.models import Segmentation
from mllab.services.naming import prototype_name
from mllab.services.results import prototype_model
from mllab.services.segmentations import PARAM, segmentation_get, segmentation_prototype
from mllab.services.segments import NOISE, segment_list, segment_words
from projects.models import Project
from segplatform.kernel.errors import NotFound, UserError

MISSING = "There is no such segmentation in this project; choose another one."
ICON = "shapes"


class Segmentations:
    """The segmentations of a project, each as its current version is."""

    def apply(self, project: Project, model_id: str) -> Applied:
        """Give a segmentation to score with; ``UserError`` where the project has none such."""
        try:
            segmentation = segmentation_get(project=project, segmentation_id=UUID(model_id))
        except (NotFound, ValueError):
            raise UserError(MISSING, {PARAM: MISSING}) from None
        prototype = segmentation_prototype(segmentation=segmentation)
        content = {
            "model": prototype_model(prototype=prototype),
            "names": _names(segmentation),
            "agreement": prototype.details.get("agreement"),
        }
        return Applied(str(segmentation.pk), segmentation.name, _token(segmentation), content)

    def choices(self, project: Project) -> list[tuple[str, str]]:
        """List the segmentations that can score: ids and names."""
        found = project.segmentations.filter(current__isnull=False)
        return [(str(pk), name) for pk, name in found.values_list("pk", "name")]

    def tokens(self, project: Project) -> dict[str, ModelToken]:
        """Give what each would score with now: its prototype and the names of its segments."""
        return {str(each.pk): ModelToken(each.name, _token(each)) for each in _current(project)}

    def nodes(self, project: Project) -> list[ModelNode]:
        """List them as boxes of the flow, each behind the dataset that it learned from."""
        return [_node(project, each) for each in _current(project)]

    def parts(self, project: Project, model_id: str) -> list[ModelPart]:
        """List the segments of one, the largest first; nothing where there is none such."""
        try:
            segmentation = segmentation_get(project=project, segmentation_id=UUID(model_id))
        except NotFound:
            return []
        found = segment_list(prototype=segmentation_prototype(segmentation=segmentation))
        return [ModelPart(each.name, each.color, each.size, each.share) for each in found]

    def advice(self, project: Project) -> Advice:
        """Lead to the ML Lab."""
        return Advice(
            title="No segmentation to score with yet",
            text="Train prototypes in the ML Lab and add the best one to the flow. "
            "Then it can score any dataset that has the same columns.",
            url=reverse("lab", args=[project.pk]),
            action="Open the ML Lab",
            icon="flask-conical",
        )


def _current(project: Project) -> QuerySet[Segmentation]:
    """Read all segmentations with what was said of their segments, in two queries."""
    found = project.segmentations.filter(current__isnull=False)
    found = found.select_related("current__prototype__experiment__use_case")
    # What training told is long; of it only how the algorithm calls the segments is asked for.
    found = found.annotate(known_names=KeyTransform("names", "current__prototype__details"))
    found = found.defer("current__prototype__details", "current__prototype__experiment__details")
    return found.prefetch_related("current__prototype__segment_words")


def _names(segmentation: Segmentation) -> dict[str, str]:
    """Name the segments of the current version by their labels; the noise too."""
    prototype = segmentation_prototype(segmentation=segmentation)
    read = vars(segmentation)  # ``_current`` has; prototypes of earlier releases have no names
    known = (read["known_names"] or []) if "known_names" in read else None
    words = segment_words(prototype=prototype, known=known)
    return {str(label): words.name(label) for label in range(NOISE, prototype.segments or 0)}


def _token(segmentation: Segmentation) -> str:
    """Sum up what scoring gives: it changes with the prototype and with every name."""
    prototype = segmentation_prototype(segmentation=segmentation)
    told = json.dumps([str(prototype.pk), _names(segmentation)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _node(project: Project, segmentation: Segmentation) -> ModelNode:
    prototype = segmentation_prototype(segmentation=segmentation)
    dataset = prototype.experiment.use_case.dataset_id
    version, names = segmentation.current, [project.pk, segmentation.pk]
    return ModelNode(
        id=str(segmentation.pk),
        title=segmentation.name,
        subtitle=prototype_name(prototype=prototype),
        url=reverse("segmentation", args=names),
        icon=ICON,
        when=version.created if version else None,
        inputs=[str(dataset)] if dataset else [],
        action=NodeAction("Score", reverse("segmentation_score", args=names), "tags"),
    )
