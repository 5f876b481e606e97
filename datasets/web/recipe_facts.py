"""The facts of a recipe's preview, as blocks that people read: lists, bars, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from datasets.engine.display import shown

Fact = Sequence[Mapping[str, Any]]
Facts = Mapping[str, Fact]
LETTERS = {"R": "Recency (days)", "F": "Frequency (orders)", "M": "Monetary"}
ALWAYS = {
    "reference_date": "Reference date",
    "customers": "Customers read",
    "without_customer": "Rows without a customer",
    "zero_monetary": "Customers left out, total of zero",
    "cancelled_invoices": "Cancelled invoices (C…)",
}
WHERE_ANY = {
    "negative_monetary": "Customers with a negative total",
    "without_date": "Without a date",
    "after_reference": "Rows after the reference date",
    "unreadable_amounts": "Amounts that are no numbers",
}
CANCELLED = (
    "Cancelled invoices count as orders, with their negative amounts. "
    "To leave them out, filter them in a Prepare recipe first."
)


@dataclass
class Bar:
    """One bar: its name, its length, and both in words."""

    label: str
    count: int
    text: str


@dataclass
class Block:
    """One block; ``rows`` are pairs (facts), bars, or cells below ``head`` (table).

    ``numbers`` are the places of a table's columns that hold numbers, which are right-aligned.
    """

    kind: Literal["facts", "bars", "table"]
    title: str
    rows: list[Any]
    head: list[str] = field(default_factory=list)
    note: str = ""
    numbers: list[int] = field(default_factory=list)

    @property
    def most(self) -> int:
        """The length of the longest bar."""
        return max((bar.count for bar in self.rows), default=1)


def fact_blocks(facts: Facts) -> list[Block]:
    """Arrange the facts; those of RFM by their meaning, others as they come."""
    if "groups" not in facts:
        return [_plain(name, fact) for name, fact in facts.items() if fact]
    blocks = [_groups(facts["groups"]), _scores(facts), _counts(facts)]
    return [block for block in blocks if block.rows]


def _groups(fact: Fact) -> Block:
    total = sum(int(row["customers"] or 0) for row in fact)
    bars = [
        Bar(str(row["group"] or "No group"), int(row["customers"]), _share(row, total))
        for row in fact
    ]
    return Block("bars", f"Groups of {shown(total)} customers", bars)


def _share(row: Mapping[str, Any], total: int) -> str:
    count = int(row["customers"])
    return f"{shown(count)} · {100 * count / total:.0f} %"


def _scores(facts: Facts) -> Block:
    """Put the range of values of each score side by side: "F = 3: 2 to 3"."""
    ranges = {
        letter: {row["score"]: row for row in facts.get(f"scores_{letter}", [])}
        for letter in LETTERS
    }
    scores = sorted({score for found in ranges.values() for score in found}, reverse=True)
    rows = [
        [shown(score), *(_range(ranges[letter].get(score)) for letter in LETTERS)]
        for score in scores
    ]
    note = "The highest score is the best one. Equal values always get equal scores."
    note = note if not _overlaps(ranges.values()) else "The highest score is the best one."
    return Block("table", "What each score means", rows, ["Score", *LETTERS.values()], note)


def _overlaps(ranges: Any) -> bool:
    """Say whether a value stands in two scores, as ranked ties make it."""
    for found in ranges:
        spans = sorted((row["from"], row["to"]) for row in found.values())
        if any(after[0] <= before[1] for before, after in pairwise(spans)):
            return True
    return False


def _range(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "none"
    low, high = shown(row["from"]), shown(row["to"])
    return low if low == high else f"{low} to {high}"


def _counts(facts: Facts) -> Block:
    counts = {
        name: value
        for fact in (facts.get("rows", []), facts.get("customers", []))
        for row in fact
        for name, value in row.items()
        if value is not None
    }
    rows = [(label, _text(counts[name])) for name, label in ALWAYS.items() if name in counts]
    rows += [(label, _text(counts[name])) for name, label in WHERE_ANY.items() if counts.get(name)]
    note = CANCELLED if counts.get("cancelled_invoices") else ""
    return Block("facts", "What was read and left out", rows, note=note)


def _plain(name: str, fact: Fact) -> Block:
    title = name.replace("_", " ").capitalize()
    if len(fact) == 1:
        rows = [(key.replace("_", " ").capitalize(), _text(v)) for key, v in fact[0].items()]
        return Block("facts", title, rows)
    head = [key.replace("_", " ").capitalize() for key in fact[0]]
    cells = [[_text(v) for v in row.values()] for row in fact]
    return Block("table", title, cells, head, numbers=_numbers(fact))


def _numbers(fact: Fact) -> list[int]:
    """Give the places of the columns that hold numbers only, or shares written as "33.3 %"."""
    columns = enumerate(zip(*(row.values() for row in fact), strict=True))
    return [place for place, values in columns if all(_is_number(value) for value in values)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) or str(value).endswith(" %")


def _text(value: Any) -> str:
    return "none" if value is None else shown(value)
