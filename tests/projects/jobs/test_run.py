"""One attempt of a job: how it ends, and what its row says then."""

import logging

import pytest

from projects.jobs.runner import NO_RIGHT, TOO_LONG, UNEXPECTED, run_job
from projects.models import AuditEntry, Job, Membership, Project
from projects.services.jobs import job_log
from segplatform.kernel.actor import current_actor
from tests.factories import make_job, make_member, make_user

pytestmark = pytest.mark.usefixtures("queue_server")


def run(project: Project, name: str, **fields: object) -> Job:
    job = make_job(project, name=name, **fields)
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


def test_it_succeeds_with_the_result(project: Project) -> None:
    job = run(project, "tests.nothing")
    assert (job.state, job.attempt, job.progress) == ("succeeded", 1, 1)
    assert job.result["pid"]
    assert job.started
    assert job.finished >= job.started
    assert job.lease_until is None
    assert job_log(job=job) == ["did nothing"]


def test_what_it_does_is_on_record_as_its_person_s(project: Project) -> None:
    job = run(project, "tests.records")
    entry = AuditEntry.objects.get(project_id=project.pk)
    assert (entry.actor_id, entry.via, entry.address) == (job.created_by_id, "job", "")
    assert current_actor().via == "system"


def test_it_stores_any_text_in_the_result(project: Project) -> None:
    assert run(project, "tests.odd_text").result == {"nul\ufffd": ["a\ufffdb", "\\u0000", "?", "é"]}


def test_it_runs_only_what_is_queued(project: Project) -> None:
    job = run(project, "tests.nothing", state="cancelled")
    assert (job.state, job.attempt) == ("cancelled", 0)


def test_it_ignores_a_second_message_of_the_same_row(project: Project) -> None:
    job = run(project, "tests.nothing")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.attempt == 1


def test_it_shows_a_user_error_as_it_is(project: Project) -> None:
    job = run(project, "tests.asks")
    assert job.state == "failed"
    assert job.error == "The file has no rows: choose another one."
    assert job.error_id == ""


@pytest.mark.parametrize(
    "name", ["tests.breaks", "tests.exits", "tests.odd_result", "tests.not_a_number", "tests.gone"]
)
def test_it_hides_what_is_unexpected_behind_an_id(
    project: Project, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with caplog.at_level(logging.ERROR):
        job = run(project, name)
    assert (job.state, job.error) == ("failed", UNEXPECTED)
    assert len(job.error_id) == 12
    assert job.error_id in caplog.text
    assert "Traceback" in caplog.text


def test_a_deadlock_is_tried_once_more(project: Project, queue_server: str) -> None:
    job = run(project, "tests.is_in_the_way")
    assert (job.state, job.attempt, job.error) == ("queued", 1, "")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == ("failed", 2, UNEXPECTED)


def test_it_says_so_when_it_took_too_long(project: Project) -> None:
    assert run(project, "tests.too_long").error == TOO_LONG


def test_it_is_cancelled_at_a_step(project: Project) -> None:
    job = run(project, "tests.steps", cancel_requested=True)
    assert (job.state, job.error) == ("cancelled", "")


def test_what_was_stopped_does_not_fail_as_well(project: Project) -> None:
    job = run(project, "tests.asks", cancel_requested=True)
    assert (job.state, job.error) == ("cancelled", "")


def test_it_leaves_the_row_alone_when_superseded(project: Project) -> None:
    job = run(project, "tests.superseded")
    assert job.state == "running"
    assert job.lease_until


def test_it_does_not_run_for_who_was_made_a_viewer_meanwhile(project: Project) -> None:
    viewer = make_member(project, "viewer").user
    job = run(project, "tests.nothing", created_by=viewer)
    assert (job.state, job.error) == ("failed", NO_RIGHT)


def test_it_runs_a_preview_for_a_viewer(project: Project) -> None:
    viewer = make_member(project, "viewer").user
    assert run(project, "tests.nothing", created_by=viewer, hidden=True).state == "succeeded"


def test_it_does_not_run_for_who_left_or_was_closed_out(project: Project) -> None:
    closed = make_member(project, "owner", make_user(is_active=False)).user
    assert run(project, "tests.nothing", created_by=closed).error == NO_RIGHT
    assert run(project, "tests.nothing", created_by=make_user()).error == NO_RIGHT
    assert run(project, "tests.nothing", created_by=None).error == NO_RIGHT
    Membership.objects.filter(project=project).delete()
    assert run(project, "tests.nothing", hidden=True, created_by=closed).error == NO_RIGHT


def test_it_runs_without_the_queue_server_too(project: Project, no_queue: None) -> None:
    job = run(project, "tests.nothing")
    assert job.state == "succeeded"
    assert job_log(job=job) == ["did nothing"]
