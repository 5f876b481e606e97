"""The value check for scripts: what the customers of each segment spent later."""

import datetime as dt
from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import ConfigDict, Field

from mllab.api.base import router
from mllab.api.prototypes import PrototypeId
from mllab.models import ValueCheck
from mllab.services.prototypes import prototype_find
from mllab.services.segments import segment_words
from mllab.services.value_checks import value_check_get, value_check_start
from mllab.services.value_settings import LONGEST, SHORTEST
from mllab.web.value_words import headline, leak_words, notes_of
from projects.models import Job
from projects.web.api import ApiRequest
from projects.web.schemas import JobAnswer, errors

TAGS = ["ML Lab"]
SETTINGS = ("customer", "date", "amount", "invoice", "key", "day", "horizon", "as_of")
PARTS = ("everyone", "explained", "matched", "without_segment", "newcomers", "newcomers_spend")


class ValueCheckIn(Schema):
    """What to measure; what is left out is proposed from the flow."""

    model_config = ConfigDict(extra="forbid")

    orders: UUID | None = Field(None, description="the dataset with the transactions")
    customer: str | None = Field(None, description="its column of customers")
    date: str | None = Field(None, description="its column of dates")
    amount: str | None = Field(None, description="its column of amounts; returns are negative")
    invoice: str | None = Field(
        None, description="its column whose different values are orders; empty: days of purchase"
    )
    key: str | None = Field(None, description="the column of the prototype's table with these ids")
    day: dt.date | None = Field(None, description="the first day that is measured")
    horizon: int | None = Field(None, description=f"days, {SHORTEST} to {LONGEST}; usually 90")
    whole: bool = Field(False, description="all trained prototypes of the experiment, in one pass")


class LaterSpend(Schema):
    """What some customers spent from the day on."""

    customers: int
    active: int = Field(description="of them who bought something")
    active_share: float | None
    orders: int
    orders_each: float | None
    spend: float = Field(description="returns taken off; who bought nothing counts with 0")
    mean: float | None
    low: float | None = Field(description="of the 95 % interval of the mean")
    high: float | None
    method: str = Field(description="of the interval: bca (bootstrap), normal or none")
    median: float | None


class LaterSpendOfSegment(LaterSpend):
    """What the customers of one segment spent."""

    label: int = Field(description="−1 is noise")
    name: str
    share: float = Field(description="of the customers")
    spend_share: float | None = Field(description="of what all of them spent")
    index: float | None = Field(description="100 × the mean over that of everyone")


class ExplainedOut(Schema):
    """How much of the differences between customers the segments explain."""

    share: float | None = Field(description="ε² of Kruskal and Wallis: 0.01 small, 0.14 large")
    h: float | None
    p: float | None = Field(description="probability of such an H by chance")
    groups: int


class ValueCheckOut(Schema):
    """The last value check of a prototype."""

    orders: UUID = Field(description="the dataset that was read")
    version: int
    settings: dict[str, Any] = Field(
        description="`as_of`: whether the customers are those of the day, made again for it"
    )
    headline: str
    leak: str = Field(description="a sentence where the segments may have known what is measured")
    notes: list[str]
    covered: int = Field(description="days of the horizon that are in the data")
    segments: list[LaterSpendOfSegment]
    everyone: LaterSpend
    explained: ExplainedOut
    matched: int = Field(description="customers who are in the transactions at all")
    without_segment: int = Field(description="customers who lack a value that the model needs")
    newcomers: int = Field(description="others who bought; they are in no segment")
    newcomers_spend: float
    created: dt.datetime


@router.get(
    "/prototypes/{uuid:prototype_id}/value-check",
    response={200: ValueCheckOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get the value check",
)
def get_value_check(request: ApiRequest, prototype_id: PrototypeId) -> dict[str, Any]:
    """Read what the customers of each segment spent later; 404 until that was measured."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return _out(value_check_get(prototype=found))


@router.post(
    "/prototypes/{uuid:prototype_id}/value-check",
    response={202: JobAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Measure later value",
)
def start_value_check(
    request: ApiRequest, prototype_id: PrototypeId, payload: ValueCheckIn
) -> Status[dict[str, Job]]:
    """Measure what the customers of each segment spent from a day on; editors may.

    For a day that the segments know already, the customers are made again as of it and scored.
    """
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    sent = {
        key: value for key, value in payload.dict(exclude={"whole"}).items() if value is not None
    }
    job = value_check_start(prototype=found, user=request.user, sent=sent, whole=payload.whole)
    return Status(202, {"job": job})


def _out(check: ValueCheck) -> dict[str, Any]:
    result, asked = check.result, check.asked
    words = segment_words(prototype=check.prototype)
    return {
        "orders": asked["orders"], "version": result["version"],
        "settings": {key: asked[key] for key in SETTINGS},
        "headline": headline(result, asked, words.name), "leak": leak_words(result, asked),
        "notes": notes_of(result, asked), "covered": result["covered"],
        "segments": [each | {"name": words.name(each["label"])} for each in result["segments"]],
        "created": check.created, **{key: result[key] for key in PARTS},
    }  # fmt: skip
