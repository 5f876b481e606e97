"""Effect sizes: in what, and how strongly, a segment differs from everyone else.

Numbers are told by Cohen's d, the difference of two means in pooled standard deviations; shares by
Cohen's h, 2·asin√p₁ − 2·asin√p₂. Both are on one scale, on which 0.2 is small, 0.5 medium and 0.8
large: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., chapters 2
and 6. Everyone else are the rows outside the segment, so that a large segment is not compared with
itself. Being no test, they say how far apart two groups are and not whether that could be chance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import asin, isfinite, sqrt
from typing import Any, Literal

SMALL, MEDIUM, LARGE = 0.2, 0.5, 0.8
WIDEST = 99.0
"""The most that is told of a difference where both groups hardly spread."""
Side = Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """What sets one segment apart in one column; ``size`` is signed.

    Of a number ``mean`` and ``rest`` are the means of the segment and of the others, ``index`` is
    100 × its mean over everyone's (None where that says nothing). Of a category they are shares
    of the rows that have ``value``.
    """

    column: str
    role: str
    kind: Literal["number", "share"]
    size: float
    mean: float
    rest: float
    index: float | None = None
    value: str = ""


def effects(profiles: Mapping[str, Any]) -> dict[int, list[Effect]]:
    """List, by label, how each segment differs, the strongest first; of a text its one value.

    Columns that were trained on come before the others: these often only repeat them.
    """
    sizes = {each["label"]: each["size"] for each in profiles["segments"]}
    found: dict[int, list[Effect]] = {label: [] for label in sizes}
    for column in profiles["columns"]:
        tell = TELL.get(column["kind"])
        if tell is None:
            continue
        for item in column["segments"]:
            told = max(tell(column, item), key=lambda each: abs(each.size), default=None)
            if told:
                found[item["label"]].append(told)
    for listed in found.values():
        listed.sort(key=lambda each: (each.role != "input", -abs(each.size), each.column))
    return found


def _numbers(column: Side, item: Side) -> Iterator[Effect]:
    """Compare two means by Cohen's d; nothing where one group has no value or neither spreads."""
    whole = column["overall"]
    inside, outside = item["n"], whole["n"] - item["n"]
    if not inside or not outside or None in (item["mean"], whole["mean"], whole["std"]):
        return
    rest = (whole["n"] * whole["mean"] - inside * item["mean"]) / outside
    # Squared deviations add up: everyone's are those within the two groups and between them.
    total = whole["n"] * whole["std"] ** 2
    between = inside * outside / whole["n"] * (item["mean"] - rest) ** 2
    pooled = sqrt(max(total - between, 0.0) / whole["n"])
    apart = item["mean"] - rest
    if not apart or not isfinite(apart):
        return
    size = max(-WIDEST, min(WIDEST, apart / pooled)) if pooled else WIDEST * (-1, 1)[apart > 0]
    yield Effect(
        column["name"], column["role"], "number", size, item["mean"], rest, item.get("index")
    )


def _shares(column: Side, item: Side) -> Iterator[Effect]:
    """Compare the share of each frequent value by Cohen's h; rows without a value count too."""
    whole = column["overall"]
    inside = item["n"] + item["missing"]
    outside = whole["n"] + whole["missing"] - inside
    if not inside or not outside:
        return
    counts = {top["value"]: top["count"] for top in whole["top"]}
    for top in item["top"]:
        share = top["count"] / inside
        rest = max(counts[top["value"]] - top["count"], 0) / outside
        size = 2 * asin(sqrt(min(share, 1.0))) - 2 * asin(sqrt(min(rest, 1.0)))
        if size:
            value = str(top["value"])
            yield Effect(column["name"], column["role"], "share", size, share, rest, value=value)


TELL = {"numeric": _numbers, "category": _shares}
"""How each kind of column is compared; a date is not."""
