"""Which type each column is written as: from a sample, and from the whole file where it must."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from datasets.engine.amounts import Amount
from datasets.engine.bounds import SAMPLE_CELLS
from datasets.engine.convert import Target
from datasets.engine.import_columns import names_written
from datasets.engine.infer import (
    Candidates,
    Verdict,
    candidates_of,
    exponent_note,
    number_spelling_warning,
    points_ambiguous,
    points_note,
    verdict,
)
from datasets.engine.kinds import TEXT, Kind, Number
from datasets.engine.moments import DateOrder, Moment, short_year_note
from datasets.engine.names import clean_names
from datasets.engine.numbers import UNDECIDED, Numbers, numbers_guess
from datasets.engine.types import ColumnType
from segplatform.kernel.errors import UserError

MIN_SAMPLE_ROWS = 20

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class TypeOptions:
    """What a person said about types; None is "guess"."""

    decimal: str | None = None
    thousands: str | None = None
    date_order: DateOrder | None = None
    null_words: tuple[str, ...] = ()
    types: Mapping[str, ColumnType] | None = None
    left_out: Sequence[str] = ()
    renamed: Mapping[str, str] | None = None


class Said(Protocol):
    """What the options of every table have (``datasets.engine.connectors.base.TableOptions``)."""

    date_order: DateOrder | None
    null_words: list[str]
    types: dict[str, ColumnType]
    left_out: list[str]
    renamed: dict[str, str]


def plain_types(said: Said) -> TypeOptions:
    """Return what was said of types where numbers are spelled one way, so that nobody is asked."""
    return TypeOptions(
        ".", "", said.date_order, tuple(said.null_words), said.types, said.left_out, said.renamed
    )


@dataclass
class TypePlan:
    """Names, number spelling, and what each column can still be."""

    raw_names: tuple[str, ...]
    names: list[str]
    numbers: Numbers
    numbers_why: str
    candidates: list[Candidates]
    samples: list[list[str | None]]
    wanted: Mapping[str, ColumnType]
    written: list[str | None]
    """What each column is called when it is written; None where it is left out."""

    @property
    def left_out(self) -> list[str]:
        """Return the columns that a person left out, by their names in the file."""
        return [n for n, to in zip(self.names, self.written, strict=True) if to is None]

    def spare(self) -> set[int]:
        """Return the last and the first columns that have neither a name nor a value so far."""
        bare = [
            not raw.strip() and not found.values
            for raw, found in zip(self.raw_names, self.candidates, strict=True)
        ]
        count = len(bare)
        last = count - sum(1 for _ in takewhile(bool, reversed(bare)))
        first = sum(1 for _ in takewhile(bool, bare))
        if first >= last:  # a table has a column
            return set(range(1, count))
        # Bars at both ends of lines make two of them; a first column alone may be one of a sheet.
        return {*range(last, count), *(range(first) if last < count else ())}

    def unsettled(self) -> dict[int, Candidates]:
        """Return the columns that only the whole file can decide."""
        return {i: c for i, c in enumerate(self.candidates) if c.values and c.settled is None}

    def reopen(self) -> dict[int, Candidates]:
        """Return every column that a later value may change, its counts set to nothing."""
        found = {}
        for i, c in enumerate(self.candidates):
            if c.settled is None or not (c.wanted or c.settled == TEXT):
                # Without a value in the sample everything is still possible.
                c.values, c.misses = 0, {}
                found[i] = c
        return found

    def verdicts(self) -> list[Verdict]:
        """Decide every column by what has been counted."""
        names = (to or name for name, to in zip(self.names, self.written, strict=True))
        return [verdict(n, c) for n, c in zip(names, self.candidates, strict=True)]

    def targets(self) -> list[Target]:
        """Return what to write: each column as what it is by now."""
        spare = self.spare()
        return [
            Target(
                index=i,
                name=self.written[i] or self.names[i],
                kind=result.kind if found.values or found.wanted else None,
                chosen=found.wanted is not None,
                dropped=i in spare or self.written[i] is None,
                left_out=self.written[i] is None,
            )
            for i, (result, found) in enumerate(zip(self.verdicts(), self.candidates, strict=True))
        ]

    def warnings(self) -> list[str]:
        """Return a sentence for each name or type that a person should look at."""
        said = [sentence for notes in self.notes().values() for sentence in notes]
        changed = sum(
            bool(raw.strip()) and raw.strip() != name
            for raw, name in zip(self.raw_names, self.names, strict=True)
        )
        if changed:
            what = "1 column name was" if changed == 1 else f"{changed:,} column names were"
            said.append(f"{what} changed to be clean, short and different.")
        return said

    def notes(self) -> dict[str, list[str]]:
        """Return the warnings about single columns, by their names in the file."""
        found: dict[str, list[str]] = {}
        for i, result in enumerate(self.verdicts()):
            name, kinds = self.written[i], self.candidates[i]
            if name is None:
                continue
            said = [result.warning]
            if not kinds.wanted:
                said += self._doubts(name, i, result.kind)
            if said := [sentence for sentence in said if sentence]:
                found[self.names[i]] = said
        return found

    def _doubts(self, name: str, place: int, kind: Kind) -> list[str]:
        """Yield what a column that was guessed may mean instead."""
        cells = self.samples[place]
        if not self.candidates[place].kinds:
            return [number_spelling_warning(name, cells)]
        if isinstance(kind, Moment):
            first = next((cell.strip(" \t") for cell in cells if cell and cell.strip(" \t")), "")
            return [short_year_note(name, kind, first)]
        if not isinstance(kind, Number | Amount) or kind.type == "integer":
            return []
        points = points_note(name, cells) if self.numbers_why == UNDECIDED else ""
        return [points, exponent_note(name, cells)]


def plan_types(raw_names: Sequence[str], rows: Rows, options: TypeOptions) -> TypePlan:
    """Guess names, number spelling and candidates from sample rows (padded to the width)."""
    names = clean_names(list(raw_names))
    wanted = dict(options.types or {})
    if unknown := sorted(set(wanted) - set(names)):
        raise UserError(
            f"There is no column “{unknown[0][:100]}” to choose a type for.",
            {"types": "A chosen type names a column that is not there."},
        )
    written = names_written(names, options.left_out, options.renamed or {})
    looked_at = rows[: max(MIN_SAMPLE_ROWS, SAMPLE_CELLS // max(len(names), 1))]
    nulls = set(options.null_words)
    samples = [
        [None if cell in nulls else cell for cell in column]
        for column in zip(*looked_at, strict=True)
    ] or [[] for _ in names]
    numbers, why = _numbers(samples, options)
    unsure = not options.decimal and why == UNDECIDED
    candidates = [
        _left(cells)
        if to is None or (unsure and not wanted.get(name) and _may_group(cells))
        else candidates_of(cells, numbers, wanted.get(name), options.date_order)
        for name, to, cells in zip(names, written, samples, strict=True)
    ]
    why = "" if options.decimal else why
    return TypePlan(tuple(raw_names), names, numbers, why, candidates, samples, wanted, written)


def _may_group(cells: Sequence[str | None]) -> bool:
    """Say whether a column's points group thousands as likely as they set decimals apart."""
    return points_ambiguous(cells) and not points_note("", cells)


def _left(cells: Sequence[str | None]) -> Candidates:
    """Return what a column is that nobody wants: no question."""
    return Candidates([], None, {}, sum(bool(cell) for cell in cells))


def _numbers(samples: Sequence[Sequence[str | None]], options: TypeOptions) -> tuple[Numbers, str]:
    """Combine the guess of the number spelling with what the person said of it."""
    guess, why = numbers_guess(cell for column in samples for cell in column if cell)
    decimal = options.decimal or guess.decimal
    thousands = guess.thousands if options.thousands is None else options.thousands
    if decimal == thousands:
        if options.decimal and options.thousands:
            raise UserError(
                "The decimal sign and the separator of thousands are the same. Choose two.",
                {"thousands": "The same as the decimal sign."},
            )
        thousands = ""
    return Numbers(decimal, thousands), why


def count_sample_misses(plan: TypePlan) -> None:
    """Count misses of chosen types in the sample, so that a preview can show them."""
    for cells, found in zip(plan.samples, plan.candidates, strict=True):
        if found.wanted:
            values = [cell.strip(" \t") for cell in cells if cell and cell.strip(" \t")]
            found.values = len(values)
            found.misses = {k: sum(not k.fits(v) for v in values) for k in found.kinds}
