"""Recipes and the flow by the REST API."""

from typing import Any

import pytest
from django.test import Client

from datasets.models import Dataset, Recipe
from projects.models import Project
from projects.services.tokens import token_create
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import DOUBLED, make_recipe, make_run
from tests.workers import work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue_server")]
API = "/api/v1"


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


def api(user: Any, scope: str = "write") -> Client:
    _, secret = token_create(user=user, name="script", scope=scope)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def client(project: Project) -> Client:
    return api(project.membership.user)


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"{API}{path}", body or {}, content_type="application/json")


def create(client: Client, orders: Dataset, **change: Any) -> Any:
    body = {"kind": "prepare", "inputs": [str(orders.pk)], "output": "made", "params": DOUBLED}
    return post(client, f"/projects/{orders.project_id}/recipes", {**body, **change})


def test_it_lists_kinds_with_schemas(client: Client) -> None:
    answer = client.get(f"{API}/recipe-kinds").json()
    kinds = {kind["key"]: kind for kind in answer["items"]}
    assert answer["count"] == len(kinds)
    assert set(kinds["rfm"]) == {
        *("key", "title", "help", "icon", "family", "slots", "min_inputs", "max_inputs", "schema")
    }
    assert (kinds["python"]["min_inputs"], kinds["python"]["max_inputs"]) == (0, 10)
    assert "customer" in kinds["rfm"]["schema"]["properties"]


def test_it_makes_runs_and_reads_a_recipe(client: Client, orders: Dataset) -> None:
    answer = create(client, orders)
    assert answer.status_code == 201, answer.json()
    recipe = answer.json()
    assert recipe["inputs"] == [str(orders.pk)]
    assert (recipe["kind"], recipe["name"], recipe["state"]) == (
        "prepare", "Prepare orders", "empty",
    )  # fmt: skip
    assert recipe["output"]["name"] == "made"
    assert recipe["revision"] == 1
    answer = post(client, f"/recipes/{recipe['id']}/run", {"upstream": False})
    assert answer.status_code == 202
    assert answer.json()["job"]["state"] == "queued"
    assert client.get(f"{API}/recipes/{recipe['id']}").json()["state"] == "running"
    work_off()
    read = client.get(f"{API}/recipes/{recipe['id']}").json()
    assert read == {**recipe, "state": "up_to_date", "reason": ""}
    rows = client.get(f"{API}/datasets/{recipe['output']['id']}/rows").json()
    assert [row[3] for row in rows["rows"]] == [6, -2, None]


def test_a_run_needs_no_body(client: Client, orders: Dataset) -> None:
    recipe = create(client, orders).json()
    assert client.generic("POST", f"{API}/recipes/{recipe['id']}/run").status_code == 202


def test_it_changes_and_deletes_a_recipe(client: Client, orders: Dataset) -> None:
    address = f"{API}/recipes/{create(client, orders).json()['id']}"
    params = {"steps": [{"kind": "filter", "expression": "Quantity > 0"}]}
    body = {"params": params, "name": "Only positive"}
    answer = client.patch(address, body, content_type="application/json").json()
    assert (answer["revision"], answer["name"]) == (2, "Only positive")
    answer = client.patch(address, {"params": {"steps": 1}}, content_type="application/json")
    assert answer.status_code == 400
    assert "steps" in answer.json()["error"]["fields"]
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert [dataset.name for dataset in Dataset.objects.all()] == ["orders"]


def test_a_wrong_formula_is_named(client: Client, orders: Dataset) -> None:
    steps = [{"kind": "formula", "column": "New", "expression": "Quantiti * 2"}]
    answer = create(client, orders, params={"steps": steps})
    assert answer.status_code == 400
    assert "steps.0.expression" in answer.json()["error"]["fields"]


def test_what_is_read_is_not_deleted(client: Client, project: Project, orders: Dataset) -> None:
    make_recipe(project, [orders])
    answer = client.delete(f"{API}/datasets/{orders.pk}")
    assert answer.status_code == 409
    assert "“orders” is read by “Make result”" in answer.json()["error"]["message"]


