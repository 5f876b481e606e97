"""The form *Score a dataset*: what can be scored, and a free name for each output."""

from collections.abc import Iterable

from django.http import QueryDict

from datasets.models import Dataset
from datasets.services.datasets import dataset_list
from mllab.forms.segmentations import ScoreForm
from mllab.models import Segmentation
from mllab.services.segmentations import segmentation_prototype
from mllab.services.segments_area import columns_needed, score_candidates
from projects.services.text import NAME_LENGTH

ENDING = " scored"


def score_form(segmentation: Segmentation, sent: QueryDict | None) -> ScoreForm:
    """Give the form as it was sent, or with the dataset that changed last and a free name."""
    candidates = score_candidates(segmentation=segmentation)
    taken = dataset_list(project=segmentation.project).values_list("name", flat=True)
    fitting = [each.dataset for each in candidates if not each.missing]
    outputs = _outputs(fitting, taken)
    initial = (
        {"dataset": str(fitting[0].pk), "output": outputs[str(fitting[0].pk)]} if fitting else {}
    )
    needed = columns_needed(prototype=segmentation_prototype(segmentation=segmentation))
    return ScoreForm(sent, initial=initial, candidates=candidates, outputs=outputs, needed=needed)


def _outputs(datasets: Iterable[Dataset], taken: Iterable[str]) -> dict[str, str]:
    used = {name.casefold() for name in taken}
    return {str(each.pk): _free(each.name, used) for each in datasets}


def _free(name: str, used: set[str]) -> str:
    number, ending = 2, ENDING
    while (free := name[: NAME_LENGTH - len(ending)] + ending).casefold() in used:
        ending, number = f"{ENDING} {number}", number + 1
    return free
