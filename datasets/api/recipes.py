"""Recipes: kinds, make, look, change, delete, preview, run."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import Field

from datasets.api.base import router
from datasets.models import Dataset, Recipe
from datasets.services.datasets import dataset_get
from datasets.services.recipes import (
    State,
    params_current,
    recipe_create,
    recipe_delete,
    recipe_find,
    recipe_inputs,
    recipe_kinds,
    recipe_preview,
    recipe_run_start,
    recipe_state,
    recipe_update,
)
from projects.models import Job, Project
from projects.services.projects import project_get
from projects.web.api import ApiRequest
from projects.web.schemas import JobAnswer, Text, errors

TAGS = ["Recipes"]
PREVIEW_SECONDS = 30.0  # a script has no page that could ask again


class KindOut(Schema):
    """A kind of recipe and what it can be told."""

    key: str
    title: str
    help: str
    icon: str
    family: str = Field(description="visual, code or model")
    slots: list[str] = Field(description="what each of its inputs is called, in order")
    min_inputs: int
    max_inputs: int
    parameters: dict[str, Any] = Field(
        alias="schema", serialization_alias="schema", description="JSON Schema of `params`"
    )


class KindList(Schema):
    """Every kind."""

    items: list[KindOut]
    count: int


class RecipeIn(Schema):
    """A recipe to make; its output is a new dataset of this name."""

    kind: Text
    name: Text = Field("", description="what the recipe is called; proposed where left out")
    inputs: list[UUID] = Field(
        description="ids of datasets, in the order of the kind's slots; none for a program that "
        "makes its rows itself"
    )
    output: Text
    params: dict[str, Any] = Field(default_factory=dict)


class RecipeChange(Schema):
    """What may change; what is not sent stays."""

    name: Text | None = None
    inputs: list[UUID] | None = None
    params: dict[str, Any] | None = None


class OutputOut(Schema):
    """The dataset that a recipe makes."""

    id: UUID
    name: str


class RecipeOut(Schema):
    """A recipe."""

    id: UUID
    project: UUID
    kind: str
    name: str
    inputs: list[UUID]
    output: OutputOut
    state: str = Field(description="up_to_date, out_of_date, running, failed or empty")
    reason: str = Field(description="why it is in that state; empty where there is nothing to say")
    params: dict[str, Any]
    revision: int = Field(description="grows whenever the recipe would make something else")


class PreviewChange(Schema):
    """Parameters to try instead of the stored ones."""

    params: dict[str, Any] | None = None


class RecipeColumn(Schema):
    """A column of the result."""

    name: str
    type: str


class RecipePreviewOut(Schema):
    """The first rows that the recipe makes of the project's sample, as text."""

    columns: list[RecipeColumn]
    rows: list[list[str | None]]
    count: int = Field(description="how many rows it makes of the sample")
    facts: dict[str, Any] = Field(description="what the kind tells about its result")
    sql: str | None = Field(description="the query of a visual recipe")
    log: list[str] = Field(default_factory=list, description="what a program printed, its end")
    warnings: list[str] = Field(
        default_factory=list,
        description="what was changed so that the result can be stored, or what a model could not "
        "know",
    )


class RunIn(Schema):
    """How to run."""

    upstream: bool = Field(False, description="first make what it reads, where that is out of date")


@router.get(
    "/recipe-kinds", response={200: KindList, **errors()}, tags=TAGS, summary="List kinds",
    by_alias=True,
)  # fmt: skip
def list_recipe_kinds(request: ApiRequest) -> dict[str, Any]:
    """List every kind of recipe with the JSON Schema of its parameters."""
    kinds = recipe_kinds()
    return {"items": kinds, "count": len(kinds)}


