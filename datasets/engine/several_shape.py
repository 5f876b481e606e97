"""How the columns of several files fit together: by name, whatever their order."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from datasets.engine.names import clean_names
from datasets.engine.several_table import Shape

SHOWN_NAMES = 5

Again = Callable[[int, bool], Shape | None]


@dataclass(frozen=True)
class Fit:
    """How one file fits: ``places`` say for each column of all where it lies in this file.

    ``lacks`` are columns that it has not; ``more`` those that only it has. A file with a reason
    in ``refused`` is left out as a whole.
    """

    places: tuple[int | None, ...] = ()
    lacks: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    refused: str = ""


@dataclass
class Fitted:
    """The columns of all files, and how each file fits; ``names`` are "" where nothing is said."""

    names: list[str]
    fits: list[Fit]


@dataclass
class _Columns:
    """The columns so far: by the key they are found by; ``loose`` ones have no name of their own.

    Loose are the last columns of a file that its header does not name, as separators at the ends
    of lines make them: they never count as more.
    """

    first: Shape
    named: dict[str, str] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)


def shapes_agree(shapes: Sequence[Shape | None], again: Again) -> list[Shape | None]:
    """Look anew at files that were guessed to have a header where most have none, or the reverse.

    ``again(number, header)`` looks at one of them with that answer. A short file alone does not
    always tell: its first row may be words, too.
    """
    found = list(shapes)
    most = _most(found)
    if most is None:
        return found
    keys = set(_keys(most))
    for number, shape in enumerate(shapes):
        if shape is None or shape.header == most.header:
            continue
        other = again(number, most.header)
        if other is None:
            continue
        fits = keys >= set(_keys(other)) if most.header else len(other.names) == len(most.names)
        if fits:
            found[number] = other
    return found


def shapes_fit(shapes: Sequence[Shape | None], *, add: bool) -> Fitted:
    """Match every file with the columns that most files have; None is a file without a shape.

    A file with more columns is left out, unless they shall ``add`` to those of all.
    """
    most = _most(shapes)
    if most is None:
        return Fitted([], [Fit() for _ in shapes])
    columns = _Columns(most)
    _take(columns, most)
    refused = [_refused(columns, shape, add) if shape else "" for shape in shapes]
    for shape, reason in zip(shapes, refused, strict=True):
        if shape and shape.header and not reason:
            _take(columns, shape)
    order = [*columns.named, *columns.loose]
    shown = [*columns.named.values(), *("" for _ in columns.loose)]
    fits = [
        _fit(columns, order, shape, reason) if shape else Fit()
        for shape, reason in zip(shapes, refused, strict=True)
    ]
    return Fitted(shown, fits)


def shapes_alike(shapes: Sequence[Shape | None]) -> bool:
    """Say whether all files can be read and have the same columns."""
    first = shapes[0]
    if first is None:
        return False
    kinds = {(s.header, frozenset(_keys(s)) if s.header else len(s.names)) for s in shapes if s}
    return None not in shapes and len(kinds) == 1


def _most(shapes: Sequence[Shape | None]) -> Shape | None:
    """Return the shape that most files have, the first of them."""
    seen = [shape for shape in shapes if shape]
    kinds = [(s.header, frozenset(_keys(s)) if s.header else len(s.names)) for s in seen]
    if not seen:
        return None
    return seen[kinds.index(Counter(kinds).most_common(1)[0][0])]


def _keys(shape: Shape) -> list[str]:
    """Return what the named columns of a file are found by."""
    return list(_named(shape))


def _named(shape: Shape) -> dict[str, str]:
    """Return the named columns by what they are found by; those of a file without header: none."""
    if not shape.header:
        return {}
    cut = _loose_from(shape)
    names = clean_names(list(shape.names))[:cut]
    return {name.casefold(): name for name in names}


def _loose_from(shape: Shape) -> int:
    """Count the columns up to the last one that has a name."""
    return max((i for i, name in enumerate(shape.names, 1) if name.strip()), default=0)


def _loose(shape: Shape) -> list[str]:
    """Name the last columns without a name by their places."""
    return [f"\0{place}" for place in range(_loose_from(shape), len(shape.names))]


def _take(columns: _Columns, shape: Shape) -> None:
    """Add the columns of a file that are not there yet."""
    for key, name in _named(shape).items():
        columns.named.setdefault(key, name)
    columns.loose += [key for key in _loose(shape) if key not in columns.loose]


def _refused(columns: _Columns, shape: Shape, add: bool) -> str:
    """Say why a file cannot be part of the whole."""
    width = len(columns.first.names)
    if not shape.header:
        same = len(shape.names) == width
        return "" if same else f"It has no header and {len(shape.names):,} columns, not {width:,}."
    more = [name for key, name in _named(shape).items() if key not in columns.named]
    if not more or (add and columns.first.header):
        return ""
    return f"It has columns that the other files lack: {words(more)}."


def _fit(columns: _Columns, order: list[str], shape: Shape, refused: str) -> Fit:
    named = _named(shape)
    if refused:
        more = tuple(name for key, name in named.items() if key not in columns.named)
        return Fit(more=more, refused=refused)
    keys = shape if shape.header else columns.first
    own = {key: place for place, key in enumerate([*_named(keys), *_loose(keys)])}
    lacks = tuple(name for key, name in columns.named.items() if key not in own)
    return Fit(tuple(own.get(key) for key in order), lacks if shape.header else ())


def words(names: Sequence[str]) -> str:
    """Name some of several things."""
    shown = ", ".join(f"“{name[:60]}”" for name in names[:SHOWN_NAMES])
    return f"{shown}, …" if len(names) > SHOWN_NAMES else shown


def shape_words(names: Sequence[str], fits: Sequence[Fit]) -> Iterator[str]:
    """Yield a sentence for everything that differs between the files called ``names``."""
    refused = [(name, fit) for name, fit in zip(names, fits, strict=True) if fit.refused]
    lacking = Counter(name for fit in fits for name in fit.lacks)
    for column, count in lacking.most_common(SHOWN_NAMES):
        files = "1 file lacks" if count == 1 else f"{count:,} files lack"
        yield f"{files} the column “{column[:100]}”: its cells stay empty there."
    if len(lacking) > SHOWN_NAMES:
        yield f"{len(lacking) - SHOWN_NAMES:,} other columns are missing in some files, too."
    for name, fit in refused[:SHOWN_NAMES]:
        yield f"“{name[:100]}” is left out. {fit.refused}"
    if len(refused) > SHOWN_NAMES:
        yield f"{len(refused) - SHOWN_NAMES:,} other files are left out, too."
