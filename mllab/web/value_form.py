"""The form of a value check: what is proposed or was typed, and what can be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets.engine.types import Column
from mllab.services.value_lineage import DATES
from mllab.services.value_settings import LONGEST, NUMBERS, SHORTEST, Proposal
from mllab.web.value_words import day_words

NAMES = ("customer", "date", "amount", "invoice", "key", "day", "horizon")
SAME_DAY = "Days of purchase instead"


@dataclass(frozen=True)
class ColumnField:
    """One column to choose; ``error`` is what is wrong with it."""

    name: str
    label: str
    help: str
    value: str
    options: list[tuple[str, str]]
    error: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a person has to say which column it is."""
        return not self.value and self.name != "invoice"


@dataclass(frozen=True)
class ValueForm:
    """All of the form."""

    orders: str
    choices: list[tuple[str, str]]
    day: str
    horizon: str
    columns: list[ColumnField]
    range: str
    about: str
    errors: dict[str, str] = field(default_factory=dict)
    shortest: int = SHORTEST
    longest: int = LONGEST

    @property
    def has_open_columns(self) -> bool:
        """Whether the fold with the columns has to stand open."""
        return any(each.error or each.is_open for each in self.columns)


def value_form(
    proposal: Proposal, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> ValueForm:
    """Fill the form: what was typed first, then what is proposed."""
    values = proposal.values | {key: typed[key] for key in NAMES if key in typed}
    columns = proposal.columns
    dates = [column for column in columns if column.type in DATES]
    numbers = [column for column in columns if column.type in NUMBERS]
    made = [
        ("customer", "Customer", "Who bought.", _options(columns)),
        ("date", "Date", "When it was bought.", _options(dates)),
        ("amount", "Amount", "What a row is worth; returns are below zero.", _options(numbers)),
        ("invoice", "Invoice", "Its different values are the orders.",
         [("", SAME_DAY), *_options(columns)]),
        ("key", "Customer in the prototype", "The column of its table with the same ids.",
         _options(proposal.keys)),
    ]  # fmt: skip
    return ValueForm(
        orders=str(values.get("orders", "")),
        choices=[(str(each.pk), each.name) for each in proposal.choices],
        day=str(values.get("day", "")), horizon=str(values.get("horizon", "")),
        columns=[
            ColumnField(name, label, words, str(values.get(name, "")), options,
                        errors.get(name, ""))
            for name, label, words, options in made
        ],
        range=_range(proposal), about=_about(proposal), errors=dict(errors),
    )  # fmt: skip


def _options(columns: list[Column]) -> list[tuple[str, str]]:
    return [(column.name, column.name) for column in columns]


def _range(proposal: Proposal) -> str:
    if proposal.days is None:
        return ""
    first, last = (day_words(day.isoformat()) for day in proposal.days)
    return f"The data goes from {first} to {last}."


def _about(proposal: Proposal) -> str:
    """Say what a day means for what is measured."""
    lineage = proposal.lineage
    known = day_words(lineage.known_until.isoformat()) if lineage.known_until else ""
    if lineage.why_not:
        reach = f" It may know all up to {known}." if known else ""
        return f"{lineage.why_not}{reach} Choose a day after all that they were made of."
    if not known:
        return ""
    return (
        f"The segments were made of transactions up to {known}. From a day after that on, they are "
        "measured as they are. For an earlier day the table of customers is made again of what was "
        "known then, and the stored model puts those customers into segments."
    )
