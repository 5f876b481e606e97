"""Python recipes from making to running, through a real worker and a real sandbox."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import DjangoDbBlocker, Settings

from datasets.engine.code_run import CodeError
from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services import sandbox
from datasets.services.flow import flow, flow_run_start
from datasets.services.imports import dataset_import_start
from datasets.services.plans import dataset_columns
from datasets.services.recipes import (
    recipe_create,
    recipe_preview,
    recipe_proposal,
    recipe_run_start,
    recipe_state,
    recipe_templates,
    recipe_update,
)
from datasets.services.rows import rows_page, version_current
from projects.models import Job, Project, User
from projects.services.jobs import job_cancel, job_log, job_wait
from segplatform.kernel.errors import Conflict, Forbidden, UserError
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import make_recipe
from tests.factories.uploads import make_upload
from tests.samples import parquet_bomb
from tests.workers import running_worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("caged_worker")]

ADD = """data = inputs["orders"]
print(len(data), "rows")
output = data.assign(Twice=data.Quantity * 2)"""


@pytest.fixture(scope="module")
def caged_worker(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, queue_server: str
) -> Iterator[None]:
    """Run one worker, which starts its sandbox once for all of these tests."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("SEGPLATFORM_SANDBOX_AT_START", "1")
        patch.setenv("SEGPLATFORM_FILE_MEMORY_BYTES", str(300_000_000))
        with running_worker():
            yield


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture(autouse=True)
def no_word() -> Iterator[None]:
    caches["state"].clear()
    yield
    caches["state"].clear()


def create(project: Project, inputs: list[Dataset], code: str, output: str = "made") -> Recipe:
    return recipe_create(
        project=project, user=project.members.get(), kind="python", inputs=inputs, output=output,
        params={"code": code},
    )  # fmt: skip


def ended(job: Job) -> Job:
    return job_wait(job=job, seconds=60)


def rows(dataset: Dataset) -> list[tuple[Any, ...]]:
    dataset.refresh_from_db()
    version = version_current(dataset=dataset)
    return rows_page(project=dataset.project, version=version, limit=10, sampled=False).rows


def test_it_runs_into_a_version_with_a_live_log(user: User, orders: Dataset) -> None:
    recipe = create(orders.project, [orders], ADD)
    assert recipe.name == "Python recipe orders"
    job = ended(recipe_run_start(recipe=recipe, user=user))
    assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
    assert [row[3] for row in rows(recipe.output)] == [6, -2, None]
    log = job_log(job=job)
    assert "3 rows" in log
    assert log[-1] == "Python recipe orders: 3 rows"
    version = recipe.output.current
    assert version is not None
    assert [(c["name"], c["type"], c["missing"]) for c in version.columns] == [
        ("Invoice", "text", 0), ("Quantity", "integer", 1), ("Price", "decimal", 1),
        ("Twice", "integer", 1),
    ]  # fmt: skip
    assert version.report["rows_in"] == [3]
    assert version.origin["revision"] == 1
    assert recipe_state(recipe=recipe).key == "up_to_date"
    assert recipe_update(recipe=recipe, user=user, params={"code": ADD + "\n"}).revision == 2
    assert recipe_state(recipe=recipe).key == "out_of_date"


def test_it_needs_no_input_and_feeds_others_once_it_ran(project: Project, user: User) -> None:
    recipe = create(project, [], 'output = pd.DataFrame({"Quantity": [1, 2]})')
    assert recipe.name == "Python recipe made"
    more = {
        "project": project, "user": user, "kind": "prepare", "inputs": [recipe.output],
        "output": "more",
        "params": {"steps": [{"kind": "formula", "column": "X", "expression": "Quantity * 2"}]},
    }  # fmt: skip
    with pytest.raises(Conflict, match="Run it first: what a Python recipe gives") as caught:
        recipe_create(**more)
    assert "inputs" in caught.value.fields
    with pytest.raises(Conflict, match="Run it first"):
        dataset_columns(dataset=recipe.output)
    assert ended(recipe_run_start(recipe=recipe, user=user)).state == Job.State.SUCCEEDED
    recipe.output.refresh_from_db()
    recipe_create(**{**more, "inputs": [recipe.output]})
    assert [node.family for node in flow(project=project).nodes if node.kind == "recipe"] == [
        "code", "visual",
    ]  # fmt: skip


def test_the_flow_runs_programs_and_queries_in_order(project: Project, user: User) -> None:
    orders = make_dataset(project)
    first = create(project, [orders], ADD, "first")
    second = create(project, [orders, first.output], 'output = inputs["first"].head(1)', "second")
    job = ended(flow_run_start(project=project, user=user))
    assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
    assert len(rows(second.output)) == 1
    make_version(orders)
    assert recipe_state(recipe=second).key == "out_of_date"
    job = ended(recipe_run_start(recipe=second, user=user, upstream=True))
    assert job.result["recipes"] == 2


def test_an_error_names_the_own_line_and_leaves_nothing(
    user: User, orders: Dataset, data_dir: Path
) -> None:
    recipe = create(orders.project, [orders], 'print("so far")\nx = inputs["orders"]["Quantitty"]')
    job = ended(recipe_run_start(recipe=recipe, user=user))
    assert job.state == Job.State.FAILED
    assert job.error.startswith("line 2: KeyError: 'Quantitty'. The table has Quantity, ")
    assert "so far" in job_log(job=job)
    assert recipe_state(recipe=recipe).reason == job.error
    assert not DatasetVersion.objects.filter(dataset=recipe.output).exists()
    assert not list((data_dir / "tmp").glob("import-run-*"))


