"""How the segments of one prototype are written and coloured, and where they are changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mllab.engine.labelings import MAX_SHOWN
from mllab.forms.segments import SegmentForm
from mllab.models import Prototype
from mllab.models.segmentation import COLORS
from mllab.services.naming import prototype_name
from mllab.services.segments import NOISE, Words, segment_get, segment_words
from projects.models import Project, Role
from projects.web.htmx import is_htmx, redirect_to, safe_next


@dataclass(frozen=True)
class Look:
    """Names and colours of the segments of one prototype, as a page shows them.

    ``slots`` are colours that hold instead of its own, where it stands beside another prototype;
    ``edit`` is the address that changes a segment, for those who may, with a 0 for the label.
    """

    words: Words = field(default_factory=Words)
    slots: Mapping[int, int] = field(default_factory=dict)
    edit: str = ""

    def name(self, label: int) -> str:
        """Give the name of a segment."""
        return self.words.name(label)

    def slot(self, label: int) -> str:
        """Give the colour of a segment, as the end of its class ``sp-seg-…``."""
        if label == NOISE:
            return "noise"
        return str((self.slots.get(label, self.words.color(label)) - 1) % COLORS + 1)

    def head(self, label: int) -> tuple[str, str]:
        """Give the name and the class of a segment."""
        return self.name(label), f"sp-seg-{self.slot(label)}"

    def edit_url(self, label: int | None) -> str:
        """Give the address that renames a segment; nothing for noise and who may not."""
        if label is None or label < 0 or not self.edit:
            return ""
        return self.edit.removesuffix("0/") + f"{label}/"

    def names(self, labels: int) -> dict[str, str]:
        """Give the names that a figure shows, by label."""
        shown = range(min(labels, MAX_SHOWN))
        return {str(label): self.name(label) for label in (*shown, NOISE)}

    def colors(self, labels: int) -> dict[str, int]:
        """Give the colours that a figure shows, by label."""
        return {str(label): int(self.slot(label)) for label in range(min(labels, MAX_SHOWN))}


def look_of(project: Project, prototype: Prototype, slots: Mapping[int, int] | None = None) -> Look:
    """Read how the segments of a prototype look to a member."""
    use_case_id, edit = prototype.experiment.use_case_id, ""
    if project.membership.allows(Role.EDITOR):
        edit = reverse("segment_edit", args=[project.pk, use_case_id, prototype.pk, 0])
    return Look(segment_words(prototype=prototype), slots or {}, edit)


def segment_form(prototype: Prototype, label: int, sent: Any = None) -> SegmentForm:
    """Give the form of a segment's words; ``NotFound`` where there is no such segment."""
    info, words = segment_get(prototype=prototype, label=label), segment_words(prototype=prototype)
    stored = words.stored.get(label)
    initial = {
        "name": stored.name if stored else "", "color": info.color,
        "description": info.description, "action": info.action,
    }  # fmt: skip
    others = range(len(prototype.details.get("sizes", [])))
    used = {words.color(other): words.name(other) for other in others if other != label}
    return SegmentForm(sent, initial=initial, default=words.default(label), used=used)


def segment_context(
    request: HttpRequest, prototype: Prototype, label: int, form: SegmentForm
) -> dict[str, Any]:
    """Give the values of the popup that names a segment; sending it leads to ``next``."""
    back = request.GET.get("next", "")
    action = f"{request.path}?{urlencode({'next': back})}" if back else request.path
    return {
        "segment": segment_get(prototype=prototype, label=label), "form": form,
        "action": action, "prototype": prototype, "use_case": prototype.experiment.use_case,
        "name": prototype_name(prototype=prototype), "back": safe_next(request, ""),
        "section": "lab",
    }  # fmt: skip


def after_change(request: HttpRequest, default: str) -> HttpResponse:
    """Show anew the page that the popup lies on, where it was; else lead to ``next``."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to(request, safe_next(request, default))
