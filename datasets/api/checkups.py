"""The check-up of a table of sales: roles of columns, findings, their effect, their steps."""

from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId, TypedName
from datasets.api.recipes import RecipeOut, recipe_out
from datasets.services.checkups import (
    checkup_ask,
    checkup_prepare,
    effect_ask,
    roles_confirm,
    roles_confirmed,
    roles_proposed,
)
from datasets.services.datasets import dataset_find
from datasets.services.recipes import recipe_get
from projects.web.api import ApiRequest
from projects.web.schemas import errors

SECONDS = 30.0  # a script has no page that could ask again


class RolesIn(Schema):
    """The name of the column of each role; "" for none."""

    customer: str = ""
    invoice: str = ""
    date: str = ""
    quantity: str = ""
    price: str = ""
    product: str = ""
    country: str = ""


class RolesOut(Schema):
    """Which column is what."""

    roles: dict[str, str] = Field(description="names of columns by role, proposed or confirmed")
    confirmed: bool


class MeasuresOut(Schema):
    """A table in figures; null where no column has the role that it takes."""

    rows: int
    customers: int | None = None
    invoices: int | None = None
    amount: str | None = Field(None, description="sum of quantity × price, four decimals")


class ExampleOut(Schema):
    """A row that was found; cells are as pages write them, null where missing."""

    row: int = Field(description="row number, from 1")
    cells: list[str | None]


class ExamplesOut(Schema):
    """The first rows that were found, at most five."""

    columns: list[TypedName]
    rows: list[ExampleOut]


class FindingOut(Schema):
    """What one check found."""

    key: str
    rows: int
    effect: MeasuresOut = Field(description="the table without these rows")
    examples: ExamplesOut


class SkippedOut(Schema):
    """A check that could not be made."""

    key: str
    needs: list[str] = Field(description="roles that need a column of the right kind")


class CheckupOut(Schema):
    """The check-up of the current version."""

    roles: dict[str, str]
    before: MeasuresOut
    findings: list[FindingOut]
    skipped: list[SkippedOut]


class EffectOut(Schema):
    """The table with and without the rows that the checks find."""

    before: MeasuresOut
    after: MeasuresOut


class ChecksIn(Schema):
    """Which checks, by their keys."""

    checks: list[str] = Field(max_length=100)


class PrepareIn(ChecksIn):
    """Which checks become steps, and where these go."""

    recipe: UUID | None = Field(
        None, description="a Prepare recipe that reads this dataset; null makes a new one"
    )


@router.get(
    "/datasets/{uuid:dataset_id}/roles",
    response={200: RolesOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get the roles of columns",
)
def get_roles(request: ApiRequest, dataset_id: DatasetId) -> dict[str, Any]:
    """Read which column is the customer, the invoice and so on: confirmed, else proposed."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    confirmed = roles_confirmed(dataset=dataset)
    return {"roles": confirmed or roles_proposed(dataset=dataset), "confirmed": bool(confirmed)}


@router.put(
    "/datasets/{uuid:dataset_id}/roles",
    response={200: RolesOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Confirm the roles of columns",
)
def confirm_roles(request: ApiRequest, dataset_id: DatasetId, payload: RolesIn) -> dict[str, Any]:
    """Say which column is what; roles that are not sent have none."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id, role="editor")
    return {"roles": roles_confirm(dataset=dataset, roles=payload.model_dump()), "confirmed": True}


@router.get(
    "/datasets/{uuid:dataset_id}/checkup",
    response={200: CheckupOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get the check-up",
)
def get_checkup(request: ApiRequest, dataset_id: DatasetId) -> dict[str, Any]:
    """Read what was found in the rows, once the roles are confirmed; made when first asked for.

    Answers 409 with the code `pending` while a large table is still being checked: ask again.
    """
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    return checkup_ask(dataset=dataset, user=request.user, seconds=SECONDS)


@router.post(
    "/datasets/{uuid:dataset_id}/checkup/preview",
    response={200: EffectOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Preview what leaving findings out changes",
)
def preview_checkup(
    request: ApiRequest, dataset_id: DatasetId, payload: ChecksIn
) -> dict[str, Any]:
    """Measure the table with and without all rows that these checks find; stores nothing."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    return effect_ask(dataset=dataset, user=request.user, keys=payload.checks, seconds=SECONDS)


@router.post(
    "/datasets/{uuid:dataset_id}/checkup/prepare",
    response={201: RecipeOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Make steps of findings",
)
def prepare_checkup(
    request: ApiRequest, dataset_id: DatasetId, payload: PrepareIn
) -> Status[dict[str, Any]]:
    """Put a step for each of these checks into a Prepare recipe; it has not run yet."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id, role="editor")
    recipe = None
    if payload.recipe:
        recipe = recipe_get(project=dataset.project, recipe_id=payload.recipe)
    made = checkup_prepare(dataset=dataset, user=request.user, keys=payload.checks, recipe=recipe)
    return Status(201, recipe_out(made))
