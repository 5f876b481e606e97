"""A selection of customers: a segment, bounds of columns, an area of the map; as an address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from segplatform.kernel.errors import UserError

MAX_CORNERS = 200
MAX_BOUNDS = 20
MAX_TEXT = 6_000
DRAWN = {"x": "Component 1", "y": "Component 2", "z": "Component 3", "s": "Silhouette",
         "c": "Confidence"}  # fmt: skip
"""What is not a column of the table, by the key that it has in an address."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Bound:
    """Values of one column from ``low`` to ``high``; ``key`` is that of ``DRAWN``, else empty."""

    column: str
    low: float | None = None
    high: float | None = None
    key: str = ""

    @property
    def words(self) -> str:
        """Write it: "Recency from 3 to 40"."""
        parts = [f"from {self.low:,g}"] if self.low is not None else []
        parts += [f"to {self.high:,g}"] if self.high is not None else []
        return f"{self.column} {' '.join(parts)}".replace("-", "−")


@dataclass(frozen=True)
class Selection:
    """Who is meant: all that fulfil all of it. ``area`` are the corners of a polygon on the map."""

    segment: int | None = None
    bounds: tuple[Bound, ...] = ()
    area: tuple[Point, ...] = ()
    row: int | None = None

    @property
    def is_everyone(self) -> bool:
        """Whether nothing is selected."""
        return self == Selection()

    @property
    def narrows(self) -> bool:
        """Whether it says more than a segment."""
        return not replace(self, segment=None).is_everyone

    def to_query(self) -> list[tuple[str, str]]:
        """Return it as parameters of an address, which ``selection_from`` reads."""
        found = [("segment", str(self.segment))] if self.segment is not None else []
        for bound in self.bounds:
            low, high = ("" if v is None else f"{v:.12g}" for v in (bound.low, bound.high))
            if bound.key:
                found += [(f"{bound.key}_{e}", v) for e, v in (("from", low), ("to", high)) if v]
            else:
                found.append(("range", f"{bound.column}:{low}:{high}"))
        if self.area:
            found.append(("area", ";".join(f"{x:.6g},{y:.6g}" for x, y in self.area)))
        return found + ([("row", str(self.row))] if self.row is not None else [])


def selection_from(
    single: Mapping[str, str], ranges: Iterable[str] = (), segment: int | None = None
) -> Selection:
    """Read parameters of an address; what is odd is left out, as everywhere in addresses."""
    bounds = [bound for bound in map(_range, list(ranges)[:MAX_BOUNDS]) if bound]
    for key, name in DRAWN.items():
        low, high = _number(single.get(f"{key}_from", "")), _number(single.get(f"{key}_to", ""))
        if low is not None or high is not None:
            bounds.append(Bound(name, low, high, key))
    if column := single.get("column", "")[:200]:  # the form's own row, not yet a range
        low, high = _number(single.get("from", "")), _number(single.get("to", ""))
        if low is not None or high is not None:
            bounds.append(Bound(column, low, high))
    row = single.get("row", "")
    return Selection(
        segment, tuple(bounds), area_from(single.get("area", "")),
        int(row) if row.isascii() and row.isdigit() and len(row) < 16 else None,
    )  # fmt: skip


def area_from(text: str) -> tuple[Point, ...]:
    """Read the corners of an area, "x,y;x,y;x,y"; none for anything odd."""
    parts = [part.split(",") for part in text[:MAX_TEXT].split(";") if part]
    if not 3 <= len(parts) <= MAX_CORNERS or any(len(part) != 2 for part in parts):
        return ()
    points = [(_number(x), _number(y)) for x, y in parts]
    known = [(x, y) for x, y in points if x is not None and y is not None]
    return tuple(known) if len(known) == len(points) else ()


def inside_sql(x: str, y: str, corners: Sequence[Point]) -> str:
    """Write the condition of points within a polygon: a ray to the right crosses it an odd number
    of times (Shimrat, 1962, Algorithm 112, Communications of the ACM 5). Numbers only go in.
    """
    if len(corners) < 3:
        raise UserError("An area has three corners at least.")
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    crossed = []
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y1 != y2:
            at = f"{_sql(x1)} + ({y} - {_sql(y1)}) * {_sql((x2 - x1) / (y2 - y1))}"
            crossed.append(f"(({y} < {_sql(y1)}) <> ({y} < {_sql(y2)}) AND {x} < {at})::INTEGER")
    box = (
        f"{x} BETWEEN {_sql(min(xs))} AND {_sql(max(xs))} "
        f"AND {y} BETWEEN {_sql(min(ys))} AND {_sql(max(ys))}"
    )
    return f"{box} AND ({' + '.join(crossed) or '0'}) % 2 = 1"


def _sql(value: float) -> str:
    return f"({float(value)!r}::DOUBLE)"


def _range(text: str) -> Bound | None:
    column, _, rest = text[:MAX_TEXT].rpartition(":")
    column, _, low_text = column.rpartition(":")
    low, high = _number(low_text), _number(rest)
    return Bound(column, low, high) if column and (low, high) != (None, None) else None


def _number(text: str) -> float | None:
    try:
        value = float(text[:40])
    except ValueError:
        return None
    return value if isfinite(value) else None
