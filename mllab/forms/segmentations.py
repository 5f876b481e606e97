"""The fields of *Score a dataset* and of the settings of a segmentation."""

from collections.abc import Sequence
from typing import Any

from django import forms

from datasets.models import Dataset
from mllab.services.segments_area import Candidate
from projects.services.text import NAME_LENGTH

DATASET_WRONG = {
    "required": "Choose a dataset.",
    "invalid_choice": "Choose a dataset of this project that has the columns it learned from.",
}
MISSING_SHOWN = 3


class DatasetSelect(forms.Select):
    """A select in which what does not fit is there, with its reason, but cannot be chosen."""

    closed: frozenset[str] = frozenset()
    proposals: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Close the options that do not fit; the others carry the name of their output."""
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
        elif str(value) in self.proposals:
            option["attrs"]["data-output"] = self.proposals[str(value)]
        return option


class ScoreForm(forms.Form):
    """What *Score a dataset* asks for."""

    dataset = forms.ChoiceField(
        label="Dataset", widget=DatasetSelect, error_messages=DATASET_WRONG,
        help_text="Every row of it gets a segment. It needs the columns that were learned from.",
    )  # fmt: skip
    output = forms.CharField(
        label="Output", max_length=NAME_LENGTH, error_messages={"required": "Enter a name."},
        help_text="The dataset that is made: the same rows with segment, segment_name and "
        "segment_confidence.",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        candidates: Sequence[Candidate],
        outputs: dict[str, str],
        needed: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.needed, self.can_score = needed, bool(outputs)
        self.datasets = {str(each.dataset.pk): each.dataset for each in candidates}
        field: Any = self.fields["dataset"]
        field.choices = [(str(each.dataset.pk), _label(each)) for each in candidates]
        field.widget.closed = frozenset(str(c.dataset.pk) for c in candidates if c.missing)
        field.widget.proposals = outputs
        self.fields["output"].widget.attrs["data-output-of"] = "id_dataset"

    def clean_dataset(self) -> Dataset:
        """Give the dataset itself; what lacks a column is told so by the service."""
        return self.datasets[self.cleaned_data["dataset"]]


class SegmentationForm(forms.Form):
    """What can be changed of a segmentation itself."""

    name = forms.CharField(
        label="Name", max_length=NAME_LENGTH, error_messages={"required": "Enter a name."}
    )
    description = forms.CharField(
        label="Description", required=False, max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What it is for, and for whom.",
    )  # fmt: skip


def _label(candidate: Candidate) -> str:
    missing = candidate.missing
    if not missing:
        return candidate.dataset.name
    told = ", ".join(missing[:MISSING_SHOWN])
    more = f" and {len(missing) - MISSING_SHOWN} more" if len(missing) > MISSING_SHOWN else ""
    return f"{candidate.dataset.name} (lacks {told}{more})"
