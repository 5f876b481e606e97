"""After a crash: rows and queue are brought together again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.jobs import attempts, log
from projects.jobs.connection import client, queue
from projects.jobs.reconcile import LOST, reconcile
from projects.jobs.runner import run_job
from projects.models import Job, Project
from projects.services.jobs import job_group_start, job_log
from tests.factories import make_job

pytestmark = pytest.mark.usefixtures("empty_queue")


def make_old(project: Project, **fields: object) -> Job:
    job = make_job(project, **fields)
    Job.objects.filter(pk=job.pk).update(created=timezone.now() - timedelta(minutes=1))
    return job


def make_expired(project: Project, attempt: int = 1, **fields: object) -> Job:
    past = timezone.now() - timedelta(seconds=1)
    return make_job(project, state="running", attempt=attempt, lease_until=past, **fields)


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_it_changes_nothing_where_all_is_well(project: Project) -> None:
    attempts.take(str(make_job(project).pk))
    make_job(project, state="succeeded", finished=timezone.now())
    assert not any(reconcile().values())


def test_it_sends_what_the_queue_forgot_and_only_once(project: Project) -> None:
    jobs = [make_old(project) for _ in range(3)]
    assert reconcile()["requeued"] == 3
    assert sorted(queue("default").get_job_ids()) == sorted(f"{job.pk}_1" for job in jobs)
    assert reconcile()["requeued"] == 0
    client().flushall()
    assert reconcile()["requeued"] == 3


def test_it_sends_what_a_worker_popped_and_never_started(project: Project) -> None:
    make_old(project)
    reconcile()
    client().lpop("rq:queue:default")
    assert reconcile()["requeued"] == 1


def test_it_gives_a_new_row_time_to_be_sent(project: Project) -> None:
    make_job(project)
    assert reconcile()["requeued"] == 0


def test_it_waits_for_a_queue_server_that_is_away(project: Project, no_queue: None) -> None:
    job = make_old(project)
    assert reconcile()["requeued"] == 0
    assert state(job) == "queued"


def test_it_calls_a_job_lost_and_keeps_its_log(project: Project) -> None:
    job = make_expired(project)
    log.JobLog(job.pk).add("the last words")
    assert reconcile()["lost"] == 1
    assert state(job) == "lost"
    assert job.error == LOST
    assert job.finished
    assert log.log_path(job.pk).exists()
    assert job_log(job=job) == ["the last words"]


def test_it_starts_an_idempotent_job_once_more(project: Project) -> None:
    job = make_expired(project, name="tests.dies_once")
    assert reconcile()["retried"] == 1
    assert (state(job), job.attempt) == ("queued", 1)
    assert queue("default").get_job_ids() == [f"{job.pk}_2"]
    run_job(str(job.pk))
    assert (state(job), job.attempt, job.result) == ("succeeded", 2, {"attempt": 2})


@pytest.mark.parametrize("fields", [{"attempt": 2}, {"hidden": True}])
def test_it_starts_it_no_third_time_and_no_preview_again(
    project: Project, fields: dict[str, object]
) -> None:
    job = make_expired(project, name="tests.dies_once", **fields)
    assert reconcile()["lost"] == 1
    assert state(job) == "lost"


def test_it_cancels_what_should_have_been_cancelled(project: Project) -> None:
    job = make_expired(project, name="tests.dies_once", cancel_requested=True)
    assert reconcile()["cancelled"] == 1
    assert state(job) == "cancelled"


def test_it_does_not_touch_a_lease_that_was_renewed_meanwhile(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_expired(project)
    monkeypatch.setattr("projects.jobs.reconcile._may_retry", lambda job: not attempts.renew(job))
    assert not any(reconcile().values())
    assert state(job) == "running"


def test_it_ends_a_group_whose_last_part_could_not(project: Project) -> None:
    group = job_group_start(
        project=project, user=project.membership.user, name="tests.group", subject="g", title="G"
    )
    make_job(project, parent=group, state="succeeded")
    Job.objects.filter(pk=group.pk).update(created=timezone.now() - timedelta(minutes=1))
    assert reconcile()["groups"] == 1
    assert state(group) == "succeeded"


def test_it_drops_previews_after_an_hour(project: Project) -> None:
    old, recent = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(minutes=50)
    preview = make_job(project, hidden=True, state="succeeded", finished=old)
    log.JobLog(preview.pk).add("seen")
    log.flush(preview.pk)
    kept = [
        make_job(project, hidden=True, state="succeeded", finished=recent),
        make_job(project, state="succeeded", finished=old),
    ]
    assert reconcile()["deleted"] == 1
    assert set(Job.objects.all()) == set(kept)
    assert not log.log_path(preview.pk).exists()
