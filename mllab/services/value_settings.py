"""What a value check is asked for: proposed from the flow, and checked before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from datasets.engine.rfm_columns import guess_columns
from datasets.engine.sample import customer_column
from datasets.engine.types import Column
from datasets.models import Dataset
from datasets.services.rows import version_columns
from mllab.models import Prototype
from mllab.services.files import json_read
from mllab.services.value_lineage import DATES, Lineage, days_of, lineage_of
from segplatform.kernel.errors import UserError

NUMBERS = ("integer", "decimal", "float")
SHORTEST, USUAL, LONGEST = 7, 90, 730
NO_DATASET = (
    "No dataset of this project has a column of dates and one of amounts. Import the transactions "
    "of these customers first."
)
NO_COLUMN = "Choose a column of “{dataset}”; it has no “{name}”."
UNSAID = "Say which column of “{dataset}” is the {key}."
NOT_DATES = "“{name}” holds no dates; choose another column."
NO_NUMBERS = "“{name}” holds no numbers; choose another column."
NO_DAY = "Write the day as year-month-day, such as 2011-09-10."
NO_DAYS = "“{name}” has no date at all in “{dataset}”; choose another column."
HORIZON = f"Write a whole number of days from {SHORTEST} to {LONGEST}."
TOO_LATE = (
    "“{dataset}” ends on {last}, so nothing was bought from {day} on. Choose an earlier day, or "
    "import newer transactions."
)
TOO_EARLY = "“{dataset}” begins on {first}: choose a day after it, so that there are customers."


@dataclass(frozen=True)
class Asked:
    """A value check that can be run; ``as_of`` says whether customers are made again for it.

    ``leak`` is ``none`` where the segments cannot know what is measured, ``may`` and ``unknown``
    where that cannot be told; ``note`` is then why.
    """

    orders: str
    version: str
    customer: str
    date: str
    amount: str
    invoice: str
    key: str
    day: str
    horizon: int
    as_of: bool
    leak: str
    note: str
    known_until: str
    first: str
    last: str


@dataclass(frozen=True)
class Proposal:
    """What a form opens with; ``problem`` says why there is nothing to propose."""

    choices: list[Dataset]
    lineage: Lineage
    values: dict[str, Any]
    columns: list[Column] = field(default_factory=list)
    keys: list[Column] = field(default_factory=list)
    days: tuple[date, date] | None = None
    problem: str = ""


def value_propose(*, prototype: Prototype, orders: str = "", date_column: str = "") -> Proposal:
    """Propose a value check; ``orders`` is the id of a dataset that was chosen already.

    The transactions are those that the customers were summed up from, the day the first one that
    the segments cannot know or, where the data ends there, so many days before its end.
    """
    lineage = lineage_of(prototype=prototype)
    choices = _choices(prototype)
    keys = _key_columns(prototype)
    if not choices:
        return Proposal([], lineage, {}, keys=keys, problem=NO_DATASET)
    chosen = next((each for each in choices if str(each.pk) == orders), None)
    chosen = chosen or _best(choices, lineage)
    columns = _columns(chosen)
    values = _guess(chosen, columns, lineage, keys)
    if date_column in {column.name for column in columns if column.type in DATES}:
        values["date"] = date_column
    days = None
    if values.get("date") and chosen.current:
        days = days_of(version=chosen.current, column=values["date"])
    if days:
        values["day"], values["horizon"] = _day(days, lineage)
    values["orders"] = str(chosen.pk)
    return Proposal(choices, lineage, values, columns, keys, days)


def value_settings(*, prototype: Prototype, sent: Mapping[str, Any]) -> Asked:
    """Check what was asked for; what is left out is as proposed. ``UserError`` with ``fields``."""
    proposal = value_propose(
        prototype=prototype, orders=str(sent.get("orders") or ""),
        date_column=str(sent.get("date") or ""),
    )  # fmt: skip
    if proposal.problem:
        raise UserError(proposal.problem, {"orders": proposal.problem})
    wanted = str(sent.get("orders") or proposal.values["orders"])
    if wanted != proposal.values["orders"]:
        raise _wrong("orders", "Choose a dataset of this project that has dates and amounts.")
    merged = proposal.values | {
        key: value for key, value in sent.items() if value not in (None, "")
    }
    if sent.get("invoice") == "":
        merged["invoice"] = ""
    dataset = next(each for each in proposal.choices if str(each.pk) == wanted)
    _columns_check(dataset, proposal, merged)
    return _checked(dataset, proposal, merged)


def _checked(dataset: Dataset, proposal: Proposal, values: Mapping[str, Any]) -> Asked:
    day, horizon = _date(values.get("day")), _horizon(values.get("horizon"))
    if proposal.days is None:
        raise _wrong("date", NO_DAYS.format(name=values["date"], dataset=dataset.name))
    first, last = proposal.days
    if day > last:
        raise _wrong("day", TOO_LATE.format(dataset=dataset.name, last=last, day=day))
    lineage = proposal.lineage
    known = lineage.known_until
    as_of = not lineage.why_not and known is not None and day <= known
    if as_of and dataset.pk == (lineage.origin and lineage.origin.pk) and day <= first:
        raise _wrong("day", TOO_EARLY.format(dataset=dataset.name, first=first))
    leak, note = _leak(lineage, day)
    names = {key: str(values.get(key) or "") for key in ("customer", "date", "amount", "invoice")}
    return Asked(
        orders=str(dataset.pk), version=str(dataset.current_id), **names, key=str(values["key"]),
        day=day.isoformat(), horizon=horizon, as_of=as_of, leak=leak, note=note,
        known_until=known.isoformat() if known else "", first=first.isoformat(),
        last=last.isoformat(),
    )  # fmt: skip


def _leak(lineage: Lineage, day: date) -> tuple[str, str]:
    known = lineage.known_until
    if not lineage.why_not or (known is not None and day > known):
        return "none", ""
    return ("unknown" if known is None else "may"), lineage.why_not


def _choices(prototype: Prototype) -> list[Dataset]:
    """List the datasets that have dates and amounts."""
    project = prototype.experiment.use_case.project
    found = project.datasets.filter(current__isnull=False).select_related("current")
    return [each for each in found if _serves(_columns(each))]


def _serves(columns: list[Column]) -> bool:
    kinds = {column.type for column in columns}
    return bool(kinds.intersection(DATES) and kinds.intersection(NUMBERS))


def _columns(dataset: Dataset) -> list[Column]:
    return version_columns(version=dataset.current) if dataset.current else []


def _best(choices: list[Dataset], lineage: Lineage) -> Dataset:
    """Choose the transactions that the customers were made of; else what looks most like some."""
    for wanted in (lineage.longer, lineage.origin):
        if wanted and wanted in choices:
            return next(each for each in choices if each == wanted)
    return max(choices, key=lambda each: len(guess_columns(_columns(each))))


def _key_columns(prototype: Prototype) -> list[Column]:
    """List the columns of the trained table that may say who a row is."""
    types = json_read(folder=prototype.experiment.folder, name="preprocessing.json")["types"]
    columns = [Column(name, kind) for name, kind in types.items()]
    return [column for column in columns if column.type not in (*DATES, "boolean")]


def _guess(
    dataset: Dataset, columns: list[Column], lineage: Lineage, keys: list[Column]
) -> dict[str, Any]:
    names = {column.name for column in columns}
    dates = [column.name for column in columns if column.type in DATES]
    values: dict[str, Any] = {
        "customer": "", "date": dates[0], "amount": "", "invoice": "",
        **guess_columns(columns),
    }  # fmt: skip
    if dataset in (lineage.origin, lineage.longer):
        roles = {**lineage.roles, "date": lineage.dated}
        values |= {key: name for key, name in roles.items() if name in names}
    named = next((column for column in keys if column.name == values["customer"]), None)
    key = named or customer_column(keys) or (keys[0] if keys else None)
    values["key"] = key.name if key else ""
    values["customer"] = values["customer"] or (key.name if key and key.name in names else "")
    return values


def _day(days: tuple[date, date], lineage: Lineage) -> tuple[str, int]:
    """Propose the day and the horizon: a quarter, or half of what there is where that is less."""
    first, last = days
    known = lineage.known_until
    if known is not None and first <= known < last:
        return (known + timedelta(days=1)).isoformat(), USUAL
    if known is not None and known < first:
        return first.isoformat(), USUAL
    half = max((last - first).days // 2, SHORTEST)
    horizon = min(USUAL, half)
    return (last + timedelta(days=1 - horizon)).isoformat(), horizon


def _columns_check(dataset: Dataset, proposal: Proposal, values: Mapping[str, Any]) -> None:
    """Refuse columns that are not there, and those of another type."""
    types = {column.name: column.type for column in proposal.columns}
    for key in ("customer", "date", "amount", "invoice"):
        name = str(values.get(key) or "")
        if not name and key != "invoice":
            raise _wrong(key, UNSAID.format(dataset=dataset.name, key=key))
        if name not in types and not (key == "invoice" and not name):
            raise _wrong(key, NO_COLUMN.format(dataset=dataset.name, name=name))
    if types[values["date"]] not in DATES:
        raise _wrong("date", NOT_DATES.format(name=values["date"]))
    if types[values["amount"]] not in NUMBERS:
        raise _wrong("amount", NO_NUMBERS.format(name=values["amount"]))
    if values.get("key") not in {column.name for column in proposal.keys}:
        name = str(values.get("key") or "")
        raise _wrong("key", NO_COLUMN.format(dataset="the prototype's table", name=name))


def _date(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        raise _wrong("day", NO_DAY) from None


def _horizon(value: Any) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise _wrong("horizon", HORIZON)
    if not SHORTEST <= int(text) <= LONGEST:
        raise _wrong("horizon", HORIZON)
    return int(text)


def _wrong(name: str, sentence: str) -> UserError:
    return UserError(sentence, {name: sentence})


def orders_dataset(*, prototype: Prototype, asked: Mapping[str, Any]) -> Dataset | None:
    """Return the dataset that a check read, where it is still there."""
    project = prototype.experiment.use_case.project
    return project.datasets.filter(pk=UUID(asked["orders"])).first()
