"""Jobs of a project: list, page, live part, log, cancel, retry."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from projects.jobs import log
from projects.models import Job, Project, User
from tests.factories import make_job, make_project
from tests.projects.views.conftest import Browser

State = Job.State
TRIGGER = "hx-trigger"


def url(job: Job, part: str = "") -> str:
    return f"/projects/{job.project_id}/jobs/{job.pk}/{part}"


def running(project: Project, **fields: object) -> Job:
    values = {"state": State.RUNNING, "progress": 0.42, "message": "Reading rows"}
    return make_job(project, title="Import orders", **(values | fields))


def test_it_lists_the_jobs(page: Client, project: Project) -> None:
    running(project)
    make_job(project, title="Old one", state=State.FAILED)
    html = page.get(f"/projects/{project.pk}/jobs/").text
    assert "Import orders" in html
    assert ">42 % · " in html
    assert "Failed" in html
    assert "Old one" not in page.get(f"/projects/{project.pk}/jobs/?q=import").text


def test_it_says_that_nothing_has_run(page: Client, project: Project) -> None:
    assert "Nothing has run yet" in page.get(f"/projects/{project.pk}/jobs/").text


def test_it_shows_a_running_job_live(page: Client, project: Project) -> None:
    job = running(project)
    html = page.get(url(job)).text
    assert "Reading rows" in html
    assert 'value="42"' in html
    assert f'sse-connect="{url(job, "events/")}"' in html
    assert f'hx-get="{url(job, "progress/")}"' in html


def test_it_shows_the_error_and_its_id(page: Client, project: Project) -> None:
    job = make_job(project, state=State.FAILED, error="The file is <empty>.", error_id="ab12cd34")
    html = page.get(url(job)).text
    assert "The file is &lt;empty&gt;." in html
    assert "ab12cd34" in html
    assert "Retry" in html


def test_it_says_how_long_it_took(page: Client, project: Project) -> None:
    now = timezone.now()
    job = make_job(
        project, state=State.SUCCEEDED, started=now - timedelta(seconds=90), finished=now
    )
    assert "1 min 30 s" in page.get(url(job)).text


def test_its_live_part_replaces_only_the_inside_while_it_runs(
    page: Client, project: Project, htmx: dict[str, str]
) -> None:
    job = running(project)
    response = page.get(url(job, "progress/"), headers=htmx)
    assert response["HX-Retarget"] == f"#job-{job.pk}-body"
    assert response["HX-Reswap"] == "innerHTML"
    assert TRIGGER not in response.text


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELLED, State.LOST])
def test_its_live_part_carries_no_trigger_once_it_ended(
    page: Client, project: Project, htmx: dict[str, str], state: str
) -> None:
    job = make_job(project, state=state, url="/projects/")
    response = page.get(url(job, "progress/"), headers=htmx)
    assert f'data-job-state="{state}"' in response.text
    assert TRIGGER not in response.text
    assert "sse-connect" not in response.text
    assert "HX-Retarget" not in response
    assert ("Open the result" in response.text) == (state == State.SUCCEEDED)


def test_it_shows_the_log_and_asks_again_only_while_it_runs(page: Client, project: Project) -> None:
    job = running(project)
    assert TRIGGER in page.get(url(job, "log/")).text
    Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED)
    lines = log.JobLog(job.pk)
    lines.add("read <10> rows")
    lines.close()
    html = page.get(url(job, "log/")).text
    assert "read &lt;10&gt; rows" in html
    assert TRIGGER not in html


def test_it_cancels(page: Client, project: Project, htmx: dict[str, str]) -> None:
    job = make_job(project, state=State.QUEUED)
    response = page.post(url(job, "cancel/"), headers=htmx)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert "Cancelled" in response.text


def test_it_returns_to_the_page_that_asked_to_cancel(page: Client, project: Project) -> None:
    here = f"/projects/{project.pk}/jobs/"
    job = running(project)
    assert page.post(url(job, "cancel/"), {"next": here})["Location"] == here
    assert page.post(url(job, "cancel/"), {"next": "https://evil.example/"})["Location"] == url(job)
    assert page.post(url(job, "cancel/"), {"next": "//evil.example/"})["Location"] == url(job)


def test_it_retries_as_a_new_job(page: Client, project: Project) -> None:
    job = make_job(project, state=State.FAILED, args={"rows": 3})
    response = page.post(url(job, "retry/"))
    again = Job.objects.exclude(pk=job.pk).get()
    assert response["Location"] == url(again)
    assert again.args == {"rows": 3}


def test_it_does_not_retry_what_succeeded(page: Client, project: Project) -> None:
    job = make_job(project, state=State.SUCCEEDED)
    assert page.post(url(job, "retry/")).status_code == 409


def test_it_hides_cancel_and_retry_from_viewers(
    browser: Browser, viewer: User, project: Project
) -> None:
    client = browser(viewer)
    assert "cancel/" not in client.get(url(running(project))).text
    assert "retry/" not in client.get(url(make_job(project, state=State.FAILED))).text


def test_a_job_of_another_project_is_not_found_here(
    page: Client, project: Project, owner: User
) -> None:
    other = make_job(make_project(owner))
    for part in ("", "progress/", "log/", "events/"):
        assert page.get(f"/projects/{project.pk}/jobs/{other.pk}/{part}").status_code == 404
    assert page.post(f"/projects/{project.pk}/jobs/{other.pk}/cancel/").status_code == 404


def test_the_menu_shows_what_runs_everywhere(page: Client, project: Project, owner: User) -> None:
    running(project)
    make_job(project, title="Preview", state=State.RUNNING, hidden=True)
    make_job(make_project(owner), title="Queued one")
    make_job(make_project(), title="Of a stranger", state=State.RUNNING)
    html = page.get("/jobs/menu/").text
    assert 'data-count="2"' in html
    assert "Import orders" in html
    assert "Queued one" in html
    assert "Preview" not in html
    assert "Of a stranger" not in html


def test_the_menu_says_when_nothing_runs(page: Client) -> None:
    html = page.get("/jobs/menu/").text
    assert 'data-count="0"' in html
    assert "Nothing runs right now" in html
