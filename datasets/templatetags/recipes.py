"""Template tags of recipes, wherever a dataset is shown."""

from functools import cache
from typing import Any
from uuid import UUID

from django import template

from datasets.services import models
from datasets.services.recipes import recipe_kinds
from projects.models import Project

register = template.Library()


@register.inclusion_tag("datasets/_recipe_menu.html")
def recipe_menu(
    project: Project, dataset_id: UUID | str, name: str, small: bool = False, place: str = ""
) -> dict[str, object]:
    """Show the menu of recipes that can start from this dataset.

    ``place`` tells the ids of two menus of one dataset on a page apart.
    """
    return {
        "project": project,
        "dataset_id": dataset_id,
        "name": name,
        "kinds": [*visual_kinds(), *model_kinds(project), *code_kinds()],
        "small": small,
        "place": place,
    }


@register.simple_tag
def visual_kinds() -> list[dict[str, Any]]:
    """List the recipes that need no code."""
    return _kinds_of("visual")


@register.simple_tag
def code_kinds() -> list[dict[str, Any]]:
    """List the recipes that are written, over any number of datasets or none."""
    return _kinds_of("code")


@register.simple_tag
def model_kinds(project: Project) -> list[dict[str, Any]]:
    """List the recipes that apply a model which this project has.

    They are looked up once for each project that a request read: a page has many menus.
    """
    known: set[str] | None = getattr(project, "_model_kinds", None)
    if known is None:
        known = {kind.key for kind in models.model_kinds(project=project)}
        setattr(project, "_model_kinds", known)  # noqa: B010
    return [kind for kind in _kinds_of("model") if kind["key"] in known]


@cache  # the kinds do not change while it runs, and a flow has many menus
def _kinds_of(family: str) -> list[dict[str, Any]]:
    return [kind for kind in recipe_kinds() if kind["family"] == family]
