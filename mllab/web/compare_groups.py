"""Groups of the table beside segments: what the compare page says of them, and its choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.web.compare_tables import (
    CrossView,
    Name,
    Places,
    alike_words,
    cross_view,
    named,
    ordered,
    ordered_as,
)
from mllab.web.ribbons import NEUTRAL
from mllab.web.scores import share
from mllab.web.segments import Look
from mllab.web.sizes import SizeView

HALF = 0.5
"""From this part of a group on a segment is said to hold it."""
MISSING = "No value"
TOLD = 4


@dataclass(frozen=True)
class ColumnChoice:
    """A column that one may compare with."""

    name: str
    words: str
    is_chosen: bool


@dataclass(frozen=True)
class GroupsPair:
    """Groups against one prototype."""

    id: str
    cross: CrossView
    said: list[str]


@dataclass(frozen=True)
class GroupsView:
    """The groups of a column: their sizes, and each prototype against them."""

    column: str
    title: str
    sizes: list[SizeView]
    pairs: dict[str, GroupsPair]


def column_choices(found: Mapping[str, Any]) -> list[ColumnChoice]:
    """List what the segments could be compared with: "Group (RFM groups)"."""
    chosen = (found.get("groups") or {}).get("column", "")
    return [
        ColumnChoice(each["name"], f"{each['name']} ({_kind(each)})", each["name"] == chosen)
        for each in found.get("columns", [])
    ]


def _kind(column: Mapping[str, Any]) -> str:
    return "RFM groups" if column["is_rfm"] else f"{column['values']} values"


def groups_view(
    found: Mapping[str, Any], looks: Mapping[str, Look], places: Mapping[str, Places]
) -> GroupsView | None:
    """Write the groups of a comparison; None where it has none.

    They stand in the same order everywhere: that of the first prototype's segments.
    """
    groups = found.get("groups")
    if not groups:
        return None
    title = f"{groups['column']} (RFM groups)" if groups["is_rfm"] else groups["column"]
    names = [MISSING if each["name"] is None else each["name"] for each in groups["sizes"]]
    first = groups["pairs"][0]
    last = next((at for at, each in enumerate(groups["sizes"]) if each["name"] is None), None)
    across = ordered(first["labels_b"], places[first["b"]])
    down = ordered_as(first["table"], across, last)
    sizes = [_size(names[at], groups["sizes"][at]) for at in down]
    pairs = {
        str(each["b"]): _pair(each, title, names, down, looks, places) for each in groups["pairs"]
    }
    return GroupsView(groups["column"], title, sizes, pairs)


def _size(name: str, size: Mapping[str, Any]) -> SizeView:
    part = size["share"]
    return SizeView(None, name, NEUTRAL, size["rows"], share(part, 1), f"{100 * part:.2f}")


def _pair(
    pair: Mapping[str, Any], title: str, names: Sequence[str], down: Sequence[int],
    looks: Mapping[str, Look], places: Mapping[str, Places],
) -> GroupsPair:  # fmt: skip
    b = str(pair["b"])
    across = ordered(pair["labels_b"], places[b])
    heads = [named(label, looks[b]) for label in pair["labels_b"]]
    rows: list[Name] = [(name, NEUTRAL) for name in names]
    words = f"The segments and {title} are {alike_words(pair['ari'])}."
    cross = cross_view(pair, down, across, (rows, heads), words)
    return GroupsPair(f"groups-{b}", cross, groups_said(cross))


def groups_said(cross: CrossView) -> list[str]:
    """Say which segment holds which groups: "Segment 1 holds 83 % of Champions."."""
    lines = [_held(cross, place) for place in range(len(cross.heads))]
    left = [
        name for name, _, rows, cells in cross.rows
        if rows and all(cell.rows < HALF * rows for cell in cells)
    ]  # fmt: skip
    return [*lines, f"Spread over several segments: {_listed(left)}."] if left else lines


def _held(cross: CrossView, place: int) -> str:
    """Say which groups a segment holds half of, the most complete first, and its largest one."""
    segment, _, whole = cross.heads[place]
    held = sorted(
        (-cells[place].rows / rows, name)
        for name, _, rows, cells in cross.rows
        if rows and cells[place].rows >= HALF * rows
    )
    parts = [f"{_percent(-part)} of {name}" for part, name in held[:TOLD]]
    more = f", and half or more of {len(held) - TOLD} others" if len(held) > TOLD else ""
    told = f"{segment} holds {_listed(parts) if parts else 'half of no group'}{more}"
    inside = max(cross.rows, key=lambda row: row[3][place].rows, default=None)
    if inside and whole:
        told += f"; {_percent(inside[3][place].rows / whole)} of its rows are {inside[0]}"
    return f"{told}."


def _percent(part: float) -> str:
    """Write a part as a whole percentage; 100 % are all."""
    return f"{100 if part == 1 else min(round(100 * part), 99)} %"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
