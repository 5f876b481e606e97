"""The check-up in the browser and by the API: confirmed once, found, tried, made into steps."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services import checkups
from datasets.services.checkups import CHECKUP, checkup_run, effect_run
from projects.jobs.context import JobContext
from projects.models import Job, Project
from projects.services.tokens import token_create
from segplatform.kernel.errors import UserError
from tests.datasets.engine.test_checkup import COLUMNS, GOOD, HOLES, ROWS
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset, make_version

pytestmark = pytest.mark.django_db
ROLES = {"customer": "CustomerID", "invoice": "InvoiceNo", "quantity": "Quantity"}
HOSTILE = ("C9<b>", "85123A", -1, "2011-05-02 10:00", "2.50", 17850, "<i>Land")


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    rows = [GOOD, HOSTILE, *ROWS.values(), *HOLES]
    return make_dataset(project, "sales <b>", columns=COLUMNS, rows=rows)


@pytest.fixture
def client(project: Project) -> Client:
    client = Client()
    client.force_login(project.membership.user)
    return client


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the jobs of the check-up where they are waited for: they have tests of their own."""

    def done(job: Job, seconds: float) -> Job:
        if seconds and job.is_active:
            run = checkup_run if job.name == CHECKUP else effect_run
            Job.objects.filter(pk=job.pk).update(state="running", attempt=1)
            job.refresh_from_db()
            result = run(ctx=JobContext(job))
            Job.objects.filter(pk=job.pk).update(state="succeeded", result=result)
            job.refresh_from_db()
        return job

    monkeypatch.setattr(checkups, "job_wait", done)
    monkeypatch.setattr("datasets.services.previews.job_wait", done)


def address(dataset: Dataset, name: str = "dataset_checkup") -> str:
    return reverse(name, args=[dataset.project_id, dataset.pk])


def page_of(client: Client, dataset: Dataset) -> str:
    return str(client.get(address(dataset)).content.decode())


def confirmed(client: Client, dataset: Dataset, **roles: str) -> Any:
    return client.post(address(dataset, "dataset_roles"), {**ROLES, **roles})


def test_roles_are_proposed_then_confirmed_once(client: Client, dataset: Dataset) -> None:
    page = page_of(client, dataset)
    assert '<option value="UnitPrice" selected>' in page
    assert "Cancelled invoices" not in page
    assert confirmed(client, dataset).status_code == 302
    page = page_of(client, dataset)
    assert "Cancelled invoices" in page
    assert "<strong>2 rows</strong>" in page
    assert "C9&lt;b&gt;" in page
    assert "Prices of zero: not looked for" in page
    dataset.refresh_from_db()
    assert dataset.roles == ROLES


def test_a_wrong_role_keeps_what_was_chosen(client: Client, dataset: Dataset) -> None:
    answer = confirmed(client, dataset, country="CustomerID", date="Country")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "“CustomerID” can be one thing only" in page
    assert "“Country” is text; the date needs a column of dates." in page
    assert '<option value="Quantity" selected>' in page
    dataset.refresh_from_db()
    assert dataset.roles == {}


