"""The pages of a recipe: set up with and without JavaScript, previewed, run, changed, deleted."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, Recipe
from datasets.services.recipes import PreviewPending
from datasets.web import recipe_preview
from projects.models import Job, Project
from projects.services.jobs import job_wait
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]
HTMX = {"HX-Request": "true"}
FORMULA = {
    "steps-0-kind": "formula",
    "steps-0-column": "Total",
    "steps-0-expression": "Quantity * Price",
}
FILTER = {"steps-1-kind": "filter", "steps-1-expression": "Quantity > 0"}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def new_url(project: Project, orders: Dataset, kind: str = "prepare") -> str:
    return reverse("recipe_new", args=[project.pk, kind]) + f"?input={orders.pk}"


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def previewed(client: Client, project: Project, orders: Dataset, sent: dict[str, Any]) -> str:
    url = reverse("recipe_preview", args=[project.pk])
    sent = {"kind": "prepare", "input": str(orders.pk), **sent}
    return text_of(client.post(url, sent, headers=HTMX))


def test_a_new_recipe_names_its_input_and_proposes_its_output(
    owner: Client, project: Project, orders: Dataset
) -> None:
    text = text_of(owner.get(new_url(project, orders)))
    assert 'value="orders prepared"' in text
    assert "No steps yet" in text
    assert f'name="input" value="{orders.pk}"' in text


def test_without_an_input_it_asks_for_one(owner: Client, project: Project, orders: Dataset) -> None:
    text = text_of(owner.get(reverse("recipe_new", args=[project.pk, "prepare"])))
    assert f'<option value="{orders.pk}">orders</option>' in text


def test_an_unknown_kind_is_not_found(owner: Client, project: Project, orders: Dataset) -> None:
    assert owner.get(new_url(project, orders, "nothing")).status_code == 404


def test_the_preview_marks_what_is_new(owner: Client, project: Project, orders: Dataset) -> None:
    text = previewed(owner, project, orders, FORMULA | FILTER)
    assert "· new" in text
    assert '<td data-type="decimal" class="is-changed">7.50</td>' in text
    assert re.search(r"<strong>3</strong>.*<strong>1 row</strong>", text, re.DOTALL)
    assert "Total = Quantity * Price" in text
    assert 'id="words-0" hx-swap-oob="true"' in text


def test_a_column_that_is_written_over_is_marked(
    owner: Client, project: Project, orders: Dataset
) -> None:
    text = previewed(owner, project, orders, FORMULA | {"steps-0-column": "quantity"})
    assert "· changed" in text
    assert "· new" not in text


def test_a_wrong_step_says_so_beside_its_field_and_shows_what_comes_before(
    owner: Client, project: Project, orders: Dataset
) -> None:
    text = previewed(owner, project, orders, FORMULA | FILTER | {"steps-1-expression": "Prise > 0"})
    assert "The preview stops before step 2" in text
    assert re.search(r'id="error-steps-1-expression"[^>]*>.*Prise', text, re.DOTALL)
    assert "7.50" in text


def test_an_empty_step_is_passed_over_until_it_is_filled_in(
    owner: Client, project: Project, orders: Dataset
) -> None:
    blank = {"steps-0-kind": "filter", "steps-0-expression": " "}
    later = {name.replace("-0-", "-1-"): value for name, value in FORMULA.items()}
    text = previewed(owner, project, orders, blank | later)
    assert "Not filled in yet" in text
    assert "7.50" in text
    later["steps-1-expression"] = "Prise"
    assert 'id="error-steps-1-expression"' in previewed(owner, project, orders, blank | later)


def test_a_busy_worker_is_waited_for(
    owner: Client, project: Project, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pending(**_: object) -> None:
        raise PreviewPending("later")

    monkeypatch.setattr(recipe_preview, "recipe_preview", pending)
    assert 'hx-trigger="load delay:1s"' in previewed(owner, project, orders, FORMULA)


def test_run_makes_the_recipe_and_fills_its_output(
    owner: Client, project: Project, orders: Dataset
) -> None:
    sent = FORMULA | {"do": "run", "output": "Totals"}
    response = owner.post(new_url(project, orders), sent)
    made = Recipe.objects.get()
    assert response.url == reverse("dataset", args=[project.pk, made.output_id])
    assert made.output.name == "Totals"
    job = job_wait(job=Job.objects.get(name="datasets.run_recipe"), seconds=30)
    assert job.state == "succeeded"
    made.output.refresh_from_db()
    assert made.output.current.columns[-1]["name"] == "Total"


@pytest.mark.parametrize(
    ("changed", "beside"),
    [({"output": "orders"}, "recipe-output-error"), ({"steps-0-column": ""}, "steps-0-column")],
)
def test_what_is_wrong_keeps_everything_typed(
    owner: Client, project: Project, orders: Dataset, changed: dict[str, str], beside: str
) -> None:
    response = owner.post(new_url(project, orders), FORMULA | {"output": "Kept"} | changed)
    text = text_of(response)
    assert response.status_code in (400, 409)
    assert re.search(rf'id="(error-)?{beside}"[^>]*><svg', text)
    assert "Quantity * Price</textarea>" in text
    assert f'value="{changed.get("output", "Kept")}"' in text
    assert not Recipe.objects.exists()


def test_a_stored_recipe_is_changed_and_run_again(
    owner: Client, project: Project, orders: Dataset
) -> None:
    made = make_recipe(project, [orders])
    url = reverse("recipe", args=[project.pk, made.pk])
    assert "Quantity * 2</textarea>" in text_of(owner.get(url))
    assert owner.post(url, FORMULA | FILTER).status_code == 302
    made.refresh_from_db()
    assert [step["kind"] for step in made.params["steps"]] == ["formula", "filter"]
    assert made.revision == 2
    assert Job.objects.filter(name="datasets.run_recipe").count() == 1


def test_a_viewer_reads_only(client: Client, project: Project, orders: Dataset) -> None:
    client.force_login(make_member(project, "viewer").user)
    made = make_recipe(project, [orders])
    url = reverse("recipe", args=[project.pk, made.pk])
    text = text_of(client.get(url))
    assert "<fieldset" in text
    assert "disabled>" in text
    assert "Save and run" not in text
    assert "Add step" not in text
    assert client.post(url, FORMULA).status_code == 403
    assert "Twice" in previewed(client, project, orders, {"recipe": str(made.pk)})


def test_deleting_names_what_goes(owner: Client, project: Project, orders: Dataset) -> None:
    made = make_recipe(project, [orders])
    text = text_of(owner.get(reverse("recipe", args=[project.pk, made.pk])))
    assert "Delete recipe and dataset" in text
    assert "<bdi>result</bdi>" in text
    owner.post(reverse("recipe_delete", args=[project.pk, made.pk]))
    assert list(Dataset.objects.all()) == [orders]


def test_hostile_names_are_text(owner: Client, project: Project) -> None:
    evil = "<img src=x onerror=alert(1)>"
    orders = make_dataset(project, name=evil)
    assert evil not in owner.get(new_url(project, orders)).content.decode()
