"""Template tags of recipes, wherever a dataset is shown."""

from functools import cache
from typing import Any
from uuid import UUID

from django import template

from datasets.services.recipes import recipe_kinds
from projects.models import Project

register = template.Library()


@register.inclusion_tag("datasets/_recipe_menu.html")
def recipe_menu(
    project: Project, dataset_id: UUID | str, name: str, small: bool = False
) -> dict[str, object]:
    """Show the menu of recipes that can start from this dataset."""
    return {
        "project": project,
        "dataset_id": dataset_id,
        "name": name,
        "kinds": [*visual_kinds(), *code_kinds()],
        "small": small,
    }


@register.simple_tag
@cache  # the files of the engine do not change while it runs, and a flow has many menus
def visual_kinds() -> list[dict[str, Any]]:
    """List the recipes that need no code."""
    return [kind for kind in recipe_kinds() if kind["family"] == "visual"]


@register.simple_tag
@cache
def code_kinds() -> list[dict[str, Any]]:
    """List the recipes that are written, over any number of datasets or none."""
    return [kind for kind in recipe_kinds() if kind["family"] == "code"]