def test_what_is_ticked_is_measured_together(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    sent = {"check": ["cancellations", "missing_customers"]}
    part = client.post(address(dataset), sent, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert ">15<" in part
    assert "<strong>12</strong>" in part
    assert "−3, −20.0 %" in part
    whole = client.post(address(dataset), sent).content.decode()  # without JavaScript
    assert "<strong>12</strong>" in whole
    assert 'value="returns" aria' in whole
    assert "Nothing is ticked" in client.post(address(dataset), {}).content.decode()


def test_the_steps_make_a_recipe_that_has_not_run(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    sent = {"check": ["missing_customers", "cancellations"]}
    answer = client.post(address(dataset, "checkup_steps"), sent)
    recipe = Recipe.objects.get()
    assert answer["Location"] == reverse("recipe", args=[dataset.project_id, recipe.pk])
    assert [step["kind"] for step in recipe.params["steps"]] == ["filter", "drop_missing"]
    assert recipe.output.name == "sales <b> cleaned"
    assert recipe.output.current is None


def test_one_finding_goes_into_a_recipe_that_is_there(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    url = address(dataset, "checkup_steps")
    client.post(url, {"check": ["cancellations"]})
    recipe = Recipe.objects.get()
    sent = {"one": "duplicates", "into": str(recipe.pk), "check": ["returns"]}
    client.post(url, sent)
    client.post(url, sent)  # a step that is there is not added again
    recipe.refresh_from_db()
    assert [step["kind"] for step in recipe.params["steps"]] == ["drop_duplicates", "filter"]
    assert recipe.revision == 2


def test_nothing_ticked_makes_nothing(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    answer = client.post(address(dataset, "checkup_steps"), {}, follow=True)
    assert "Choose at least one finding to leave out." in answer.content.decode()
    assert not Recipe.objects.exists()


def test_a_new_version_is_checked_anew(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    assert "Cancelled invoices" in page_of(client, dataset)
    make_version(dataset, COLUMNS, [GOOD])
    assert "Nothing to clean" in page_of(client, dataset)
    assert DatasetVersion.objects.filter(checkup=None).count() == 0


def test_columns_that_went_ask_for_roles_again(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    make_version(dataset, COLUMNS[:3], [GOOD[:3]])
    assert "Confirm and check" in page_of(client, dataset)


def test_a_viewer_sees_findings_and_changes_nothing(client: Client, dataset: Dataset) -> None:
    viewer = Client()
    viewer.force_login(make_member(dataset.project, "viewer").user)
    assert "Nobody has confirmed yet" in page_of(viewer, dataset)
    confirmed(client, dataset)
    page = page_of(viewer, dataset)
    assert "Cancelled invoices" in page
    assert "Add step" not in page
    assert "Prepare without" not in page


def test_a_table_that_is_no_sales_has_no_tab(client: Client, project: Project) -> None:
    plain = make_dataset(project, "plain")
    assert (
        "Check-up"
        not in client.get(reverse("dataset", args=[project.pk, plain.pk])).content.decode()
    )


def test_the_api_does_the_same(dataset: Dataset, project: Project) -> None:
    _, secret = token_create(user=project.membership.user, name="script", scope="write")
    script = Client(headers={"Authorization": f"Bearer {secret}"})
    base = f"/api/v1/datasets/{dataset.pk}"
    assert script.get(f"{base}/roles").json()["confirmed"] is False
    assert script.get(f"{base}/checkup").status_code == 409
    put = script.put(f"{base}/roles", ROLES, content_type="application/json")
    assert put.json() == {"roles": ROLES, "confirmed": True}
    found = script.get(f"{base}/checkup").json()
    assert {item["key"]: item["rows"] for item in found["findings"]}["cancellations"] == 2
    asked = {"checks": ["cancellations"]}
    tried = script.post(f"{base}/checkup/preview", asked, content_type="application/json").json()
    assert (tried["before"]["rows"], tried["after"]["rows"]) == (15, 13)
    made = script.post(f"{base}/checkup/prepare", asked, content_type="application/json")
    assert made.status_code == 201
    more = {"checks": ["returns"], "recipe": made.json()["id"]}
    again = script.post(f"{base}/checkup/prepare", more, content_type="application/json").json()
    assert len(again["params"]["steps"]) == 2
    wrong = script.post(
        f"{base}/checkup/preview", {"checks": ["x"]}, content_type="application/json"
    )
    assert wrong.status_code == 400


def test_a_recipe_of_another_dataset_is_refused(client: Client, dataset: Dataset) -> None:
    confirmed(client, dataset)
    other = make_dataset(dataset.project, "other", columns=COLUMNS, rows=[GOOD])
    confirmed(client, other)
    client.post(address(other, "checkup_steps"), {"check": ["duplicates"]})
    dataset.refresh_from_db()
    with pytest.raises(UserError, match="reads this dataset"):
        checkups.checkup_prepare(
            dataset=dataset, user=dataset.project.members.get(), keys=["duplicates"],
            recipe=Recipe.objects.get(),
        )  # fmt: skip


def test_a_step_that_needs_nothing_is_not_called_unfinished(
    client: Client, dataset: Dataset
) -> None:
    confirmed(client, dataset)
    client.post(address(dataset, "checkup_steps"), {"check": ["duplicates"]})
    recipe = Recipe.objects.get()
    page = client.get(reverse("recipe", args=[dataset.project_id, recipe.pk])).content.decode()
    assert "Keep the first of the rows with all columns equal" in page
    assert "Not filled in yet" not in page
