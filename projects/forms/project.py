"""The fields of a project, in the order in which people fill them in."""

from django import forms

from projects.models import MAX_ROWS_TO_DISPLAY, Project

NAME_MISSING = {"required": "Enter a name."}
ROWS_WRONG = dict.fromkeys(
    ("required", "invalid", "min_value", "max_value"),
    f"Enter a whole number from 1 to {MAX_ROWS_TO_DISPLAY:,}.",
)


class ProjectForm(forms.Form):
    """What *Create Project* and the project's settings ask for."""

    name = forms.CharField(label="Name", max_length=120, error_messages=NAME_MISSING)
    description = forms.CharField(
        label="Description",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    persistency = forms.ChoiceField(
        label="Persistency",
        choices=Project.Persistency.choices,
        initial=Project.Persistency.KEEP_ALL,
        help_text="What is kept when a dataset is made again.",
    )
    rows_to_display = forms.IntegerField(
        label="Rows to display",
        min_value=1,
        max_value=MAX_ROWS_TO_DISPLAY,
        initial=1000,
        error_messages=ROWS_WRONG,
        help_text="Size of the sample that tables and previews show, at most 200,000.",
    )
    order = forms.ChoiceField(
        label="Order",
        choices=Project.Order.choices,
        initial=Project.Order.FIRST,
        help_text="Which rows the sample takes.",
    )


class DeleteProjectForm(forms.Form):
    """Asks for the name of the project that goes."""

    confirm = forms.CharField(label="Type the name of the project", max_length=120)

    def __init__(self, *args: object, name: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.name = name

    def clean_confirm(self) -> str:
        """Accept the exact name only."""
        typed: str = self.cleaned_data["confirm"]
        if typed.strip() != self.name.strip():
            raise forms.ValidationError("This is not the project's name.")
        return typed
