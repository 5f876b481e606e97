"""The fields of *New use case* and of its settings, and the question before it is deleted."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from datasets.models import Dataset
from mllab.models import UseCase
from projects.services.text import NAME_LENGTH

NAME_MISSING = {"required": "Enter a name."}
DATASET_WRONG = {
    "required": "Choose a dataset.",
    "invalid_choice": "Choose a dataset of this project that has rows.",
}


class UseCaseForm(forms.Form):
    """What *New use case* asks for."""

    name = forms.CharField(label="Name", max_length=NAME_LENGTH, error_messages=NAME_MISSING)
    type = forms.ChoiceField(
        label="Type",
        choices=UseCase.Type.choices,
        initial=UseCase.Type.CLUSTERING,
        help_text="Clustering finds groups of rows that are alike, without being told which.",
    )
    dataset = forms.ModelChoiceField(
        label="Dataset",
        queryset=Dataset.objects.none(),
        empty_label=None,
        error_messages=DATASET_WRONG,
        help_text="One row for each customer is usual, as the RFM recipe makes it.",
    )

    def __init__(self, *args: Any, datasets: QuerySet[Dataset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["dataset"]
        field.queryset = datasets
        self.fields["name"].widget.attrs["data-name-follows"] = "id_dataset"


class RenameForm(forms.Form):
    """What can be changed of a use case."""

    name = forms.CharField(label="Name", max_length=NAME_LENGTH, error_messages=NAME_MISSING)


class DeleteUseCaseForm(forms.Form):
    """Asks for the name of the use case that goes."""

    confirm_name = forms.CharField(label="Type the name of the use case", max_length=NAME_LENGTH)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_confirm_name(self) -> str:
        """Accept the exact name only."""
        typed: str = self.cleaned_data["confirm_name"]
        if typed.strip() != self.name.strip():
            raise forms.ValidationError("This is not the use case's name.")
        return typed
