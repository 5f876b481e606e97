"""The panel of the flow: what it says of each kind of node, to whom, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.engine.types import Column
from projects.models import Project
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_prepared, make_prototype, make_segmentation, make_use_case
from tests.factories.recipes import make_recipe, make_run

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true", "HX-Target": "flow-panel"}


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


def panel(client: Client, project: Project, node: Any, **more: str) -> str:
    response = client.get(
        reverse("flow", args=[project.pk]), {"node": str(node), **more}, headers=HX
    )
    assert response.status_code == 200
    shown = response.content.decode()
    assert "<html" not in shown
    assert f'data-panel="{node}"' in shown
    return shown


def run_url(project: Project, recipe: Any) -> str:
    return reverse("recipe_run", args=[project.pk, recipe.pk])


def test_a_dataset_shows_its_first_rows_and_its_actions(client: Client, project: Project) -> None:
    rows = [(f"A{n}", n, "2.50", n, "last") for n in range(9)]
    names = [("Invoice", "text"), ("Quantity", "integer"), ("Price", "decimal"), ("Day", "integer")]
    columns = [*(Column(name, kind) for name, kind in names), Column("Fifth", "text")]  # type: ignore[arg-type]
    dataset = make_dataset(project, columns=columns, rows=rows)
    recipe = make_recipe(project, [dataset])
    shown = panel(client, project, dataset.pk)
    assert "A4" in shown
    assert "A5" not in shown
    assert "Fifth" not in shown
    assert "and 1 more column" in shown
    assert reverse("dataset", args=[project.pk, dataset.pk]) in shown
    assert f"{reverse('recipe_new', args=[project.pk, 'rfm'])}?input={dataset.pk}" in shown
    assert f"{reverse('lab', args=[project.pk])}?dataset={dataset.pk}" in shown
    assert f'data-select="{recipe.pk}"' in shown


def test_a_recipe_shows_its_steps_in_words_and_runs(client: Client, project: Project) -> None:
    recipe = make_recipe(project, [make_dataset(project)])
    shown = panel(client, project, recipe.pk, view="list")
    assert "Twice" in shown
    assert "It has not been run yet." in shown
    assert run_url(project, recipe) in shown
    assert f"view=list&amp;node={recipe.output_id}" in shown


def test_what_a_recipe_makes_can_be_run_from_its_panel(client: Client, project: Project) -> None:
    recipe = make_recipe(project, [make_dataset(project)])
    make_run(recipe)
    assert run_url(project, recipe) in panel(client, project, recipe.output_id)


def test_a_script_shows_its_first_lines(client: Client, project: Project) -> None:
    code = "\n".join(f"line_{n} = '<b>'" for n in range(15))
    recipe = make_recipe(project, [], kind="python", params={"code": code})
    shown = panel(client, project, recipe.pk)
    assert "line_11 = &#x27;&lt;b&gt;&#x27;" in shown
    assert "line_12" not in shown
    assert "and 3 more lines" in shown


def test_a_model_shows_its_segments_and_scores(client: Client, project: Project) -> None:
    segmentation = make_segmentation(make_prototype(make_prepared(make_use_case(project))))
    shown = panel(client, project, segmentation.pk)
    assert shown.count("<meter") == segmentation.current.prototype.segments
    assert reverse("segmentation_score", args=[project.pk, segmentation.pk]) in shown


def test_a_failure_leads_to_its_job(client: Client, project: Project) -> None:
    recipe = make_recipe(project, [make_dataset(project)])
    job = make_job(
        project, name="datasets.run_recipe", subject=f"dataset:{recipe.output_id}",
        state="failed", error="Line 5 is wrong.",
    )  # fmt: skip
    recipe.runs.create(revision=recipe.revision, params={}, inputs=[], job=job)
    shown = panel(client, project, recipe.pk)
    assert "Line 5 is wrong." in shown
    assert reverse("job_detail", args=[project.pk, job.pk]) in shown


def test_a_viewer_sees_it_without_what_changes_things(project: Project) -> None:
    recipe = make_recipe(project, [make_dataset(project)])
    viewer = signed_in(make_member(project, "viewer").user)
    assert run_url(project, recipe) not in panel(viewer, project, recipe.pk)
    source = recipe.inputs.get()
    assert "?input=" not in panel(viewer, project, source.pk)


@pytest.mark.parametrize("headers", [{}, HX])
def test_a_node_of_another_project_is_not_there(
    client: Client, project: Project, headers: dict[str, str]
) -> None:
    make_dataset(project)
    other = make_dataset(make_project(project.membership.user), name="elsewhere")
    for node in (str(other.pk), "nonsense"):
        url = reverse("flow", args=[project.pk])
        assert client.get(url, {"node": node}, headers=headers).status_code == 404


def test_its_address_opens_the_page_with_it(client: Client, project: Project) -> None:
    dataset = make_dataset(project)
    url = reverse("flow", args=[project.pk])
    shown = client.get(url, {"node": str(dataset.pk)}).content.decode()
    assert f'id="node-{dataset.pk}"' in shown
    assert f'data-panel="{dataset.pk}"' in shown


def test_the_page_carries_its_arrows_and_the_way_it_is_shown(
    client: Client, project: Project
) -> None:
    recipe = make_recipe(project, [make_dataset(project)])
    response = client.get(reverse("flow", args=[project.pk]), {"view": "list"})
    assert response.context["flow_edges"] == [
        (str(recipe.inputs.get().pk), str(recipe.pk)),
        (str(recipe.pk), str(recipe.output_id)),
    ]
    assert 'data-flow-view="list"' in response.content.decode()


def test_it_needs_the_same_few_queries_however_long_the_flow(
    client: Client, project: Project, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for n in range(8):
        recipe = make_recipe(project, [make_dataset(project, f"orders {n}")], f"made {n}")
    with django_assert_max_num_queries(18):
        panel(client, project, recipe.pk)
