"""What differs between the columns of a dataset and those of a file that is to fill it again.

Columns are compared by their names, without case and in any order: a dataset that took both
``Country`` and ``country`` could not be asked for either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from datasets.engine.infer import candidates_of
from datasets.engine.numbers import Numbers
from datasets.engine.schema_same import same_candidates
from datasets.engine.types import ColumnType

Mode = Literal["refresh", "append"]
Kind = Literal["missing", "new", "type"]
Columns = Sequence[Mapping[str, Any]]
Misfits = Mapping[str, tuple[int, int]]
"""By the column's name: how many values are not of its type, of how many."""

KEPT_WORDS: dict[str, str] = {
    "text": "text",
    "integer": "a whole number",
    "decimal": "an amount",
    "float": "a number",
    "boolean": "true or false",
    "date": "a date",
    "datetime": "a date with a time",
}
CHOICES: dict[tuple[Mode, Kind], dict[str, str]] = {
    ("append", "missing"): {"empty": "Leave it empty in the new rows"},
    ("append", "new"): {
        "add": "Add the column; the rows before stay empty there",
        "leave": "Leave the column out",
    },
    ("append", "type"): {
        "keep": "Keep the type; list values that do not fit",
        "widen": "Change the column so that all fit",
    },
    ("refresh", "missing"): {
        "empty": "Keep the column, without values",
        "drop": "Leave the column out from now on",
    },
    ("refresh", "new"): {},
    ("refresh", "type"): {
        "keep": "Keep the type; list values that do not fit",
        "take": "Take the type that the values have now",
    },
}
"""What can be chosen about a difference; where there is nothing, it is taken as it comes."""

_WIDER: dict[frozenset[str], ColumnType] = {
    frozenset({"integer", "decimal"}): "decimal",
    frozenset({"integer", "float"}): "float",
    frozenset({"decimal", "float"}): "float",
    frozenset({"date", "datetime"}): "datetime",
}


