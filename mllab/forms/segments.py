"""The fields of a segment's words, and of *Add to flow*."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from mllab.models import Segmentation
from mllab.services.segments import NAME_LENGTH, TEXT_LENGTH
from projects.services.text import NAME_LENGTH as SEGMENTATION_NAME_LENGTH

# The hues of the tokens --sp-segment-1 to --sp-segment-12, which each theme tunes to its ground.
HUES = (
    "Blue", "Red", "Green", "Yellow", "Violet", "Turquoise", "Rose", "Indigo", "Lavender",
    "Crimson", "Orchid", "Magenta",
)  # fmt: skip
NEW, VERSION = "new", "version"


class SegmentForm(forms.Form):
    """What people may say of a segment."""

    name = forms.CharField(label="Name", max_length=NAME_LENGTH, required=False)
    color = forms.TypedChoiceField(  # type: ignore[call-arg]  # the stubs lack template_name
        label="Colour",
        choices=list(enumerate(HUES, start=1)),
        coerce=int,
        widget=forms.RadioSelect,
        template_name="mllab/_segment_colors.html",
        error_messages={
            "required": "Choose a colour.",
            "invalid_choice": "Choose one of the twelve colours.",
        },
    )
    description = forms.CharField(
        label="Description",
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who these customers are.",
    )
    action = forms.CharField(
        label="Suggested action",
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What to do with them, as a mailing or an offer.",
    )

    def __init__(
        self, *args: Any, default: str, used: Mapping[int, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = default
        self.fields["name"].help_text = f"Left empty, it is called {default}."
        self.used = {str(color): name for color, name in (used or {}).items()}

    def swatches(self) -> list[tuple[Any, str]]:
        """Give each colour's radio button with the name of the other segment that has it."""
        radios = list(self["color"])
        return [(radio, self.used.get(str(radio.data["value"]), "")) for radio in radios]


class PromoteForm(forms.Form):
    """A new segmentation, or a new version of one."""

    how = forms.ChoiceField(
        label="Add it as",
        choices=[(NEW, "New segmentation"), (VERSION, "New version of a segmentation")],
        initial=NEW,
        required=False,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label="Name",
        max_length=SEGMENTATION_NAME_LENGTH,
        error_messages={"required": "Enter a name."},
        help_text="It becomes a green node of the flow, which scores new customers.",
    )
    segmentation = forms.ModelChoiceField(
        label="Segmentation",
        queryset=Segmentation.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Choose a segmentation.",
            "invalid_choice": "Choose a segmentation of this project.",
        },
        help_text=(
            "What scores with it uses this prototype from now on. Segments that are the same still "
            "keep their name, colour, description and action."
        ),
    )

    def __init__(self, *args: Any, segmentations: QuerySet[Segmentation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["segmentation"]
        field.queryset = segmentations
        if not segmentations.exists():
            del self.fields["how"], self.fields["segmentation"]
        elif self.is_bound:  # only the field that the choice asks for must be there
            self.fields[self._other()].required = False

    def clean(self) -> dict[str, Any]:
        """Forget the field that the choice does not ask for."""
        found = super().clean() or self.cleaned_data
        found.pop("how", None)
        other = self._other()
        found[other] = "" if other == "name" else None
        self.errors.pop(other, None)
        return found

    def _other(self) -> str:
        is_version = "how" in self.fields and self.data.get(self.add_prefix("how")) == VERSION
        return "name" if is_version else "segmentation"
