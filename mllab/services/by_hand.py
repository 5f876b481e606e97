"""Prototypes made by hand: segments of another one merged, or one of them split."""

from collections.abc import Sequence

from mllab.engine.by_hand import KEY, MAX_PARTS
from mllab.models import Prototype, Segment
from mllab.services.made import made_start
from mllab.services.results import NOT_TRAINED
from mllab.services.segments import segment_words
from projects.models import Job, User
from projects.services.text import field_error
from segplatform.kernel.errors import Conflict


def by_hand_start(
    *,
    prototype: Prototype,
    user: User,
    merge: Sequence[int] = (),
    split: int | None = None,
    parts: int = 2,
) -> tuple[Prototype, Job]:
    """Start a new prototype of the same experiment, from this one's segments.

    Either ``merge`` names the labels that become one segment, or ``split`` the one that K-Means
    divides into ``parts``. The prototype itself stays as it is. Raises ``UserError`` with
    ``fields`` for a choice that cannot be, ``Conflict`` until it is trained.
    """
    if prototype.finished is None:
        raise Conflict(NOT_TRAINED)
    params = _params(prototype, merge, split, parts)
    return made_start(
        experiment=prototype.experiment, user=user, algorithm=KEY, params=params,
        action="prototype.by_hand", source=prototype.number,
    )  # fmt: skip


def words_keep(*, prototype: Prototype) -> None:
    """Give segments that were not touched the words and colours they had, where it is by hand.

    Runs in the transaction that publishes. A colour is kept by a merged segment and by the first
    part of a split one too.
    """
    origin = prototype.details.get("origin")
    if prototype.algorithm != KEY or not origin:
        return
    source = Prototype.objects.filter(pk=prototype.params["prototype"]).first()
    words = segment_words(prototype=source) if source else None
    if words is None:
        return
    olds = [old for group in origin for old in group]
    seen: set[int] = set()
    fresh = []
    for label, group in enumerate(origin):
        known = words.stored.get(group[0])
        is_same = len(group) == 1 and olds.count(group[0]) == 1
        color = None if group[0] in seen else words.color(group[0])
        seen.add(group[0])
        kept = known if is_same else None
        fresh.append(
            Segment(
                prototype=prototype,
                label=label,
                color=color,
                name=kept.name if kept else "",
                description=kept.description if kept else "",
                action=kept.action if kept else "",
            )
        )
    _colors_differ(fresh)
    prototype.segment_words.all().delete()
    Segment.objects.bulk_create(fresh)


def _colors_differ(segments: list[Segment]) -> None:
    """Give new segments colours that the others do not have, as long as there are any."""
    taken = {each.color for each in segments}
    free = iter([color for color in range(1, 13) if color not in taken])
    for each in segments:
        if each.color is None:
            each.color = next(free, None)


def _params(
    prototype: Prototype, merge: Sequence[int], split: int | None, parts: int
) -> dict[str, object]:
    count = prototype.segments or 0
    labels = sorted(set(merge))
    if labels and split is not None:
        raise field_error("merge", "Merge segments or split one, not both at once.")
    if any(not 0 <= label < count for label in [*labels, *([split] if split is not None else [])]):
        raise field_error("merge" if labels else "split", "There is no such segment.")
    if split is None and len(labels) < 2:
        raise field_error("merge", "Choose at least two segments to merge.")
    if split is None and len(labels) == count:
        raise field_error("merge", "Leave at least one segment out: one alone is no segmentation.")
    if not 2 <= parts <= MAX_PARTS:
        raise field_error("parts", f"Split it into 2 to {MAX_PARTS} parts.")
    sizes = prototype.details.get("sizes", [])
    if split is not None and split < len(sizes) and sizes[split] < parts:
        raise field_error("parts", f"The segment has only {sizes[split]} rows.")
    return {
        "prototype": str(prototype.pk), "number": prototype.number, "merge": labels,
        "split": split, "parts": parts,
    }  # fmt: skip