@dataclass(frozen=True)
class Difference:
    """One column that is not as before; ``lost`` of ``of`` values do not fit (None: not counted).

    ``candidates`` are the new columns that it may be called now, ``hint`` the one that it
    probably is.
    """

    kind: Kind
    column: str
    was: ColumnType | None = None
    now: ColumnType | None = None
    lost: int | None = None
    of: int | None = None
    hint: str = ""
    candidates: tuple[str, ...] = ()

    def choices(self, mode: Mode) -> dict[str, str]:
        """List what can be done about it, in words."""
        return CHOICES[mode, self.kind]

    def sentence(self, source: str) -> str:
        """Say it in a sentence; ``source`` is the name of the file."""
        name = f"“{self.column}”"
        if self.kind == "missing":
            said = f"{name} is not in {source}."
            if self.hint:
                said += f" “{self.hint}” is new there and may be the same column."
            return said
        if self.kind == "new":
            return f"{name} ({KEPT_WORDS[self.now or 'text']}) is new in {source}."
        was = f"{name} is {KEPT_WORDS[self.was or 'text']} here"
        if self.lost:
            return f"{was}; {self.lost:,} of {self.of or 0:,} values in {source} are not."
        return f"{was}, and {KEPT_WORDS[self.now or 'text']} as {source} is read."

    def data(self, mode: Mode, source: str) -> dict[str, Any]:
        """Give it as it is stored and sent."""
        return {
            **asdict(self), "sentence": self.sentence(source), "choices": self.choices(mode),
        }  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A column of the new version: ``source`` is its name in the file, ``before`` among the rows
    that stay; None where it is not there."""

    name: str
    type: ColumnType
    source: str | None
    before: str | None


def schema_check(before: Columns, now: Columns, misfits: Misfits) -> list[Difference]:
    """Compare the columns of a dataset with those of a file that was read with their types."""
    here = {column["name"].casefold(): column for column in now}
    known = {column["name"].casefold() for column in before}
    fresh = [column for column in now if column["name"].casefold() not in known]
    found = []
    for place, column in enumerate(before):
        match = here.get(column["name"].casefold())
        if match is None:
            others, hint = same_candidates(column, place, now, fresh)
            found.append(
                Difference("missing", column["name"], was=column["type"], hint=hint,
                           candidates=tuple(others))
            )  # fmt: skip
        elif difference := _type_change(column, match, misfits):
            found.append(difference)
    return found + [Difference("new", each["name"], now=each["type"]) for each in fresh]


def _type_change(
    column: Mapping[str, Any], match: Mapping[str, Any], misfits: Misfits
) -> Difference | None:
    was, now = column["type"], match["type"]
    lost, of = misfits.get(match["name"], (0, 0))
    if lost:
        return Difference("type", column["name"], was, now, lost, of)
    fits = was in ("text", now) or wider(was, now) == was
    return None if fits else Difference("type", column["name"], was, now)


def wider(one: ColumnType, other: ColumnType) -> ColumnType:
    """Return the narrowest type that holds the values of both."""
    return one if one == other else _WIDER.get(frozenset({one, other}), "text")


def sample_misfits(preview: Mapping[str, Any], before: Columns) -> dict[str, tuple[int, int]]:
    """Count in the rows of a preview which cells are not of the type that the dataset has."""
    options = preview["options"]
    numbers = Numbers(options.get("decimal") or ".", options.get("thousands") or "")
    nulls = set(options.get("null_words") or ())
    types = {column["name"].casefold(): column["type"] for column in before}
    found = {}
    for place, column in enumerate(preview["columns"]):
        wanted = types.get(column["name"].casefold())
        if wanted is None or wanted == "text" or wanted != column["type"]:
            continue
        cells = [row[place] for row in preview["rows"] if row[place] not in nulls]
        values = [cell.strip(" \t") for cell in cells if cell and cell.strip(" \t")]
        kinds = candidates_of([], numbers, wanted, options.get("date_order")).kinds
        lost = min(sum(not kind.fits(value) for value in values) for kind in kinds)
        if lost:
            found[column["name"]] = (lost, len(values))
    return found


def unanswered(
    found: Iterable[Difference], accept: Mapping[str, str], mode: Mode
) -> list[Difference]:
    """List the differences that somebody has to decide and has not."""
    return [
        each
        for each in found
        if (choices := each.choices(mode)) and accept.get(each.column) not in choices
    ]


def types_wanted(
    before: Columns,
    names: Iterable[str],
    chosen: Mapping[str, ColumnType],
    accept: Mapping[str, str],
) -> dict[str, ColumnType]:
    """Say as which types a file with columns ``names`` is read: those of the dataset.

    ``chosen`` are a person's own. Where a change of type was accepted, the values decide.
    """  # fmt: skip
    known = {column["name"].casefold(): column for column in before}
    wanted: dict[str, ColumnType] = {}
    for name in names:
        column = known.get(name.casefold())
        if column is None:
            if name in chosen:
                wanted[name] = chosen[name]
        elif (choice := accept.get(column["name"])) in ("widen", "take"):
            if chosen.get(name) not in (None, column["type"]):
                wanted[name] = chosen[name]
        else:
            wanted[name] = column["type"] if choice == "keep" else chosen.get(name, column["type"])
    return wanted


def targets(before: Columns, now: Columns, accept: Mapping[str, str], mode: Mode) -> list[Target]:
    """Return the columns of the new version: those of the dataset in their order, then new ones."""
    here = {column["name"].casefold(): column for column in now}
    made = []
    for column in before:
        name, was = column["name"], column["type"]
        match = here.pop(name.casefold(), None)
        choice = accept.get(name)
        if match is None:
            if choice != "drop":
                made.append(Target(name, was, None, name))
            continue
        kind = match["type"] if choice == "take" else was
        kind = wider(was, match["type"]) if choice == "widen" else kind
        made.append(Target(name, kind, match["name"], name))
    for column in here.values():
        if accept.get(column["name"]) != "leave":
            made.append(Target(column["name"], column["type"], column["name"], None))
    return made
