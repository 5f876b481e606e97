"""The profile of a dataset: what is in each of its columns."""

from typing import Any

from ninja import Schema
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId
from datasets.services.datasets import dataset_find
from datasets.services.profiles import profile_ask
from datasets.services.rows import version_current
from projects.web.api import ApiRequest
from projects.web.schemas import errors

PROFILE_SECONDS = 30.0  # a script has no page that could ask again

Value = bool | int | float | str


class HistogramOut(Schema):
    """Twenty bins of one width between the smallest and the largest value."""

    edges: list[float | str | None] = Field(description="21 ends of bins; the last is included")
    counts: list[int]


class TopOut(Schema):
    """A frequent value."""

    value: Value = Field(description="texts are cut to 200 characters")
    count: int


class ProfileColumnOut(Schema):
    """What is in one column; null is what a column of its type does not have."""

    name: str
    type: str = Field(description="text, integer, decimal, float, boolean, date or datetime")
    missing: int = Field(description="how many cells are missing")
    distinct: int = Field(description="how many different values")
    distinct_is_estimate: bool = Field(False, description="sent where it is so: over a million")
    min: int | float | str | None = Field(description="of numbers and times; times are ISO text")
    max: int | float | str | None
    mean: float | None
    median: float | str | None
    quantiles: dict[str, float | str | None] | None = Field(
        description="by 0.01, 0.05, 0.25, 0.75, 0.95 and 0.99"
    )
    quantiles_are_estimates: bool = Field(
        False, description="sent where they are those of a million rows, the same on every call"
    )
    std: float | None = Field(description="standard deviation of a sample (n - 1)")
    skew: float | None = Field(description="skewness of the population (g1)")
    zeros: int | None
    negatives: int | None
    not_finite: int = Field(0, description="sent where values are infinite or not a number")
    histogram: HistogramOut | None = Field(description="null where all values are equal")
    top: list[TopOut] = Field(
        description="up to ten, most frequent first, of texts, booleans and columns of few values"
    )


class ProfileOut(Schema):
    """The profile of the current version."""

    rows: int
    columns: list[ProfileColumnOut]


@router.get(
    "/datasets/{uuid:dataset_id}/profile",
    response={200: ProfileOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get a profile",
    exclude_unset=True,
)
def get_profile(request: ApiRequest, dataset_id: DatasetId) -> dict[str, Any]:
    """Read what is in every column, over all rows; measured when first asked for.

    Answers 409 with the code `pending` while a large table is still being measured: ask again.
    """
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    version = version_current(dataset=dataset)
    columns = profile_ask(user=request.user, version=version, seconds=PROFILE_SECONDS)
    return {"rows": version.rows, "columns": columns}
