"""The fields of a dataset's settings, and the question before it is deleted."""

from django import forms

from datasets.services.datasets import MAX_DESCRIPTION
from projects.services.text import NAME_LENGTH


class DatasetForm(forms.Form):
    """Name and description."""

    name = forms.CharField(label="Name", max_length=NAME_LENGTH)
    description = forms.CharField(
        label="Description",
        max_length=MAX_DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What one row is, where the data comes from, what to watch out for.",
    )


class DeleteDatasetForm(forms.Form):
    """Asks for the name of the dataset that goes."""

    confirm_name = forms.CharField(label="Type the name of the dataset", max_length=NAME_LENGTH)

    def __init__(self, *args: object, name: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.name = name

    def clean_confirm_name(self) -> str:
        """Accept the exact name only."""
        typed: str = self.cleaned_data["confirm_name"]
        if typed.strip() != self.name.strip():
            raise forms.ValidationError("This is not the dataset's name.")
        return typed
