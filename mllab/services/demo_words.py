"""Names, descriptions and actions for segments of customers, by a small rule over RFM profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import dist, log
from typing import Any

LEAST = 0.02  # a ratio is at least this: the logarithm of nothing has no distance


@dataclass(frozen=True)
class Archetype:
    """A kind of customer: usual ratios of recency, frequency and monetary to everyone's mean."""

    name: str
    ratios: tuple[float, float, float]
    description: str
    action: str


@dataclass(frozen=True)
class SegmentWords:
    """What is proposed to be said of a segment."""

    name: str
    description: str
    action: str


ARCHETYPES = (
    Archetype(
        "Champions", (0.08, 3.5, 6.0), "They buy most often, most recently and for most.",
        "Thank them, show them what is new first, and ask them to recommend you. No discounts.",
    ),
    Archetype(
        "Loyal", (0.2, 1.6, 1.2), "They come back regularly.",
        "A loyalty programme, and what goes with their last order.",
    ),
    Archetype(
        "Promising", (0.4, 0.6, 0.4), "They buy now and then, and bought not long ago.",
        "Bring the next order forward: a reminder, a bundle, free delivery from a sum on.",
    ),
    Archetype(
        "New", (0.15, 0.2, 0.1), "They have just begun to buy.",
        "A welcome series and a reason for the second order within a month.",
    ),
    Archetype(
        "At risk", (1.7, 1.2, 0.9), "They bought often, and have not for a long time.",
        "Win them back while they remember you: ask what went wrong, make a personal offer.",
    ),
    Archetype(
        "Hibernating", (1.3, 0.4, 0.25), "They bought seldom, and some time ago.",
        "A seasonal reminder; spend little on them.",
    ),
    Archetype(
        "Lost", (2.3, 0.2, 0.06), "They came once or twice, long ago.",
        "One last offer, then no more mails.",
    ),
)  # fmt: skip
FEATURES = ("Recency", "Frequency", "Monetary")


def words_propose(profiles: Mapping[str, Any]) -> dict[int, SegmentWords]:
    """Propose words for the segments of ``profiles`` (as ``prototype_profiles`` gives them).

    Each segment gets the archetype that it is nearest to, no two the same one; segments beyond
    the archetypes get none. Needs the columns Recency (days), Frequency (orders) and Monetary.
    """
    columns = {column["name"]: column for column in profiles["columns"]}
    chosen = [columns[name] for name in FEATURES]
    labels = [each["label"] for each in profiles["segments"] if each["label"] >= 0]
    ratios = {label: [_ratio(column, label) for column in chosen] for label in labels}
    near = sorted(
        (_distance(ratios[label], kind), label, place)
        for label in labels
        for place, kind in enumerate(ARCHETYPES)
    )
    found: dict[int, Archetype] = {}
    for _, label, place in near:
        if label not in found and ARCHETYPES[place] not in found.values():
            found[label] = ARCHETYPES[place]
    return {
        label: SegmentWords(kind.name, f"{kind.description} {_facts(chosen, label)}", kind.action)
        for label, kind in found.items()
    }


def _ratio(column: Mapping[str, Any], label: int) -> float:
    """Give a segment's mean as a ratio to everyone's."""
    whole = column["overall"]["mean"] or 0
    return _of(column, label, "mean") / whole if whole else 1.0


def _distance(ratios: Sequence[float], kind: Archetype) -> float:
    return dist([log(max(each, LEAST)) for each in ratios], [log(each) for each in kind.ratios])


def _facts(columns: Sequence[Mapping[str, Any]], label: int) -> str:
    recency, frequency, monetary = (_of(column, label, "median") for column in columns)
    return (
        f"On median: last order {recency:,.0f} days ago, {frequency:,.0f} "
        f"order{'' if frequency == 1 else 's'}, £{monetary:,.0f} in all."
    )


def _of(column: Mapping[str, Any], label: int, measure: str) -> float:
    found = next(each for each in column["segments"] if each["label"] == label)
    return float(found[measure] or 0)
