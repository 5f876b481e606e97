"""Who moves where from one split to the next, as ribbons between bars that stand side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from mllab.web.numbers import share_words

WIDTHS, HEIGHT = (720, 960, 1120), 320
"""By the number of tables; a wider picture is scrolled on a phone."""
BAR = 12
GAP = 6
HEAD = 24
"""Above the bars, for what each of them is."""
LINE = 15
"""The least between two names."""
MANY = 7
"""Names below each other that a phone can show without scrolling."""
LETTER = 7.4
"""The width of a letter, about: a name is cut where the next bars begin."""
LETTERS = 28
TITLE = 0.62
"""Of the room between bars, for the title of one: the next one's is centred on its bars."""
NEUTRAL = "sp-seg-group"
"""The class of what has no colour of its own; its ribbons take that of where they go."""
LEAST_SHARE = 0.001
"""Of all rows: a thinner ribbon is not seen; the table beside it has every number."""

Name = tuple[str, str]
Table = Sequence[Sequence[int]]


@dataclass(frozen=True)
class End:
    """The bar of one segment; ``middle`` is where its name stands."""

    name: str
    css: str
    y: str
    height: str
    middle: str


@dataclass(frozen=True)
class Stage:
    """The bars of one split, at ``x``; names stand at ``text``, before it where ``is_last``."""

    title: str
    x: int
    text: int
    at: int
    css: str
    letters: int
    ends: list[End]

    @property
    def is_last(self) -> bool:
        """Whether the names stand on the left of the bars."""
        return self.css == "sp-ribbon-end"


@dataclass(frozen=True)
class Ribbon:
    """The rows that two segments have in common, as a shape."""

    css: str
    path: str
    words: str


@dataclass(frozen=True)
class Ribbons:
    """The whole picture, in its own units; ``is_long`` where a phone has to scroll it."""

    width: int
    height: int
    bar: int
    is_long: bool
    titled: int
    stages: list[Stage]
    ribbons: list[Ribbon]


def ribbons(
    titles: Sequence[str], stages: Sequence[Sequence[Name]], tables: Sequence[Table]
) -> Ribbons:
    """Draw ``tables``, rows by segment of a stage (down) and of the next one (across).

    ``stages`` name their segments as (name, CSS class), in the order of the tables. Heights are
    in proportion to rows, the same everywhere (a Sankey diagram).
    """
    sizes = [*([sum(line) for line in table] for table in tables), _across(tables[-1])]
    most = max(len(each) for each in sizes)
    height = max(HEIGHT, LINE * most)
    whole = max(sum(each) for each in sizes)
    unit = (height - GAP * (most - 1)) / whole if whole else 0.0
    tops = [_tops(each, unit, height) for each in sizes]
    width = WIDTHS[min(len(tables), len(WIDTHS)) - 1]
    places = [round((width - BAR) * at / len(tables)) for at in range(len(sizes))]
    drawn = [
        ribbon
        for at, table in enumerate(tables)
        for ribbon in _drawn(
            (stages[at], stages[at + 1]), table, (tops[at], tops[at + 1]),
            (places[at] + BAR, places[at + 1]), unit, LEAST_SHARE * whole,
        )
    ]  # fmt: skip
    room = width / len(tables)
    return Ribbons(
        width, height + HEAD, BAR, len(tables) > 1 or most > MANY,
        min(int(room * TITLE / LETTER), LETTERS),
        [
            _stage(title, at, place, len(tables), room, _ends(names, own, top, unit, height))
            for at, (title, place, names, own, top) in enumerate(
                zip(titles, places, stages, sizes, tops, strict=True)
            )
        ],
        drawn,
    )  # fmt: skip


def _across(table: Table) -> list[int]:
    return [sum(column) for column in zip(*table, strict=True)]


def _tops(sizes: Sequence[int], unit: float, height: float) -> list[float]:
    """Place the bars below each other, the lot of them in the middle."""
    taken = sum(sizes) * unit + GAP * (len(sizes) - 1)
    start = HEAD + max((height - taken) / 2, 0.0)
    return list(accumulate((size * unit + GAP for size in sizes[:-1]), initial=start))


def _stage(title: str, at: int, place: int, last: int, room: float, ends: list[End]) -> Stage:
    """Give bars their names: on the right of them, but for the last ones."""
    css = {0: "", last: "sp-ribbon-end"}.get(at, "sp-ribbon-middle")
    text = place - 8 if at == last else place + BAR + 8
    # The last two share the room between their bars.
    letters = int((room - 3 * BAR if at < last - 1 else room / 2 - 2 * BAR) / LETTER)
    middle = place + {0: 0, last: BAR}.get(at, BAR // 2)
    return Stage(title, place, text, middle, css, min(letters, LETTERS), ends)


def _ends(
    names: Sequence[Name], sizes: Sequence[int], tops: Sequence[float], unit: float, height: float
) -> list[End]:
    middles = _apart([top + size * unit / 2 for top, size in zip(tops, sizes, strict=True)], height)
    return [
        End(name, css, _n(top), _n(max(size * unit, 1.0)), _n(middle))
        for (name, css), size, top, middle in zip(names, sizes, tops, middles, strict=True)
    ]


def _apart(middles: list[float], height: float) -> list[float]:
    """Move names away from each other where their bars are too thin: down, then up again."""
    found = list(middles)
    for low, high in pairwise(range(len(found))):
        found[high] = max(found[high], found[low] + LINE)
    bottom = HEAD + height
    for place in reversed(range(len(found))):
        found[place] = min(found[place], bottom - LINE / 2)
        bottom = found[place] - LINE / 2
    return found


def _drawn(
    names: tuple[Sequence[Name], Sequence[Name]], table: Table,
    tops: tuple[list[float], list[float]], edges: tuple[int, int], unit: float, least: float,
) -> list[Ribbon]:  # fmt: skip
    left, right = list(tops[0]), list(tops[1])
    found = []
    for place, line in enumerate(table):
        name, css = names[0][place]
        for other, rows in enumerate(line):
            height = rows * unit
            if rows and rows >= least:
                part = share_words(rows, sum(line))
                words = f"{rows:,} rows, {part} of {name}, are in {names[1][other][0]}"
                own = names[1][other][1] if css == NEUTRAL else css
                path = _path(edges, left[place], right[other], height)
                found.append(Ribbon(own, path, words))
            left[place] += height
            right[other] += height
    return found


def _path(edges: tuple[int, int], left: float, right: float, height: float) -> str:
    """Curve from one edge to the other and back below, level where it leaves and arrives."""
    start, end = edges
    middle = (start + end) / 2
    return (
        f"M{start} {_n(left)}C{_n(middle)} {_n(left)} {_n(middle)} {_n(right)} {end} {_n(right)}"
        f"V{_n(right + height)}"
        f"C{_n(middle)} {_n(right + height)} {_n(middle)} {_n(left + height)} "
        f"{start} {_n(left + height)}Z"
    )


def _n(value: float) -> str:
    return f"{value:.1f}"
