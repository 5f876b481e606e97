"""The menu of recipes, which is rendered once for all datasets of a page."""

import uuid

import pytest
from django.template import Context, Template

from datasets.templatetags.recipes import ID, NAME
from tests.factories import make_project

pytestmark = pytest.mark.django_db

MENUS = "{% load recipes %}{% for id, name in all %}{% recipe_menu project id name %}|{% endfor %}"


def test_each_dataset_has_its_own_words_in_it() -> None:
    hostile = f'"><img src=x onerror=alert(1)>{ID}{NAME}'
    all_of_them = [(uuid.uuid4(), "orders"), (uuid.uuid4(), hostile)]
    context = Context({"project": make_project(), "all": all_of_them})
    first, second, _ = Template(MENUS).render(context).split("|")
    assert 'aria-label="New recipe from orders"' in first
    assert f"?input={all_of_them[0][0]}" in first
    assert f"?input={all_of_them[1][0]}" in second
    assert "<img" not in second
    assert f"&lt;img src=x onerror=alert(1)&gt;{ID}{NAME}" in second  # as it was written
    assert ID not in first + second.replace(f"{ID}{NAME}", "")
