"""Bars of a dataset: rows, different values or sums by the values of a column."""

from typing import Any, Literal

from ninja import Query, Schema
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId
from datasets.engine.aggregate import MAX_TOP, MIN_TOP, Question
from datasets.engine.display import plain
from datasets.services.charts import chart_bars
from datasets.services.datasets import dataset_find
from datasets.services.rows import version_current
from projects.web.api import ApiRequest
from projects.web.schemas import errors
from segplatform.kernel.params import MAX_EXPRESSION


class ChartQuery(Schema):
    """Which bars."""

    by: str = Field("", description="the column whose values are the bars; it has to be given")
    measure: Literal["count", "distinct", "sum"] = Field(
        "count", description="rows, or the different values or the sum of the column `of`"
    )
    of: str = Field("", description="the column that `distinct` and `sum` measure")
    top: int = Field(20, ge=MIN_TOP, le=MAX_TOP, description="how many bars")
    ascending: bool = Field(False, description="the smallest first")
    others: bool = Field(False, description="one more bar for all values that are left")
    filter: str = Field(
        "", max_length=MAX_EXPRESSION, description="a formula that is true for the rows to take"
    )
    sample: bool = Field(False, description="only the project's sample")


class BarOut(Schema):
    """One bar."""

    value: bool | int | float | str | None = Field(description="null where it is missing")
    amount: int | float | str | None = Field(description="null for the sum of no values")
    rows: int
    merged: int = Field(description="how many values the bar of the others stands for, else 0")


class ChartOut(Schema):
    """Bars, first to last."""

    bars: list[BarOut]
    groups: int = Field(description="how many different values there are")
    rows: int = Field(description="how many rows were measured")
    amount: int | float | str | None = Field(description="of all these rows together")


@router.get(
    "/datasets/{uuid:dataset_id}/chart",
    response={200: ChartOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get the bars of a chart",
)
def get_chart(
    request: ApiRequest, dataset_id: DatasetId, query: Query[ChartQuery]
) -> dict[str, Any]:
    """Measure the current version by the values of a column, largest first."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    asked = query.model_dump(exclude={"sample", "filter"})
    found = chart_bars(
        project=dataset.project,
        version=version_current(dataset=dataset),
        question=Question(**asked, formula=query.filter),
        sampled=query.sample,
    )
    bars = [
        {
            "value": plain(bar.value),
            "amount": plain(bar.amount),
            "rows": bar.rows,
            "merged": bar.merged,
        }
        for bar in found.bars
    ]
    amount = plain(found.amount)
    return {"bars": bars, "groups": found.groups, "rows": found.rows, "amount": amount}
