"""Who moves where between two prototypes, as ribbons from the segments of one to the other's."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from mllab.web.numbers import share_words

WIDTH, HEIGHT = 720, 320
BAR = 12
GAP = 6
LEAST_SHARE = 0.001
"""Of all rows: a thinner ribbon is not seen; the table beside it has every number."""


@dataclass(frozen=True)
class End:
    """The bar of one segment at an edge; ``middle`` is where its name stands."""

    name: str
    css: str
    y: str
    height: str
    middle: str


@dataclass(frozen=True)
class Ribbon:
    """The rows that two segments have in common: a shape in the colour of where they come from."""

    css: str
    path: str
    words: str


@dataclass(frozen=True)
class Ribbons:
    """The whole picture, in its own units."""

    width: int
    height: int
    bar: int
    right: int
    before: list[End]
    after: list[End]
    ribbons: list[Ribbon]


def ribbons(
    before: Sequence[tuple[str, str]],
    after: Sequence[tuple[str, str]],
    table: Sequence[Sequence[int]],
) -> Ribbons:
    """Draw ``table``, rows by segment of ``before`` (down) and ``after`` (across).

    Both name their segments as (name, CSS class), in the order of the table. Heights are in
    proportion to rows, the same on both sides (a Sankey diagram).
    """
    down = [sum(line) for line in table]
    across = [sum(line[place] for line in table) for place in range(len(after))]
    whole = sum(down)
    room = HEIGHT - GAP * (max(len(down), len(across)) - 1)
    unit = room / whole if whole else 0.0
    tops = _tops(down, unit), _tops(across, unit)
    return Ribbons(
        WIDTH, HEIGHT, BAR, WIDTH - BAR,
        _ends(before, down, tops[0], unit), _ends(after, across, tops[1], unit),
        _drawn(before, after, table, tops, unit, LEAST_SHARE * whole),
    )  # fmt: skip


def _tops(sizes: Sequence[int], unit: float) -> list[float]:
    """Place the bars below each other, the lot of them in the middle."""
    taken = sum(sizes) * unit + GAP * (len(sizes) - 1)
    start = max((HEIGHT - taken) / 2, 0.0)
    return list(accumulate((size * unit + GAP for size in sizes[:-1]), initial=start))


def _ends(
    names: Sequence[tuple[str, str]], sizes: Sequence[int], tops: Sequence[float], unit: float
) -> list[End]:
    return [
        End(name, css, _n(top), _n(max(size * unit, 1.0)), _n(top + size * unit / 2))
        for (name, css), size, top in zip(names, sizes, tops, strict=True)
    ]


def _drawn(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]],
    table: Sequence[Sequence[int]], tops: tuple[list[float], list[float]], unit: float,
    least: float,
) -> list[Ribbon]:  # fmt: skip
    left, right = list(tops[0]), list(tops[1])
    found = []
    for place, line in enumerate(table):
        for other, rows in enumerate(line):
            height = rows * unit
            if rows and rows >= least:
                name, css = before[place]
                part = share_words(rows, sum(line))
                words = f"{rows:,} rows, {part} of {name}, are in {after[other][0]}"
                found.append(Ribbon(css, _path(left[place], right[other], height), words))
            left[place] += height
            right[other] += height
    return found


def _path(left: float, right: float, height: float) -> str:
    """Curve from one edge to the other and back below, level where it leaves and arrives."""
    start, end, middle = BAR, WIDTH - BAR, WIDTH / 2
    return (
        f"M{start} {_n(left)}C{_n(middle)} {_n(left)} {_n(middle)} {_n(right)} {end} {_n(right)}"
        f"V{_n(right + height)}"
        f"C{_n(middle)} {_n(right + height)} {_n(middle)} {_n(left + height)} "
        f"{start} {_n(left + height)}Z"
    )


def _n(value: float) -> str:
    return f"{value:.1f}"
