"""Jobs by the API."""

from collections.abc import Callable

from projects.jobs import log
from projects.models import Job, Project, User
from tests.factories import make_job, make_project
from tests.projects.api.conftest import Script

State = Job.State


def test_it_reads_a_job(script: Script, project: Project) -> None:
    job = make_job(project, state=State.RUNNING, progress=0.5, message="Reading")
    status, body = script("GET", f"/jobs/{job.pk}")
    assert status == 200
    assert body["id"] == str(job.pk)
    assert body["project"] == str(project.pk)
    assert body["state"] == "running"
    assert body["progress"] == 0.5
    assert body["finished"] is None


def test_it_lists_the_jobs_of_a_project(script: Script, project: Project) -> None:
    make_job(project)
    make_job(project, hidden=True)
    assert script("GET", f"/projects/{project.pk}/jobs")[1]["count"] == 1


def test_it_reads_the_log(script: Script, project: Project) -> None:
    job = make_job(project, state=State.SUCCEEDED)
    lines = log.JobLog(job.pk)
    lines.add("one")
    lines.add("two")
    lines.close()
    assert script("GET", f"/jobs/{job.pk}/log") == (200, {"lines": ["one", "two"], "count": 2})


def test_it_cancels_and_retries(script: Script, project: Project) -> None:
    job = make_job(project)
    status, body = script("POST", f"/jobs/{job.pk}/cancel")
    assert (status, body["job"]["state"]) == (202, "cancelled")
    status, body = script("POST", f"/jobs/{job.pk}/retry")
    assert (status, body["job"]["state"]) == (202, "queued")
    assert body["job"]["id"] != str(job.pk)


def test_it_does_not_retry_what_succeeded(script: Script, project: Project) -> None:
    job = make_job(project, state=State.SUCCEEDED)
    status, body = script("POST", f"/jobs/{job.pk}/retry")
    assert (status, body["error"]["code"]) == (409, "conflict")


def test_jobs_of_others_do_not_exist(script: Script) -> None:
    job = make_job(make_project())
    for method, path in (("GET", ""), ("GET", "/log"), ("POST", "/cancel"), ("POST", "/retry")):
        assert script(method, f"/jobs/{job.pk}{path}")[0] == 404


def test_a_viewer_may_look_only(
    script_of: Callable[..., Script], viewer: User, project: Project
) -> None:
    job = make_job(project)
    script = script_of(viewer)
    assert script("GET", f"/jobs/{job.pk}")[0] == 200
    assert script("POST", f"/jobs/{job.pk}/cancel")[0] == 403
