"""What there is to train and to score with."""

from typing import Any

from ninja import Schema
from pydantic import Field

from mllab.api.base import router
from mllab.services.algorithms import algorithm_list, metric_list
from projects.web.api import ApiRequest
from projects.web.schemas import errors

TAGS = ["ML Lab"]


class AlgorithmOut(Schema):
    """An algorithm and what it can be told."""

    key: str
    label: str
    blurb: str = Field(description="when it fits, in one sentence")
    what: str = Field(description="what it does, in one or two sentences")
    source: str = Field(description="the paper that it is of")
    family: str = Field(description="centres, density, hierarchy, mixture, neighbours, map or rule")
    finds_k: bool = Field(description="whether it finds the number of segments by itself")
    finds_noise: bool = Field(description="whether it leaves rows out of all segments")
    fit_rows: int | None = Field(
        description="the most rows that it is trained on; the others of a larger table are assigned"
    )
    parameters: dict[str, Any] = Field(
        alias="schema", serialization_alias="schema", description="JSON Schema of `params`"
    )


class AlgorithmList(Schema):
    """Every algorithm."""

    items: list[AlgorithmOut]
    count: int


class MetricOut(Schema):
    """A score of the leaderboard."""

    key: str
    label: str
    blurb: str = Field(description="what it says, and which values are good")
    source: str
    format: str = Field(description="number, large or share")
    higher_is_better: bool | None = Field(
        description="null where neither is better by itself; such a metric ranks nothing"
    )
    direction: str = Field(description="higher, lower or none: which values are better")


class MetricList(Schema):
    """Every metric."""

    items: list[MetricOut]
    count: int


@router.get(
    "/algorithms", response={200: AlgorithmList, **errors()}, tags=TAGS, summary="List algorithms",
    by_alias=True,
)  # fmt: skip
def list_algorithms(request: ApiRequest) -> dict[str, Any]:
    """List every algorithm with the JSON Schema of its parameters."""
    items = [
        {
            "key": found.key, "label": found.label, "blurb": found.blurb,
            "what": found.what, "source": found.source, "family": found.family,
            "finds_k": found.finds_k, "finds_noise": found.finds_noise,
            "fit_rows": found.fit_rows, "schema": found.Params.model_json_schema(),
        }
        for found in algorithm_list()
    ]  # fmt: skip
    return {"items": items, "count": len(items)}


@router.get("/metrics", response={200: MetricList, **errors()}, tags=TAGS, summary="List metrics")
def list_metrics(request: ApiRequest) -> dict[str, Any]:
    """List every score, and which of its values are better."""
    directions = {True: "higher", False: "lower", None: "none"}
    items = [
        {
            "key": found.key, "label": found.label, "blurb": found.blurb, "source": found.source,
            "format": found.format, "higher_is_better": found.higher_is_better,
            "direction": directions[found.higher_is_better],
        }
        for found in metric_list()
    ]  # fmt: skip
    return {"items": items, "count": len(items)}
