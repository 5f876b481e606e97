"""Template tags of recipes, wherever a dataset is shown."""

from functools import cache
from typing import Any
from uuid import UUID

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from datasets.services import models
from datasets.services.recipes import recipe_kinds
from projects.models import Project

register = template.Library()

ID, NAME = "recipe-menu-of-id", "recipe-menu-of-name"
"""What stands in the menu that is rendered, where each dataset's own words come."""


@register.simple_tag
def recipe_menu(
    project: Project, dataset_id: UUID | str, name: str, small: bool = False, place: str = ""
) -> SafeString:
    """Show the menu of recipes that can start from this dataset.

    ``place`` tells the ids of two menus of one dataset on a page apart. The menus of a page are
    one like the other and there may be hundreds: one is rendered, then only its words change.
    """
    menus: dict[tuple[bool, str], str] = project.__dict__.setdefault("_recipe_menus", {})
    if (small, place) not in menus:
        kinds = [*visual_kinds(), *model_kinds(project), *code_kinds()]
        context = {"project": project, "kinds": kinds, "small": small, "place": place}
        context |= {"dataset_id": ID, "name": NAME}
        menus[small, place] = render_to_string("datasets/_recipe_menu.html", context)
    menu = menus[small, place].replace(ID, escape(dataset_id)).replace(NAME, escape(name))
    return SafeString(menu)


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
