"""*Why is this customer here*: one customer beside its segment and the next best one, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mllab.engine.rule_sql import EPOCH, Condition, condition_from
from mllab.engine.why import Why
from mllab.models import Prototype
from mllab.services.prototypes import prototype_profiles
from mllab.services.results import prototype_rules
from mllab.services.whys import customer_why
from mllab.web.numbers import number_words
from mllab.web.prototype_rules import sentence
from mllab.web.scores import NONE
from mllab.web.segments import Look
from segplatform.kernel.errors import NotFound

COLUMNS = 12
CLEAR, CLOSE = 0.5, 0.15


@dataclass(frozen=True)
class ValueLine:
    """One input: the customer's value, and the middle half of both segments."""

    column: str
    value: str
    own: str
    other: str
    words: str


@dataclass(frozen=True)
class WhyView:
    """All that is told of one customer."""

    row: int
    name: str
    css: str
    other_name: str
    other_css: str
    margin: str
    rule: str
    lines: list[ValueLine]
    left_out: int


def why_view(prototype: Prototype, row: int, look: Look) -> WhyView:
    """Write why the customer of this row number is where it is; ``NotFound`` for no such row."""
    found, profiles = (
        customer_why(prototype=prototype, row=row),
        prototype_profiles(prototype=prototype),
    )
    inputs = [c for c in profiles["columns"] if c["role"] == "input"]
    other = look.head(found.other) if found.other is not None else ("", "")
    return WhyView(
        row, *look.head(found.label), *other, _margin(found, look), _rule(prototype, found),
        [_line(column, found) for column in inputs[:COLUMNS]], max(len(inputs) - COLUMNS, 0),
    )  # fmt: skip


def _margin(found: Why, look: Look) -> str:
    """Say by how much the own segment is nearer than the next one."""
    if found.other is None or found.other_distance is None:
        return "There is no other segment to compare with."
    other = look.name(found.other)
    if found.own_distance is None:
        return (
            f"No segment is near enough: the nearest is {other}, whose middle lies "
            f"{found.other_distance:.2f} away."
        )
    told = (
        f"The middle of this segment is {found.own_distance:.2f} away, that of {other} "
        f"{found.other_distance:.2f}"
    )
    share = 1 - found.own_distance / found.other_distance if found.other_distance else 0.0
    if share < 0:
        return (
            f"{told}: by middles alone {other} is nearer. The algorithm does not go by middles "
            "alone, and has its reasons in the rows around."
        )
    word = "clearly here" if share >= CLEAR else "here" if share >= CLOSE else "on the border"
    return f"{told}: {word}, {100 * share:.0f} % nearer."


def _rule(prototype: Prototype, found: Why) -> str:
    """Write the rule of its own segment that holds for it; that it is an exception otherwise."""
    try:
        rules = prototype_rules(prototype=prototype)["segments"]
    except NotFound:
        return ""
    own = next((each for each in rules if each["label"] == found.label), None)
    for rule in own["rules"] if own else ():
        conditions = [condition_from(each) for each in rule]
        if all(each.holds(_asked(each, found.values.get(each.column))) for each in conditions):
            return f"The rule that holds: {sentence(conditions)}."
    return "No short rule of this segment holds for this customer: it is an exception."


def _asked(condition: Condition, value: Any) -> Any:
    """Give a value as rules compare it: dates are days, a decimal is a number."""
    if value is None or condition.kind == "category":
        return value if value is None else str(value)
    if isinstance(value, date | datetime):
        return (
            value.date() if isinstance(value, datetime) else value
        ).toordinal() - EPOCH.toordinal()
    return float(value)


def _line(column: Mapping[str, Any], found: Why) -> ValueLine:
    value = found.values.get(column["name"])
    if column["kind"] != "numeric":
        text = NONE if value is None else str(value)
        own_share, other_share = (_share(column, each, text) for each in (found.label, found.other))
        return ValueLine(column["name"], text[:60], own_share, other_share, "")
    own, other = (_cell(column, label) for label in (found.label, found.other))
    words = "" if value is None else _place(float(value), own, other)
    text = NONE if value is None else number_words(value)
    return ValueLine(column["name"], text, _half(own), _half(other), words)


def _cell(column: Mapping[str, Any], label: int | None) -> Mapping[str, Any]:
    return next((cell for cell in column["segments"] if cell["label"] == label), {})


def _half(cell: Mapping[str, Any]) -> str:
    if cell.get("q25") is None:
        return NONE
    return f"{number_words(cell['q25'])} to {number_words(cell['q75'])}"


def _share(column: Mapping[str, Any], label: int | None, text: str) -> str:
    tops = {str(top["value"]): top["share"] for top in _cell(column, label).get("top") or []}
    return f"{100 * tops[text]:.0f} % have it" if text in tops else NONE


def _place(value: float, own: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Say whether a value is usual here, and whether it would be usual there."""

    def usual(cell: Mapping[str, Any]) -> bool:
        return cell.get("q25") is not None and cell["q25"] <= value <= cell["q75"]

    here, there = usual(own), usual(other)
    if here and there:
        return "usual in both"
    if here:
        return "usual here"
    if there:
        return "more usual there"
    if own.get("median") is None or other.get("median") is None:
        return ""
    nearer = abs(value - own["median"]) <= abs(value - other["median"])
    return "unusual, nearer to here" if nearer else "unusual, nearer to there"
