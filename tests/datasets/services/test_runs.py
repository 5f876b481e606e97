"""Runs through a real worker: one recipe, with everything upstream, the whole flow."""

from decimal import Decimal
from typing import Any

import pytest

from datasets.models import Dataset, DatasetVersion, Recipe, RecipeRun
from datasets.services.flow import flow_run_start
from datasets.services.recipes import recipe_create, recipe_run_start, recipe_state, recipe_update
from datasets.services.rows import rows_page, version_current
from projects.models import Job, Project, User
from projects.services.jobs import job_cancel, job_log, job_retry
from segplatform.kernel.errors import Conflict
from tests.factories import make_job, make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import DOUBLED, make_recipe
from tests.workers import work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue_server")]

TOTAL: dict[str, Any] = {
    "steps": [
        {"kind": "formula", "column": "Total", "expression": "Quantity * Price"},
        {"kind": "filter", "expression": "Quantity is not null"},
    ]
}
TOO_MUCH: dict[str, Any] = {
    "steps": [
        {
            "kind": "formula",
            "column": "Huge",
            "expression": "Quantity * 900000000000000000 * 900000000000000000 * 9000000",
        }
    ]
}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


def create(user: User, inputs: list[Dataset], output: str, params: dict[str, Any]) -> Recipe:
    return recipe_create(
        project=inputs[0].project, user=user, kind="prepare", inputs=inputs, output=output,
        params=params,
    )  # fmt: skip


def rows(dataset: Dataset) -> list[tuple[Any, ...]]:
    dataset.refresh_from_db()
    page = rows_page(
        project=dataset.project, version=version_current(dataset=dataset), limit=10, sampled=False
    )
    return page.rows


def ended(job: Job) -> Job:
    work_off()
    job.refresh_from_db()
    return job


def test_it_runs_a_recipe_into_a_version(user: User, orders: Dataset) -> None:
    recipe = create(user, [orders], "totals", TOTAL)
    assert recipe.name == "Prepare orders"
    job = recipe_run_start(recipe=recipe, user=user)
    assert job.title == "Run Prepare orders"
    assert job.url.endswith(f"/datasets/{recipe.output_id}/")
    assert recipe_run_start(recipe=recipe, user=user) == job
    assert recipe_state(recipe=recipe).key == "running"
    job = ended(job)
    assert (job.state, job.error) == ("succeeded", "")
    assert job.result == {
        "recipes": 1, "dataset": str(recipe.output_id), "version": 1, "rows": 2,
    }  # fmt: skip
    assert [row[3] for row in rows(recipe.output)] == [Decimal("7.5"), Decimal("-1234.5")]
    run = RecipeRun.objects.get()
    version = version_current(dataset=recipe.output)
    assert (run.version, run.job, run.revision) == (version, job, 1)
    assert version.origin == {
        "recipe": str(recipe.pk),
        "revision": 1,
        "run": str(run.pk),
        "inputs": {str(orders.pk): str(orders.current_id)},
    }
    assert version.report["rows_in"] == [3]
    assert recipe_state(recipe=recipe).key == "up_to_date"


def test_editing_changes_nothing_of_a_run_that_has_started(user: User, orders: Dataset) -> None:
    recipe = create(user, [orders], "totals", TOTAL)
    before = orders.current_id
    job = recipe_run_start(recipe=recipe, user=user)
    recipe_update(recipe=recipe, user=user, params=DOUBLED)
    make_version(orders, rows=[])
    assert ended(job).state == "succeeded"
    assert len(rows(recipe.output)) == 2
    version = version_current(dataset=recipe.output)
    assert [column["name"] for column in version.columns][-1] == "Total"
    assert version.origin["revision"] == 1
    assert version.origin["inputs"] == {str(orders.pk): str(before)}
    state = recipe_state(recipe=recipe)
    assert (state.key, state.reason) == ("out_of_date", "“orders” has a newer version.")


def test_it_runs_what_is_upstream_first(user: User, project: Project, orders: Dataset) -> None:
    first = create(user, [orders], "first", TOTAL)
    params = {"steps": [{"kind": "formula", "column": "More", "expression": "Total + 1"}]}
    second = create(user, [first.output], "second", params)  # before the first has any rows
    other = create(user, [orders], "other", DOUBLED)
    with pytest.raises(Conflict, match="“first” has no rows yet"):
        recipe_run_start(recipe=second, user=user)
    job = recipe_run_start(recipe=second, user=user, upstream=True)
    assert job.title == "Run Prepare first with everything upstream"
    assert recipe_state(recipe=first).key == "running"
    job = ended(job)
    assert (job.state, job.error) == ("succeeded", "")
    assert job.result["recipes"] == 2
    assert rows(second.output)[0][4] == Decimal("8.5")
    keys = [recipe_state(recipe=recipe).key for recipe in (first, second, other)]
    assert keys == ["up_to_date", "up_to_date", "empty"]
    assert recipe_run_start(recipe=second, user=user, upstream=True).name == "datasets.run_recipe"