def test_a_cancelled_run_is_killed(user: User, orders: Dataset) -> None:
    recipe = create(orders.project, [orders], 'print("here")\nwhile True: pass')
    job = recipe_run_start(recipe=recipe, user=user)
    wait_for(lambda: "here" in job_log(job=job))
    job_cancel(job=job)
    assert ended(job).state == Job.State.CANCELLED


def wait_for(done: Any) -> None:
    end = time.monotonic() + 40
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"params": {}}, "code"), ({"params": {"code": "x", "more": 1}}, "more")],
)
def test_settings_are_checked_code_is_not(
    project: Project, user: User, change: dict[str, Any], field: str
) -> None:
    sent: dict[str, Any] = {
        "project": project, "user": user, "kind": "python", "inputs": [], "output": "made",
        "params": {"code": "not python ("},
    }  # fmt: skip
    with pytest.raises(UserError) as caught:
        recipe_create(**{**sent, **change})
    assert field in caught.value.fields
    assert recipe_create(**sent).params["code"] == "not python ("


def test_inputs_are_counted_and_each_is_read_once(project: Project, orders: Dataset) -> None:
    with pytest.raises(UserError, match="“orders” is chosen twice"):
        create(project, [orders, orders], ADD)
    many = [make_dataset(project, f"d{number}") for number in range(11)]
    with pytest.raises(UserError, match="at most 10 datasets, not 11"):
        create(project, many, ADD)


def test_it_proposes_a_script_for_the_inputs(project: Project, orders: Dataset) -> None:
    assert 'inputs["orders"]' in recipe_proposal(kind="python", inputs=[orders])["code"]
    templates = recipe_templates(kind="python", inputs=[orders])
    assert [each["key"] for each in templates] == ["total_price", "rfm", "blank"]
    assert '["Price"]' in templates[0]["code"]
    empty = make_recipe(project, [], "not yet", {"code": ADD}, kind="python").output
    assert recipe_templates(kind="python", inputs=[empty])
    assert recipe_templates(kind="rfm", inputs=[orders]) == []


def preview(project: Project, user: User, code: str) -> dict[str, Any]:
    return recipe_preview(
        project=project, user=user, kind="python", inputs=list(project.datasets.all()),
        params={"code": code}, seconds=60,
    )  # fmt: skip


def test_a_preview_brings_rows_and_log(project: Project, user: User, orders: Dataset) -> None:
    shown = preview(project, user, ADD)
    assert shown["rows"][0] == ["A1", "3", "2.50", "6"]
    assert (shown["count"], shown["log"], shown["sql"]) == (3, ["3 rows"], None)
    assert not DatasetVersion.objects.exclude(dataset=orders).exists()


def test_a_preview_that_fails_brings_line_and_log(
    project: Project, user: User, orders: Dataset
) -> None:
    with pytest.raises(CodeError) as caught:
        preview(project, user, 'print("so far")\n1 / 0')
    assert caught.value.fields == {
        "code": "line 2: ZeroDivisionError: division by zero", "code.line": "2",
    }  # fmt: skip
    assert caught.value.log == ["so far"]


def test_a_viewer_runs_no_code(project: Project, orders: Dataset) -> None:
    viewer = make_member(project, "viewer").user
    with pytest.raises(Forbidden):
        preview(project, viewer, ADD)
    assert not Job.objects.exists()


def test_without_a_sandbox_nothing_starts(
    project: Project, user: User, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = create(project, [orders], ADD)
    status = sandbox.SandboxStatus("unavailable", "Python recipes are off here.")
    monkeypatch.setattr(sandbox, "sandbox_status", lambda: status)
    with pytest.raises(Conflict, match="Python recipes are off here"):
        recipe_run_start(recipe=recipe, user=user)
    with pytest.raises(Conflict, match="Python recipes are off here"):
        preview(project, user, ADD)
    assert not Job.objects.exists()


def test_the_web_knows_what_the_workers_found(settings: Settings) -> None:
    assert sandbox.sandbox_status().state == "unknown"
    assert sandbox.sandbox_word() == "unavailable"
    found = sandbox.sandbox_test()
    stored = sandbox.sandbox_status()
    assert stored == found
    assert stored.checked is not None
    assert sandbox.sandbox_word() == ("ok" if stored.state == "ok" else "unavailable")
    settings.UNSAFE_NO_SANDBOX = True
    assert sandbox.sandbox_test().state == sandbox.sandbox_word() == "unsafe"
    assert "without a sandbox" in sandbox.sandbox_check()[1]


def test_a_file_that_ends_its_reader_ends_nothing_else(
    project: Project, user: User, tmp_path: Path
) -> None:
    bomb = parquet_bomb(tmp_path / "bomb").read_bytes()
    ends = []
    for name, body in (("bomb", bomb), ("honest", b"id,name\n1,Ada\n2,Bob\n")):
        upload = make_upload(project, body, name)
        dataset, job = dataset_import_start(project=project, user=user, upload=upload, name=name)
        done = ended(job)
        ends.append((done.state, done.error))
    assert ends[0][0] == Job.State.FAILED
    assert ends[0][1].startswith("Reading this file takes more than the 286.1 MB of memory that")
    assert ends[1] == (Job.State.SUCCEEDED, "")
    assert rows(dataset) == [(1, "Ada"), (2, "Bob")]
