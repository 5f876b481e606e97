"""Projects that recompute on demand: rows go when nobody reads them and come back when asked."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.timezone import now

from datasets.engine.results import ReadResult
from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services.files import RowsReleased, version_files
from datasets.services.needs import released_same
from datasets.services.on_demand import dataset_ask, outputs_release
from datasets.services.previews import PreviewPending
from datasets.services.recipes import recipe_preview, recipe_run_start, recipe_state, recipe_update
from datasets.services.rows import rows_page, version_current
from projects.models import Job, Project, User
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import DOUBLED, make_recipe, make_run
from tests.workers import work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue_server")]


@pytest.fixture
def project() -> Project:
    return make_project(persistency="on_demand")


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


@pytest.fixture
def first(project: Project) -> Recipe:
    return make_recipe(project, [make_dataset(project)], "first")


@pytest.fixture
def second(project: Project, first: Recipe) -> Recipe:
    again = {"steps": [{"kind": "filter", "expression": "Twice > 0"}]}
    return make_recipe(project, [first.output], "second", again)


def done(job: Job | None) -> Job:
    assert job is not None
    work_off()
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    return job


def fresh(recipe: Recipe) -> Dataset:
    return Dataset.objects.select_related("current", "project").get(pk=recipe.output_id)


def version(recipe: Recipe) -> DatasetVersion:
    return version_current(dataset=fresh(recipe))


def unread(*recipes: Recipe, seconds: float = 7200) -> None:
    """Let time pass since the rows were read."""
    for recipe in recipes:
        folder = Path(settings.DATA_DIR) / version(recipe).folder
        past = folder.stat().st_mtime - seconds
        os.utime(folder, (past, past))


def rows(recipe: Recipe) -> list[Any]:
    found = fresh(recipe)
    return rows_page(project=found.project, version=version(recipe), limit=10, sampled=False).rows


def test_rows_that_nobody_reads_go_and_come_back_as_the_same_version(
    user: User, first: Recipe, second: Recipe
) -> None:
    done(recipe_run_start(recipe=second, user=user))  # what it reads is made with it
    before, wanted = version(first), rows(first)
    assert outputs_release() == 0  # read just now
    unread(first, second)
    assert outputs_release() == 2
    released = version(first)
    assert not (Path(settings.DATA_DIR) / before.folder).exists()
    assert (released.pk, released.rows, released.columns) == (before.pk, 3, before.columns)
    with pytest.raises(RowsReleased, match="“first” are not kept"):
        version_files(version=released)
    assert recipe_state(recipe=first).key == "up_to_date"

    job = done(dataset_ask(dataset=fresh(first), user=user))
    assert job.title == "Run Make first"
    again = version(first)
    assert (again.pk, again.number, again.released) == (before.pk, 1, None)
    assert rows(first) == wanted
    assert recipe_state(recipe=second).key == "up_to_date"  # nothing it read has changed
    assert dataset_ask(dataset=fresh(first), user=user) is None


def test_asking_makes_what_is_needed_and_nothing_else(
    project: Project, user: User, first: Recipe, second: Recipe
) -> None:
    aside = make_recipe(project, [first.output], "aside", {"steps": []})
    done(dataset_ask(dataset=fresh(second), user=user))
    assert fresh(first).current is not None
    assert fresh(aside).current is None
    unread(first)
    outputs_release()
    recipe_update(recipe=second, user=user, params={"steps": []})
    done(dataset_ask(dataset=fresh(second), user=user))
    assert [version(first).number, version(second).number] == [1, 2]
    assert fresh(second).versions.count() == 1  # only the latest is known


def test_an_import_is_always_kept(project: Project) -> None:
    orders = make_dataset(project)
    make_version(orders)
    folder = Path(settings.DATA_DIR) / orders.versions.first().folder  # type: ignore[union-attr]
    os.utime(folder, (0, 0))
    assert outputs_release() == 0
    assert orders.versions.count() == 2


@pytest.mark.parametrize("why", ["busy", "keeps"])
def test_rows_stay_while_a_job_is_at_work_or_the_project_keeps_them(
    project: Project, user: User, first: Recipe, why: str
) -> None:
    done(recipe_run_start(recipe=first, user=user))
    unread(first)
    if why == "busy":
        make_job(project, state=Job.State.RUNNING)
    else:
        Project.objects.update(persistency="keep_all")
    assert outputs_release() == 0


def test_a_released_version_comes_back_in_a_project_that_now_keeps_all(
    project: Project, user: User, first: Recipe, second: Recipe
) -> None:
    done(recipe_run_start(recipe=first, user=user))
    unread(first)
    outputs_release()
    Project.objects.update(persistency="keep_all")
    done(recipe_run_start(recipe=second, user=user))
    assert [version(first).number, version(first).released] == [1, None]


def test_a_script_that_gives_the_same_bytes_gives_the_same_version(project: Project) -> None:
    recipe = make_recipe(project, [], "script", {"code": "output = 1"}, kind="python")
    made = make_run(recipe)
    DatasetVersion.objects.update(released=now())
    again = ReadResult(made.columns, made.rows, made.files, made.bytes, {})
    assert released_same(recipe, again, made.origin) == made
    other = [{**file, "sha256": "0" * 64} for file in made.files]
    assert released_same(recipe, ReadResult(made.columns, 3, other, 1, {}), made.origin) is None
    assert released_same(recipe, again, {**made.origin, "revision": 2}) is None


def test_a_preview_has_its_input_made(project: Project, user: User, first: Recipe) -> None:
    done(recipe_run_start(recipe=first, user=user))
    unread(first)
    outputs_release()
    asked: dict[str, Any] = {"kind": "prepare", "inputs": [fresh(first)], "params": {"steps": []}}
    with pytest.raises(PreviewPending, match="The rows of “first” are being made"):
        recipe_preview(project=project, user=user, seconds=0, **asked)
    work_off()
    assert version(first).released is None


def test_pages_wait_and_lead_back(project: Project, user: User, first: Recipe) -> None:
    done(recipe_run_start(recipe=first, user=user))
    unread(first)
    outputs_release()
    viewer = Client()
    viewer.force_login(make_member(project, "viewer").user)
    page = reverse("dataset", args=[project.pk, first.output_id])
    for name in ("dataset", "dataset_chart", "dataset_columns", "dataset_download"):
        asked = reverse(name, args=[project.pk, first.output_id])
        answer = viewer.get(asked)
        assert answer.status_code == 302, name
        wait = answer["Location"]
        assert wait.startswith(reverse("dataset_wait", args=[project.pk, first.output_id]))
    wait = viewer.get(f"{page}?sort=Price")["Location"]
    shown = viewer.get(wait).content.decode()
    assert "the rows are being made" in shown
    assert "Make the rows" in shown
    assert not Job.objects.filter(state="queued").exists()  # looking starts nothing
    assert viewer.post(wait)["Location"] == wait
    assert viewer.get(wait).status_code == 200
    work_off()
    assert viewer.get(wait)["Location"] == f"{page}?sort=Price"
    assert viewer.get(page).status_code == 200


def test_a_part_of_a_page_takes_the_whole_page_to_wait(
    project: Project, user: User, first: Recipe
) -> None:
    done(recipe_run_start(recipe=first, user=user))
    unread(first)
    outputs_release()
    client = Client()
    client.force_login(user)
    page = reverse("dataset", args=[project.pk, first.output_id])
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}?page=2"}
    answer = client.get(f"{page}?page=3", headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"].endswith(
        "?next=" + f"{page}?page=2".replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
    )


def test_a_page_asks_by_itself_until_it_fails(project: Project, user: User, first: Recipe) -> None:
    client = Client()
    client.force_login(user)
    page = reverse("dataset", args=[project.pk, first.output_id])
    assert 'id="rows-ask"' in client.get(page).content.decode()  # never run yet
    done(dataset_ask(dataset=fresh(first), user=user))
    assert 'id="rows-ask"' not in client.get(page).content.decode()
    recipe_update(
        recipe=first, user=user, params={"steps": [{**DOUBLED["steps"][0], "column": "B"}]}
    )
    assert 'id="rows-ask"' in client.get(page).content.decode()  # out of date
    Dataset.objects.get(name="orders").versions.update(folder="nowhere")
    job = dataset_ask(dataset=fresh(first), user=user)
    work_off()
    assert job is not None
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    shown = client.get(page).content.decode()
    assert 'id="rows-ask"' not in shown
    assert 'id="recipe-run"' in shown
    assert "Twice" in shown  # the last good rows are there still


@override_settings(OUTPUT_IDLE_SECONDS=0)
def test_the_api_says_so_and_makes_them(project: Project, user: User, first: Recipe) -> None:
    done(recipe_run_start(recipe=first, user=user))
    unread(first)
    outputs_release()
    client = Client()
    client.force_login(user)
    found = client.get(f"/api/v1/datasets/{first.output_id}").json()
    assert [found["stored"], found["rows"]] == [False, 3]
    refused = client.get(f"/api/v1/datasets/{first.output_id}/rows")
    assert [refused.status_code, refused.json()["error"]["code"]] == [409, "rows_released"]
    asked = client.post(f"/api/v1/datasets/{first.output_id}/rows")
    assert [asked.status_code, asked.json()["job"]["state"]] == [202, "queued"]
    work_off()
    assert client.get(f"/api/v1/datasets/{first.output_id}/rows").json()["count"] == 3
    again = client.post(f"/api/v1/datasets/{first.output_id}/rows")
    assert [again.status_code, again.json()] == [200, {"job": None}]