def test_a_flow_goes_on_where_a_branch_failed(user: User, orders: Dataset) -> None:
    bad = create(user, [orders], "bad", TOO_MUCH)
    below = create(user, [bad.output], "below", DOUBLED)
    good = create(user, [orders], "good", TOTAL)
    after = create(user, [good.output], "after", DOUBLED)
    job = ended(flow_run_start(project=orders.project, user=user))
    assert job.state == "failed"
    assert job.error.startswith("1 of 4 recipes failed. “Prepare orders”: ")
    assert job.error.endswith("Not run because of that: Prepare bad.")
    assert any("Prepare bad" in line for line in job_log(job=job))
    keys = [recipe_state(recipe=recipe).key for recipe in (bad, below, good, after)]
    assert keys == ["failed", "empty", "up_to_date", "up_to_date"]
    recipe_update(recipe=bad, user=user, params=DOUBLED)
    job = ended(job_retry(job=job, user=user))
    assert (job.state, job.result["recipes"]) == ("succeeded", 2)
    assert DatasetVersion.objects.filter(dataset=good.output).count() == 1
    assert recipe_state(recipe=below).key == "up_to_date"


def test_a_flow_that_is_fresh_has_nothing_to_do(user: User, orders: Dataset) -> None:
    with pytest.raises(Conflict, match="make a recipe"):
        flow_run_start(project=orders.project, user=user)
    recipe = create(user, [orders], "totals", TOTAL)
    assert ended(flow_run_start(project=orders.project, user=user)).result["recipes"] == 1
    job = ended(flow_run_start(project=orders.project, user=user))
    assert (job.state, job.result) == ("succeeded", {"recipes": 0})
    assert recipe.output.versions.count() == 1


def test_a_recipe_deleted_meanwhile_stops_nobody(user: User, orders: Dataset) -> None:
    gone = create(user, [orders], "gone", DOUBLED)
    stays = create(user, [orders], "stays", TOTAL)
    job = flow_run_start(project=orders.project, user=user)
    gone.output.delete()
    assert ended(job).state == "succeeded"
    assert recipe_state(recipe=stays).key == "up_to_date"


def test_a_cancelled_run_leaves_nothing(user: User, orders: Dataset) -> None:
    recipe = create(user, [orders], "totals", TOTAL)
    job = recipe_run_start(recipe=recipe, user=user)
    job_cancel(job=job)
    assert ended(job).state == "cancelled"
    assert recipe_state(recipe=recipe).key == "empty"
    assert not recipe.output.versions.exists()
    job = ended(job_retry(job=job, user=user))
    assert (job.state, job.error) == ("succeeded", "")


def test_a_failed_run_keeps_the_version_before(user: User, orders: Dataset) -> None:
    recipe = create(user, [orders], "totals", TOTAL)
    ended(recipe_run_start(recipe=recipe, user=user))
    recipe_update(recipe=recipe, user=user, params=TOO_MUCH)
    job = ended(recipe_run_start(recipe=recipe, user=user))
    assert job.state == "failed"
    assert "too large" in job.error
    state = recipe_state(recipe=recipe)
    assert (state.key, state.reason, state.stale) == ("failed", job.error, True)
    assert len(rows(recipe.output)) == 2


def test_a_run_reads_on_where_its_version_was_dropped(user: User, orders: Dataset) -> None:
    recipe = create(user, [orders], "totals", TOTAL)
    job = recipe_run_start(recipe=recipe, user=user)
    old = orders.versions.get()
    new = make_version(orders)
    old.delete()
    assert ended(job).state == "succeeded"
    version = version_current(dataset=Dataset.objects.get(pk=recipe.output_id))
    assert version.origin["inputs"] == {str(orders.pk): str(new.pk)}


def test_an_import_without_rows_fails_with_a_sentence(user: User, project: Project) -> None:
    empty = Dataset.objects.create(project=project, name="nothing yet")
    make_job(project, subject=f"dataset:{empty.pk}", state=Job.State.FAILED)
    recipe = make_recipe(project, [empty])
    with pytest.raises(Conflict, match="“nothing yet” has no rows yet"):
        recipe_run_start(recipe=recipe, user=user, upstream=True)
    job = ended(flow_run_start(project=project, user=user))
    assert "“nothing yet” has no rows yet" in job.error