@router.post(
    "/projects/{uuid:project_id}/recipes",
    response={201: RecipeOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Make a recipe",
)
def create_recipe(
    request: ApiRequest, project_id: UUID, payload: RecipeIn
) -> Status[dict[str, Any]]:
    """Make a recipe and its output, which has no rows until it runs; editors may."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    recipe = recipe_create(
        project=project, user=request.user, kind=payload.kind, name=payload.name,
        inputs=inputs_of(project, payload.inputs), output=payload.output, params=payload.params,
    )  # fmt: skip
    return Status(201, recipe_out(recipe))


@router.get(
    "/recipes/{uuid:recipe_id}",
    response={200: RecipeOut, **errors(404)},
    tags=TAGS,
    summary="Get a recipe",
)
def get_recipe(request: ApiRequest, recipe_id: UUID) -> dict[str, Any]:
    """Read one recipe, and whether its output is up to date."""
    return recipe_out(recipe_find(user=request.user, recipe_id=recipe_id))


@router.patch(
    "/recipes/{uuid:recipe_id}",
    response={200: RecipeOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a recipe",
)
def change_recipe(request: ApiRequest, recipe_id: UUID, payload: RecipeChange) -> dict[str, Any]:
    """Change a recipe; a run that has started keeps what it started with; editors may."""
    recipe = recipe_find(user=request.user, recipe_id=recipe_id, role="editor")
    inputs = None if payload.inputs is None else inputs_of(recipe.project, payload.inputs)
    recipe_update(
        recipe=recipe, user=request.user, params=payload.params, name=payload.name, inputs=inputs
    )
    return recipe_out(recipe)


@router.delete(
    "/recipes/{uuid:recipe_id}",
    response={204: None, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Delete a recipe",
)
def delete_recipe(request: ApiRequest, recipe_id: UUID) -> Status[None]:
    """Delete a recipe and the dataset that it makes; owners may."""
    recipe_delete(recipe=recipe_find(user=request.user, recipe_id=recipe_id, role="owner"))
    return Status(204, None)


@router.post(
    "/recipes/{uuid:recipe_id}/preview",
    response={200: RecipePreviewOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Preview a recipe",
)
def preview_recipe(
    request: ApiRequest, recipe_id: UUID, payload: PreviewChange | None = None
) -> dict[str, Any]:
    """Run it over the project's sample, with other parameters if given; nothing is stored.

    Where a program fails, `fields` holds the sentence as `code` and its line as `code.line`.
    """
    recipe = recipe_find(user=request.user, recipe_id=recipe_id, role="editor")
    sent = payload.params if payload else None
    params = params_current(recipe=recipe) if sent is None else sent
    return recipe_preview(
        project=recipe.project, user=request.user, kind=recipe.kind,
        inputs=recipe_inputs(recipe=recipe), params=params, seconds=PREVIEW_SECONDS,
    )  # fmt: skip


@router.post(
    "/recipes/{uuid:recipe_id}/run",
    response={202: JobAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Run a recipe",
)
def run_recipe(
    request: ApiRequest, recipe_id: UUID, payload: RunIn | None = None
) -> Status[dict[str, Job]]:
    """Start making a new version of its output; editors may."""
    recipe = recipe_find(user=request.user, recipe_id=recipe_id, role="editor")
    upstream = bool(payload and payload.upstream)
    return Status(
        202, {"job": recipe_run_start(recipe=recipe, user=request.user, upstream=upstream)}
    )


def inputs_of(project: Project, ids: Sequence[UUID]) -> list[Dataset]:
    """Find the inputs in the project; ``NotFound`` for one that is not there."""
    return [dataset_get(project=project, dataset_id=pk) for pk in ids]


def recipe_out(recipe: Recipe) -> dict[str, Any]:
    """Give a recipe in the API's shape."""
    state: State = recipe_state(recipe=recipe)
    return {
        "id": recipe.pk,
        "project": recipe.project_id,
        "kind": recipe.kind,
        "name": recipe.name,
        "inputs": [dataset.pk for dataset in recipe_inputs(recipe=recipe)],
        "output": {"id": recipe.output_id, "name": recipe.output.name},
        "state": state.key,
        "reason": state.reason,
        "params": params_current(recipe=recipe),
        "revision": recipe.revision,
    }
