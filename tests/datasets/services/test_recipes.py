"""Recipes are made, changed, previewed and refused."""

from typing import Any

import pytest

from datasets.models import Dataset, Recipe
from datasets.services.recipes import (
    PreviewPending,
    recipe_check,
    recipe_create,
    recipe_inputs,
    recipe_kinds,
    recipe_preview,
    recipe_preview_run,
    recipe_update,
)
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories import make_project
from tests.factories.datasets import make_dataset
from tests.factories.recipes import DOUBLED, make_recipe
from tests.workers import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(rows_to_display=2)


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def sent(project: Project, user: User, orders: Dataset) -> dict[str, Any]:
    return {
        "project": project, "user": user, "kind": "prepare", "inputs": [orders],
        "output": "made", "params": DOUBLED,
    }  # fmt: skip


def step(expression: str) -> dict[str, Any]:
    return {"steps": [{"kind": "formula", "column": "New", "expression": expression}]}


def test_it_lists_kinds_with_their_schemas() -> None:
    kinds = {kind["key"]: kind for kind in recipe_kinds()}
    assert {"prepare", "rfm"} <= set(kinds)
    assert kinds["rfm"]["schema"]["properties"]["customer"]
    assert len(kinds["rfm"]["slots"]) == 1


def test_it_makes_a_recipe_with_an_empty_output(sent: dict[str, Any]) -> None:
    recipe = recipe_create(**sent)
    assert (recipe.name, recipe.revision) == ("Prepare orders", 1)
    assert (recipe.output.name, recipe.output.current) == ("made", None)
    assert recipe_inputs(recipe=recipe) == sent["inputs"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"params": {"steps": 7}}, "steps"),
        ({"params": {"nonsense": 1}}, "nonsense"),
        ({"params": step("Quantiti + 1")}, "steps.0.expression"),
        ({"inputs": []}, "inputs"),
        ({"output": ""}, "output"),
        ({"output": "orders"}, "output"),
    ],
)
def test_it_names_the_field_that_is_wrong(
    sent: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    with pytest.raises(UserError) as caught:
        recipe_create(**{**sent, **change})
    assert field in caught.value.fields
    assert not Recipe.objects.exists()
    assert Dataset.objects.count() == 1


def test_it_refuses_an_input_of_another_project(sent: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        recipe_create(**{**sent, "inputs": [make_dataset(make_project())]})


def test_a_change_of_meaning_is_a_new_revision(sent: dict[str, Any], user: User) -> None:
    recipe = recipe_create(**sent)
    assert recipe_update(recipe=recipe, user=user, params=DOUBLED).revision == 1
    assert recipe_update(recipe=recipe, user=user, name="Words").revision == 1
    assert recipe_update(recipe=recipe, user=user, params=step("Quantity + 1")).revision == 2
    with pytest.raises(UserError):
        recipe_update(recipe=recipe, user=user, params=step("drop table x"))
    recipe.refresh_from_db()
    assert (recipe.name, recipe.revision) == ("Words", 2)


def test_a_circle_is_refused(sent: dict[str, Any], project: Project, user: User) -> None:
    first = recipe_create(**sent)
    second = make_recipe(project, [first.output], "second")
    for dataset in (first.output, second.output):
        with pytest.raises(Conflict, match="own output"):
            recipe_update(recipe=first, user=user, inputs=[dataset])
    other = make_dataset(project, "other")
    assert recipe_update(recipe=first, user=user, inputs=[other]).revision == 2
    assert recipe_inputs(recipe=first) == [other]


def test_it_plans_on_an_output_that_has_not_run(sent: dict[str, Any], user: User) -> None:
    recipe = recipe_create(**sent)
    recipe_check(kind="prepare", inputs=[recipe.output], params=step("Twice + 1"))
    with pytest.raises(UserError, match="Thrice"):
        recipe_check(kind="prepare", inputs=[recipe.output], params=step("Thrice + 1"))


@pytest.mark.django_db(transaction=True)
def test_it_previews_on_the_sample(
    project: Project, user: User, orders: Dataset, queue_server: str
) -> None:
    sent: dict[str, Any] = {
        "project": project, "user": user, "kind": "prepare", "inputs": [orders],
        "params": DOUBLED,
    }  # fmt: skip
    with pytest.raises(PreviewPending):
        recipe_preview(**sent, seconds=0)
    job = Job.objects.get()
    assert (job.hidden, job.queue) == (True, "interactive")
    with pytest.raises(PreviewPending):
        recipe_preview(**sent, seconds=0)
    assert Job.objects.count() == 1  # the same question joins the same work
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    assert job.result["count"] == 2
    assert [row[3] for row in job.result["rows"]] == ["6", "-2"]
    assert "Quantity" in job.result["sql"]


def test_a_preview_needs_rows(project: Project, user: User, sent: dict[str, Any]) -> None:
    recipe = recipe_create(**sent)
    with pytest.raises(Conflict, match="“made” has no rows yet"):
        recipe_preview(
            project=project, user=user, kind="prepare", inputs=[recipe.output], params=DOUBLED
        )


def test_a_preview_of_what_was_deleted_says_so(project: Project, sent: dict[str, Any]) -> None:
    gone = str(project.pk)
    job = Job(project=project, args={"kind": "prepare", "inputs": [gone], "params": DOUBLED})
    with pytest.raises(UserError, match="reads 1"):
        recipe_preview_run(ctx=JobContext(job))
