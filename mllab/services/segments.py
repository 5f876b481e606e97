"""The segments of a prototype: how they are called and coloured, how large they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from mllab.models import Prototype, Segment
from mllab.models.segmentation import COLORS
from mllab.services.naming import segment_name
from projects.models import User
from projects.services.audit import audit_record
from projects.services.projects import project_touch
from projects.services.text import clean_name, clean_text, field_error
from segplatform.kernel.errors import Conflict, NotFound

NAME_LENGTH = 60
TEXT_LENGTH = 2_000
NOISE = -1


@dataclass(frozen=True)
class Words:
    """How the segments of one prototype are called and coloured, in one query.

    ``stored`` holds what people said, by label; all else has its default.
    """

    stored: Mapping[int, Segment] = field(default_factory=dict)
    known: Sequence[str] = ()
    """By label, where the algorithm names its segments."""

    def name(self, label: int) -> str:
        """Return the name of a segment; −1 is "Noise"."""
        found = self.stored.get(label)
        if found and found.name:
            return found.name
        return self.default(label)

    def default(self, label: int) -> str:
        """Return how a segment is called where nobody said."""
        return self.known[label] if 0 <= label < len(self.known) else segment_name(label)

    def color(self, label: int) -> int:
        """Return the colour of a segment, from 1 to 12; noise is grey, 0."""
        if label == NOISE:
            return 0
        found = self.stored.get(label)
        return found.color if found and found.color else label % COLORS + 1

    def names(self, labels: int) -> list[str]:
        """Return the names of the labels 0 … ``labels`` − 1."""
        return [self.name(label) for label in range(labels)]


@dataclass(frozen=True)
class SegmentInfo:
    """One segment as pages and the API show it; ``share`` is of all rows, noise too."""

    label: int
    name: str
    color: int
    description: str
    action: str
    size: int
    share: float

    @property
    def is_noise(self) -> bool:
        """Whether these are the rows that are in no segment."""
        return self.label == NOISE


def segment_words(*, prototype: Prototype, known: Sequence[str] | None = None) -> Words:
    """Read what people said of the segments of a prototype.

    ``known`` are the names that its algorithm gives, where they were read already.
    """
    stored = {each.label: each for each in prototype.segment_words.all()}
    return Words(stored, prototype.details.get("names", []) if known is None else known)


def segment_list(*, prototype: Prototype) -> list[SegmentInfo]:
    """List the segments of a trained prototype, the largest first, the noise (if any) last.

    ``Conflict`` until it is trained.
    """
    if prototype.finished is None:
        raise Conflict("This prototype is not trained yet, so it has no segments.")
    words = segment_words(prototype=prototype)
    sizes, noise = list(prototype.details.get("sizes", [])), prototype.details.get("noise", 0)
    counts = [*enumerate(sizes), *([(NOISE, noise)] if noise else [])]
    whole = sum(count for _, count in counts)
    return [_info(words, label, count, whole) for label, count in counts]


def segment_get(*, prototype: Prototype, label: int) -> SegmentInfo:
    """Return one segment; ``NotFound`` where the prototype has none of this label."""
    for each in segment_list(prototype=prototype):
        if each.label == label:
            return each
    raise NotFound("This prototype has no such segment.")


def segment_change(
    *,
    prototype: Prototype,
    label: int,
    user: User,
    name: str | None = None,
    color: int | None = None,
    description: str | None = None,
    action: str | None = None,
) -> SegmentInfo:
    """Rename a segment, or say more of it; what is None stays, a blank name is the default's.

    Raises ``UserError`` with ``fields``, ``Conflict`` where another segment has the name and for
    the noise, which is no segment.
    """
    segment_get(prototype=prototype, label=label)
    if label == NOISE:
        raise Conflict("Noise is what is in no segment: it cannot be renamed.")
    sent: dict[str, object] = {}
    if name is not None:
        sent["name"] = clean_name(name, limit=NAME_LENGTH) if name.strip() else ""
    if color is not None:
        sent["color"] = _color(color)
    if description is not None:
        sent["description"] = clean_text(description, field="description", limit=TEXT_LENGTH)
    if action is not None:
        sent["action"] = clean_text(action, field="action", limit=TEXT_LENGTH)
    with transaction.atomic():
        # Two people who give two segments the same name at once wait for each other here.
        Prototype.objects.select_for_update(no_key=True).get(pk=prototype.pk)
        if "name" in sent:
            _name_require_free(prototype, label, str(sent["name"]))
        prototype.segment_words.update_or_create(label=label, defaults={**sent, "updated_by": user})
        project = prototype.experiment.use_case.project
        audit_record(
            action="segment.change", thing=prototype, project=project, segment=label,
            fields=sorted(sent),
        )  # fmt: skip
    project_touch(project=project)
    return segment_get(prototype=prototype, label=label)


def segments_take_over(
    *, source: Prototype, target: Prototype, pairs: Mapping[int, int], user: User
) -> int:
    """Give segments of ``target`` the words of those of ``source`` that they match.

    ``pairs`` maps labels of the target to labels of the source. What was said of a segment of
    the target stays. Returns how many took words over.
    """
    known, said = segment_words(prototype=source).stored, segment_words(prototype=target).stored
    fresh = [
        Segment(
            prototype=target, label=label, name=known[other].name, color=known[other].color,
            description=known[other].description, action=known[other].action, updated_by=user,
        )
        for label, other in pairs.items()
        if other in known and label not in said
    ]  # fmt: skip
    taken = {each.name.casefold() for each in said.values()}
    kept = [each for each in fresh if not each.name or each.name.casefold() not in taken]
    Segment.objects.bulk_create(kept)
    return len(kept)


def _info(words: Words, label: int, size: int, whole: int) -> SegmentInfo:
    stored = words.stored.get(label)
    return SegmentInfo(
        label=label, name=words.name(label), color=words.color(label),
        description=stored.description if stored else "", action=stored.action if stored else "",
        size=size, share=size / whole if whole else 0.0,
    )  # fmt: skip


def _color(color: int) -> int:
    if not 1 <= color <= COLORS:
        raise field_error("color", f"Choose one of the {COLORS} colours, from 1 to {COLORS}.")
    return color


def _name_require_free(prototype: Prototype, label: int, name: str) -> None:
    count = len(prototype.details.get("sizes", []))
    words = segment_words(prototype=prototype)
    wanted = name or words.default(label)
    others = [words.name(other) for other in (*range(count), NOISE) if other != label]
    if any(other.casefold() == wanted.casefold() for other in others):
        message = f"Another segment is called “{wanted}” already; choose another name."
        raise Conflict(message, {"name": message})
