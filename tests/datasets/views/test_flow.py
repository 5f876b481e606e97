"""The page of the flow, and what a dataset says of the recipe that makes it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Recipe
from datasets.services.recipes import recipe_create, recipe_update
from projects.models import Project
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset, make_version

pytestmark = pytest.mark.django_db
TOTAL = {"kind": "formula", "column": "Total", "expression": "Quantity * Price"}
HX = {"HX-Request": "true", "HX-Target": "flow"}


@pytest.fixture
def project() -> Project:
    return make_project(name="Retail")


@pytest.fixture
def client(project: Project) -> Client:
    return signed_in(project.membership.user)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_prepared(project: Project, name: str = "prepared", run: bool = True) -> Recipe:
    """Save orders and a Prepare over them; with ``run`` its output is up to date."""
    source = make_dataset(project, f"orders of {name}")
    recipe = recipe_create(
        project=project, user=project.membership.user, kind="prepare", inputs=[source],
        output=name, params={"steps": [TOTAL]}, name=f"Make {name}",
    )  # fmt: skip
    if run:
        version = make_version(recipe.output)
        version.origin = {
            "recipe": str(recipe.pk), "revision": recipe.revision,
            "inputs": {str(source.pk): str(source.current_id)},
        }  # fmt: skip
        version.save()
    return recipe


def change(recipe: Recipe) -> None:
    step = {**TOTAL, "expression": "Quantity * Price * 2"}
    recipe_update(recipe=recipe, user=recipe.project.membership.user, params={"steps": [step]})


def page(client: Client, name: str, *args: Any, **more: Any) -> str:
    response = client.get(reverse(name, args=args), **more)
    assert response.status_code == 200
    return response.content.decode()


def test_a_project_opens_with_its_flow(client: Client, project: Project) -> None:
    response = client.get(reverse("project_home", args=[project.pk]))
    assert response["Location"] == reverse("flow", args=[project.pk])


def test_an_empty_flow_offers_to_import(client: Client, project: Project) -> None:
    assert "data-upload=" in page(client, "flow", project.pk)
    viewer = signed_in(make_member(project, "viewer").user)
    shown = page(viewer, "flow", project.pk)
    assert "Nothing in the flow yet" in shown
    assert reverse("import_start", args=[project.pk]) not in shown


def test_it_lists_datasets_and_recipes_in_order(client: Client, project: Project) -> None:
    recipe = make_prepared(project)
    shown = page(client, "flow", project.pk)
    places = [shown.index(f'id="node-{pk}"') for pk in (
        recipe.inputs.get().pk, recipe.pk, recipe.output_id,
    )]  # fmt: skip
    assert places == sorted(places)
    assert shown.count("Up to date") == 3
    assert reverse("recipe", args=[project.pk, recipe.pk]) in shown
    assert reverse("recipe_new", args=[project.pk, "rfm"]) in shown
    assert "Run flow" not in shown
    assert "every 2s" not in shown


def test_it_says_once_why_something_is_out_of_date(client: Client, project: Project) -> None:
    recipe = make_prepared(project)
    change(recipe)
    shown = page(client, "flow", project.pk)
    assert shown.count("The recipe was changed after this run.") == 1
    assert shown.count("Out of date") == 2
    assert "Run flow" in shown
    assert reverse("recipe_run", args=[project.pk, recipe.pk]) in shown
    viewer = signed_in(make_member(project, "viewer").user)
    shown = page(viewer, "flow", project.pk)
    assert "Run flow" not in shown
    assert reverse("recipe_run", args=[project.pk, recipe.pk]) not in shown


def test_it_asks_again_only_while_something_runs(client: Client, project: Project) -> None:
    recipe = make_prepared(project)
    job = make_job(project, subject=f"dataset:{recipe.output_id}", state="running", message="Half.")
    part = page(client, "flow", project.pk, headers=HX)
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part
    assert part.count("Half.") == 1
    job.state = "succeeded"
    job.save()
    part = page(client, "flow", project.pk, headers=HX)
    assert "hx-trigger" not in part
    assert 'id="flow-actions"' in part


def test_names_are_text_wherever_they_stand(client: Client, project: Project) -> None:
    make_prepared(project, name="<img src=x onerror=alert(1)>")
    assert "<img src=x" not in page(client, "flow", project.pk)


def test_it_needs_the_same_few_queries_however_long(
    client: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        make_prepared(project, name=f"d{n}")
    with django_assert_max_num_queries(16):
        page(client, "flow", project.pk)


def test_running_the_flow_starts_one_job(
    client: Client, project: Project, queue_server: str
) -> None:
    make_prepared(project, run=False)
    for _ in range(2):
        response = client.post(reverse("flow_run", args=[project.pk]))
        assert response["Location"] == reverse("flow", args=[project.pk])
    assert [job.subject for job in project.jobs.all()] == [f"flow:{project.pk}"]
    assert "every 2s" in page(client, "flow", project.pk)


def test_a_dataset_names_its_recipe_and_why_it_is_old(client: Client, project: Project) -> None:
    recipe = make_prepared(project)
    shown = page(client, "dataset", project.pk, recipe.output_id)
    assert reverse("recipe", args=[project.pk, recipe.pk]) in shown
    assert "Up to date" in shown
    assert reverse("recipe_run", args=[project.pk, recipe.pk]) not in shown
    change(recipe)
    shown = page(client, "dataset", project.pk, recipe.output_id)
    assert "The recipe was changed after this run." in shown
    assert reverse("recipe_run", args=[project.pk, recipe.pk]) in shown


def test_a_dataset_that_never_ran_can_be_run(client: Client, project: Project) -> None:
    recipe = make_prepared(project, run=False)
    shown = page(client, "dataset", project.pk, recipe.output_id)
    assert "Not run yet" in shown
    assert reverse("recipe_run", args=[project.pk, recipe.pk]) in shown


def test_an_import_offers_recipes_and_names_none(client: Client, project: Project) -> None:
    dataset = make_dataset(project)
    shown = page(client, "dataset", project.pk, dataset.pk)
    assert f"{reverse('recipe_new', args=[project.pk, 'prepare'])}?input={dataset.pk}" in shown
    assert "made by" not in shown


def test_a_dataset_that_a_recipe_reads_stays_and_says_why(client: Client, project: Project) -> None:
    source = make_prepared(project).inputs.get()
    response = client.post(
        reverse("dataset_delete", args=[project.pk, source.pk]), {"confirm_name": source.name}
    )
    assert response.status_code == 422
    assert "Make prepared" in response.content.decode()
    assert project.datasets.filter(pk=source.pk).exists()
