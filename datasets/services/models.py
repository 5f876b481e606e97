"""The trained models that recipes apply: which there are, and what each is now."""

from collections.abc import Iterable
from typing import Any

from datasets.engine.recipes.base import Applied, ModelRecipe
from datasets.engine.recipes.base import recipes as kinds
from datasets.hooks import Advice, ModelNode, ModelPart, ModelSource, ModelToken, model_sources
from datasets.models import Recipe
from projects.models import Project
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params

Tokens = dict[str, dict[str, ModelToken]]
"""Of the models of a project: by the key of the recipe's kind, then by the model's id."""


def model_applied(*, kind: ModelRecipe, project: Project, params: Params) -> Applied:
    """Give the model that these parameters name, as it is now; ``UserError`` without it."""
    return _source(kind).apply(project, str(getattr(params, kind.model_param)))


def model_choices(*, kind: ModelRecipe, project: Project) -> list[tuple[str, str]]:
    """List the models that this kind can apply in a project: ids and names."""
    return _source(kind).choices(project)


def model_advice(*, kind: ModelRecipe, project: Project) -> Advice:
    """Say how the project gets its first model for this kind."""
    return _source(kind).advice(project)


def model_kinds(*, project: Project) -> list[type[ModelRecipe]]:
    """List the kinds of recipes that have a model to apply in this project."""
    return [
        kind
        for kind in kinds.all()
        if issubclass(kind, ModelRecipe) and model_choices(kind=kind(), project=project)
    ]


def model_nodes(*, project: Project) -> list[ModelNode]:
    """List the models of a project as boxes of its flow."""
    return [node for source in model_sources.values() for node in source.nodes(project)]


def model_parts(*, project: Project, model_id: str) -> list[ModelPart]:
    """List the groups that a model of the project tells apart, the largest first."""
    found = (source.parts(project, model_id) for source in model_sources.values())
    return next((parts for parts in found if parts), [])


def model_tokens(*, project: Project, recipes: Iterable[Recipe]) -> Tokens:
    """Give what the models are now, of the kinds that the recipes are of; no query for others."""
    used = {recipe.kind for recipe in recipes} & model_sources.keys()
    return {key: model_sources[key].tokens(project) for key in used}


def model_id(*, kind: str, params: dict[str, Any]) -> str:
    """Return the id of the model that stored parameters name; "" for other kinds of recipes."""
    try:
        found = kinds.get(kind)
    except KeyError:
        return ""
    return str(params.get(found.model_param, "")) if issubclass(found, ModelRecipe) else ""


def _source(kind: ModelRecipe) -> ModelSource:
    """Return where the models of a kind come from; ``UserError`` where nothing gives any."""
    try:
        return model_sources[kind.key]
    except KeyError:
        message = f"There is nothing here that {kind.title} could apply."
        raise UserError(message, {kind.model_param: message}) from None
