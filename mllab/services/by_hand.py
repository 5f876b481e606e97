"""Prototypes made by hand: segments of another one merged, or one of them split."""

from collections import Counter
from collections.abc import Sequence

from mllab.engine.by_hand import KEY, MAX_PARTS
from mllab.engine.within import DEFAULT, algorithm_within, params_within, too_small
from mllab.models import Prototype, Segment
from mllab.services.algorithms import Raw, Size, algorithm_refusal
from mllab.services.made import made_start
from mllab.services.results import NOT_TRAINED
from mllab.services.segments import NAME_LENGTH, Words, segment_get, segment_words
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
    algorithm: str = DEFAULT,
    params: Raw | None = None,
) -> tuple[Prototype, Job]:
    """Start a new prototype of the same experiment, from this one's segments.

    Either ``merge`` names the labels that become one segment, or ``split`` the one that an
    algorithm divides, by its ``params``; ``parts`` is their number where these do not say. The
    prototype itself stays as it is. Raises ``UserError`` with ``fields`` for a choice that cannot
    be, ``Conflict`` until it is trained.
    """
    if prototype.finished is None:
        raise Conflict(NOT_TRAINED)
    made = _params(prototype, merge, split, parts)
    if split is not None:
        made |= _within(prototype, split, parts, algorithm, params or {})
    return made_start(
        experiment=prototype.experiment, user=user, algorithm=KEY, params=made,
        action="prototype.by_hand", source=prototype.number,
    )  # fmt: skip


def words_keep(*, prototype: Prototype) -> None:
    """Give segments that were not touched the words and colours they had, where it is by hand.

    Runs in the transaction that publishes. A colour is kept by a merged segment and by the first
    part of a split one too; parts of a segment with a name are called by that and a number.
    """
    origin = prototype.details.get("origin")
    if prototype.algorithm != KEY or not origin:
        return
    source = Prototype.objects.filter(pk=prototype.params["prototype"]).first()
    words = segment_words(prototype=source) if source else None
    if words is None:
        return
    olds = [old for group in origin for old in group]
    seen: Counter[int] = Counter()
    fresh = []
    for label, group in enumerate(origin):
        known = words.stored.get(group[0])
        is_same = len(group) == 1 and olds.count(group[0]) == 1
        color = None if group[0] in seen else words.color(group[0])
        seen[group[0]] += 1
        kept = known if is_same else None
        part = "" if is_same else _part_name(words, group, seen[group[0]])
        fresh.append(
            Segment(
                prototype=prototype,
                label=label,
                color=color,
                name=_name_kept(words, group[0]) if is_same else part,
                description=kept.description if kept else "",
                action=kept.action if kept else "",
            )
        )
    _colors_differ(fresh)
    prototype.segment_words.all().delete()
    Segment.objects.bulk_create(fresh)


def steadiness_keep(*, prototype: Prototype) -> None:
    """Tell of segments that a split left as they are how steady they were measured to be.

    Runs in the transaction that publishes, before the prototype is saved.
    """
    found = prototype.details.get("stability") or {}
    if "within" not in prototype.details or not found.get("segments"):
        return
    source = Prototype.objects.filter(pk=prototype.params["prototype"]).first()
    known = ((source.details.get("stability") or {}).get("segments") or []) if source else []
    parts = prototype.details["within"]["parts"]
    for label, (old,) in enumerate(prototype.details["origin"]):
        if label not in parts and old < len(known):
            found["segments"][label] = known[old]


def _name_kept(words: Words, label: int) -> str:
    """Return what a segment is called, where somebody said or its algorithm knows; else ""."""
    stored = words.stored.get(label)
    known = words.known[label] if label < len(words.known) else ""
    return (stored.name if stored else "") or known


def _part_name(words: Words, group: Sequence[int], number: int) -> str:
    """Call a part "Champions / 1"; "" where the segment has no name, or several were merged."""
    whole = _name_kept(words, group[0])
    if len(group) > 1 or not whole:
        return ""
    ending = f" / {number}"
    return f"{whole[: NAME_LENGTH - len(ending)].rstrip()}{ending}"


def _colors_differ(segments: list[Segment]) -> None:
    """Give new segments colours that the others do not have, as long as there are any."""
    taken = {each.color for each in segments}
    free = iter([color for color in range(1, 13) if color not in taken])
    for each in segments:
        if each.color is None:
            each.color = next(free, None)


def _within(
    prototype: Prototype, label: int, parts: int, key: str, params: Raw
) -> dict[str, object]:
    """Check how a segment is divided; what it is too small or too large for is refused."""
    algorithm = algorithm_within(key)
    checked = params_within(algorithm, params, parts)
    rows = segment_get(prototype=prototype, label=label).size
    if sentence := too_small(rows, int(getattr(checked, "k", 2))):
        raise field_error("parts", sentence)
    given, columns = checked.model_dump(mode="json"), prototype.experiment.columns
    size = Size(rows, max(len(columns), 1), columns)
    if sentence := algorithm_refusal(algorithm=key, params=given, size=size):
        raise field_error("algorithm", sentence)
    return {"algorithm": key, "params": given, "parts": min(given.get("k", parts), MAX_PARTS)}


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
    return {
        "prototype": str(prototype.pk), "number": prototype.number, "merge": labels,
        "split": split, "parts": parts,
    }  # fmt: skip