def test_it_previews_what_is_stored_or_sent(
    client: Client, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets.services import previews

    wait = previews.job_wait

    def work_and_wait(**given: Any) -> Any:
        work_off()
        return wait(**given)

    monkeypatch.setattr(previews, "job_wait", work_and_wait)
    recipe = create(client, orders).json()
    answer = post(client, f"/recipes/{recipe['id']}/preview")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["columns"][3] == {"name": "Twice", "type": "integer"}
    steps = [{"kind": "filter", "expression": "Quantity > 0"}]
    answer = post(client, f"/recipes/{recipe['id']}/preview", {"params": {"steps": steps}}).json()
    assert (answer["count"], len(answer["columns"]), len(answer["rows"])) == (1, 3, 1)


def test_it_gives_the_flow_and_runs_it(client: Client, project: Project, orders: Dataset) -> None:
    first = make_recipe(project, [orders], "first")
    make_run(first)
    make_version(orders)
    address = f"/projects/{project.pk}/flow"
    answer = client.get(f"{API}{address}").json()
    nodes = {node["title"]: node for node in answer["nodes"]}
    assert list(nodes) == ["orders", "Make first", "first"]
    assert nodes["orders"]["state"] == "up_to_date"
    assert nodes["first"]["state"] == "out_of_date"
    assert nodes["first"]["reason"] == "“orders” has a newer version."
    arrow = {"source": str(orders.pk), "target": str(first.pk)}
    assert arrow in answer["edges"]
    assert len(answer["edges"]) == 2
    answer = post(client, f"{address}/run")
    assert answer.status_code == 202
    work_off()
    job = client.get(f"{API}/jobs/{answer.json()['job']['id']}").json()
    assert (job["state"], job["error"]) == ("succeeded", "")
    answer = client.get(f"{API}{address}").json()
    assert {node["state"] for node in answer["nodes"]} == {"up_to_date"}


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_a_viewer_changes_nothing(project: Project, orders: Dataset, who: str, status: int) -> None:
    recipe = make_recipe(project, [orders])
    other = make_project().members.get()
    client = api(make_member(project, "viewer").user if who == "viewer" else other)
    assert create(client, orders).status_code == status
    for path in ("preview", "run"):
        assert post(client, f"/recipes/{recipe.pk}/{path}").status_code == status
    assert post(client, f"/projects/{project.pk}/flow/run").status_code == status
    address = f"{API}/recipes/{recipe.pk}"
    body = {"name": "x"}
    assert client.patch(address, body, content_type="application/json").status_code == status
    assert client.delete(address).status_code == status
    assert client.get(address).status_code == (200 if who == "viewer" else 404)
    assert Recipe.objects.get().name == recipe.name


def test_a_token_that_reads_runs_nothing(project: Project, orders: Dataset) -> None:
    recipe = make_recipe(project, [orders])
    client = api(project.membership.user, scope="read")
    assert post(client, f"/recipes/{recipe.pk}/run").status_code == 403
    assert client.get(f"{API}/recipes/{recipe.pk}").status_code == 200


def rows(client: Client, orders: Dataset, formula: str) -> Any:
    return client.get(f"{API}/datasets/{orders.pk}/rows", {"filter": formula})


def test_rows_are_filtered_by_a_formula(client: Client, orders: Dataset) -> None:
    answer = rows(client, orders, "Quantity > 0 and Price < 10").json()
    assert (answer["count"], [row[0] for row in answer["rows"]]) == (1, ["A1"])
    assert rows(client, orders, "Price is null").json()["count"] == 1
    assert rows(client, orders, "").json()["count"] == 3


@pytest.mark.parametrize(
    "formula",
    [
        "Quantiti > 0", "Quantity +", "Quantity", "__row = 1", "(select 1) = 1",
        "read_text('/etc/passwd') is not null", "true) or (true", "x" * 3000,
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_refused(client: Client, orders: Dataset, formula: str) -> None:
    answer = rows(client, orders, formula)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]


def test_a_filter_that_overflows_says_so(client: Client, orders: Dataset) -> None:
    answer = rows(client, orders, f"Quantity * {9 * 10**18} * {9 * 10**18} * 1000 > 0")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["filter"]


def test_a_program_needs_no_input_and_no_viewer_runs_it(project: Project, client: Client) -> None:
    body = {"kind": "python", "inputs": [], "output": "made", "params": {"code": "\n  x = 1"}}
    path = f"/projects/{project.pk}/recipes"
    recipe = post(client, path, body).json()
    assert (recipe["inputs"], recipe["params"]) == ([], {"code": "\n  x = 1"})
    assert (recipe["name"], recipe["state"]) == ("Python recipe made", "empty")
    downstream = {"kind": "prepare", "inputs": [recipe["output"]["id"]], "output": "more"}
    answer = post(client, path, downstream)
    assert answer.status_code == 409
    assert "Run it first" in answer.json()["error"]["fields"]["inputs"]
    viewer = api(make_member(project, "viewer").user)
    for way in ("preview", "run"):
        assert post(viewer, f"/recipes/{recipe['id']}/{way}").status_code == 403
    assert post(viewer, path, body).status_code == 403
    assert viewer.get(f"{API}/recipes/{recipe['id']}").json()["params"] == recipe["params"]
