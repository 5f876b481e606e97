"""RFM: one row per customer with recency, frequency, monetary, scores and a named group."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from datasets.engine.recipes.base import Plan, VisualRecipe, recipes
from datasets.engine.rfm_columns import guess_columns
from datasets.engine.rfm_sql import LETTERS, Scheme, Spec, facts, scored
from datasets.engine.types import Column, ColumnType
from segplatform.kernel.errors import NotApplicable, UserError
from segplatform.kernel.params import Column as ColumnName
from segplatform.kernel.params import Params

OUTPUT_NAMES = (*LETTERS.values(), *LETTERS, "RFM", "Group")
NUMBERS: tuple[ColumnType, ...] = ("integer", "decimal", "float")
DATES: tuple[ColumnType, ...] = ("date", "datetime")

Cut = Annotated[Decimal, Field(max_digits=18, decimal_places=4)]
Cuts = Annotated[list[Cut], Field(max_length=8)]


def _widget(**more: Any) -> dict[str, Any]:
    return {"widget": "column", **more}


class Breaks(Params):
    """A person's own cuts for some of the letters, ascending; a value on a cut is below it."""

    R: Cuts | None = None
    F: Cuts | None = None
    M: Cuts | None = None


class RfmParams(Params):
    """Parameters of RFM."""

    customer: ColumnName = Field(
        title="Customer", description="Who bought; rows without a value are left out."
    )
    date: ColumnName = Field(
        title="Date",
        description="When the order was made.",
        json_schema_extra=_widget(types=list(DATES)),
    )
    invoice: ColumnName = Field(
        title="Invoice", description="Its different values are a customer's orders."
    )
    amount: ColumnName = Field(
        title="Amount",
        description="What a row is worth, as Quantity * UnitPrice.",
        json_schema_extra=_widget(types=list(NUMBERS)),
    )
    reference_date: datetime.date | None = Field(
        None,
        title="Reference date",
        description="Recency is counted up to this day; empty: the day after the last date.",
    )
    bins: int = Field(
        5, ge=2, le=9, title="Scores", description="How many scores each letter has; 5 is usual."
    )
    scheme: Scheme = Field(
        "tie_safe",
        title="Scheme",
        json_schema_extra={
            "choices": {"tie_safe": "Tie-safe", "article": "As in the papAI article"}
        },
        description="“Tie-safe” gives equal values equal scores; “article” ranks ties by "
        "customer, as in the papAI article.",
    )
    drop_negative: bool = Field(
        False,
        title="Leave out negative totals",
        description="Customers whose returns outweigh what they bought; totals of zero are always "
        "left out.",
    )
    breaks: Breaks | None = Field(
        None,
        title="Own cuts",
        description="Ascending values between the scores, one less than there are scores.",
    )

    @model_validator(mode="after")
    def _cuts_fit(self) -> Self:
        for letter in LETTERS:
            cuts = getattr(self.breaks, letter, None)
            if cuts is None:
                continue
            if len(cuts) != self.bins - 1 or sorted(set(cuts)) != cuts:
                raise ValueError(f"Give {self.bins - 1} ascending cuts for {letter}.")
        return self


@recipes.register
class Rfm(VisualRecipe):
    """Orders to customers."""

    key = "rfm"
    title = "RFM"
    help = "Turns orders into customers: recency, frequency, monetary, their scores and a group."
    icon = "users"
    order = 20
    slots = ("Orders",)
    Params = RfmParams

    def proposal(self, inputs: Sequence[Sequence[Column]]) -> dict[str, Any]:
        """Propose the columns by their names and types; those that none fits are left out."""
        found = guess_columns(inputs[0]) if inputs else {}
        return {**found, "reference_date": None, "bins": 5, "scheme": "tie_safe"}

    def plan(self, inputs: Sequence[Sequence[Column]], params: RfmParams) -> Plan:
        """Return the query that scores customers; ordered by customer."""
        spec = _spec(inputs[0], params)
        return Plan(scored(spec), [spec.customer.name], facts(spec))

    def dated(self, params: RfmParams) -> str:
        """Name the column that says when an order was made."""
        return params.date

    def as_of(self, params: RfmParams, day: datetime.date) -> RfmParams:
        """Count recency up to this day."""
        return params.model_copy(update={"reference_date": day})


def _spec(columns: Sequence[Column], params: RfmParams) -> Spec:
    """Check the parameters against the columns."""
    if not any(column.type in DATES for column in columns):
        raise NotApplicable(
            "RFM needs a column of dates; change the type of one in a Prepare recipe first."
        )
    customer = _column(columns, params.customer, "customer")
    if customer.name.casefold() in {name.casefold() for name in OUTPUT_NAMES}:
        raise _wrong("customer", f"The result has its own “{customer.name}”; rename this column.")
    return Spec(
        customer=customer,
        date=_column(columns, params.date, "date", DATES),
        invoice=_column(columns, params.invoice, "invoice"),
        amount=_column(columns, params.amount, "amount", NUMBERS),
        reference=params.reference_date.isoformat() if params.reference_date else None,
        bins=params.bins,
        scheme=params.scheme,
        drop_negative=params.drop_negative,
        breaks=_breaks(params.breaks),
    )


def _breaks(breaks: Breaks | None) -> dict[str, list[str]]:
    given = breaks.model_dump(exclude_none=True) if breaks else {}
    return {letter: [str(cut) for cut in cuts] for letter, cuts in given.items()}


def _column(
    columns: Sequence[Column], name: str, field: str, types: tuple[ColumnType, ...] = ()
) -> Column:
    found = next((column for column in columns if column.name == name), None)
    if found is None:
        raise _wrong(field, f"There is no column “{name}”; choose one of the dataset's.")
    if types and found.type not in types:
        wanted = "dates" if types == DATES else "numbers"
        raise _wrong(field, f"“{name}” is {found.type}; choose a column of {wanted}.")
    return found


def _wrong(field: str, sentence: str) -> UserError:
    return UserError(sentence, {field: sentence})
