"""Start, wait for, cancel, retry and list background jobs; what all apps call."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from projects.jobs import attempts, enqueue, log, registry
from projects.jobs.events import publish_change, wait_for_changes
from projects.jobs.plain import plain_json, plain_text
from projects.models import Job, Membership, Project, User
from projects.services.limits import jobs_limit
from segplatform.kernel.errors import Conflict, Forbidden, NotFound

State = Job.State
# Twice is enough for an honest race; the rest is for many people pressing at once.
TRIES = 20
TITLE_LENGTH = 200
ENDED_BADLY = (State.FAILED, State.CANCELLED, State.LOST)


def job_start(
    *,
    project: Project,
    user: User,
    name: str,
    subject: str,
    title: str,
    args: dict[str, Any],
    url: str = "",
    queue: str | None = None,
    parent: Job | None = None,
    hidden: bool = False,
) -> Job:
    """Start a registered job after commit, or return the active one of this subject.

    A ``hidden`` one (a preview) takes the place of the hidden one before it instead, which is
    cancelled: put the person into its subject, else people cancel each other's.
    Start the parts of a group in one transaction with it, else it may end with the first.
    ``KeyError`` for a name that is not registered, ``Conflict`` for a group that has ended.
    """
    kind = registry.get(name)
    if parent is not None:
        _check_open(parent)
    row = Job(
        project=project, created_by=user, name=name, subject=subject,
        title=plain_text(title, TITLE_LENGTH), args=plain_json(args),
        url=url, queue=queue or kind.queue, parent=parent, hidden=hidden,
    )  # fmt: skip
    return _start(row)


def _start(row: Job) -> Job:
    job = _insert(row)
    if job is row:
        enqueue.enqueue(job)
        publish_change(job)
    return job


def job_group_start(
    *, project: Project, user: User, name: str, subject: str, title: str, url: str = ""
) -> Job:
    """Start a parent: nothing runs for it, its progress and its end are those of its parts."""
    row = Job(
        project=project, created_by=user, name=name, subject=subject,
        title=plain_text(title, TITLE_LENGTH), url=url,
        state=State.RUNNING, started=timezone.now(),
    )  # fmt: skip
    job = _insert(row)
    publish_change(job)
    return job


def _insert(row: Job) -> Job:
    """Save the row, or return the active one of its subject (the constraint decides)."""
    for _ in range(TRIES):
        if active := _active(row):
            return active
        jobs_limit(job=row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # somebody was quicker; or that one has just ended again
        return row
    raise Conflict("This is being started by somebody else right now. Try again in a moment.")


def _active(row: Job) -> Job | None:
    """Find the active job of the row's subject, taking a hidden one out of a hidden one's way."""
    active = Job.objects.filter(
        subject=row.subject, project_id=row.project_id, state__in=Job.ACTIVE
    ).first()
    if active is None or not (row.hidden and active.hidden):
        return active
    _replace(active)
    return None


def _replace(job: Job) -> None:
    """Cancel a preview at once: nobody waits for it, and it leaves nothing behind."""
    ended = Job.objects.filter(pk=job.pk, state__in=Job.ACTIVE).update(
        state=State.CANCELLED, cancel_requested=True, lease_until=None, finished=Now()
    )
    if ended and job.state == State.RUNNING:
        enqueue.stop_now(job)
    elif ended:
        enqueue.withdraw(job)
    publish_change(job)


def _check_open(parent: Job) -> None:
    parent.refresh_from_db(fields=["state", "cancel_requested"])
    if parent.cancel_requested or not parent.is_active:
        raise Conflict("This has ended or is being cancelled; nothing can be added to it.")


def job_wait(*, job: Job, seconds: float) -> Job:
    """Block until the job has ended or the time is up; return it as it is then."""
    for _ in wait_for_changes(job.pk, seconds):
        job.refresh_from_db()
        if not job.is_active:
            break
    return job


def jobs_hold(*, jobs: QuerySet[Job]) -> list[Job]:
    """Give the active ones among these jobs, groups first, locked until the caller commits.

    A job locks its own row, then what it publishes to, then the audit log. Whoever cancels jobs
    in a transaction that locks anything else has to lock them first, or the two wait for each
    other for ever (which PostgreSQL ends as a deadlock).
    """
    active = jobs.filter(state__in=Job.ACTIVE).select_for_update(no_key=True)
    return sorted(active.order_by("pk"), key=lambda job: bool(job.parent_id))


def job_cancel(*, job: Job) -> Job:
    """Cancel a queued job at once, ask a running one to stop, and a group's parts likewise.

    A job that has ended stays as it is.
    """
    if Job.objects.filter(pk=job.pk, state__in=Job.ACTIVE).update(cancel_requested=True):
        for part in job.children.filter(state__in=Job.ACTIVE):
            job_cancel(job=part)
        job.refresh_from_db()
        _cancel(job)
        publish_change(job)
    job.refresh_from_db()
    return job


def _cancel(job: Job) -> None:
    """Follow the flag up; it is set, so whoever starts or requeues the job meanwhile sees it."""
    queued = Job.objects.filter(pk=job.pk, state=State.QUEUED)
    if queued.update(state=State.CANCELLED, finished=Now()):
        enqueue.withdraw(job)
        log.flush(job.pk)
        attempts.after_end(job)
    else:
        enqueue.stop_soon(job)
        attempts.end_group(job)


def job_retry(*, job: Job, user: User) -> Job:
    """Start a failed, cancelled or lost job once more, as a new row; ``Conflict`` otherwise."""
    if job.state not in ENDED_BADLY:
        raise Conflict("Only a job that failed, was cancelled or was lost can be retried.")
    if job.children.exists():
        raise Conflict("This job has parts: retry those that failed.")
    row = Job(
        project=job.project, created_by=user, name=job.name, subject=job.subject, title=job.title,
        args=job.args, url=job.url, queue=job.queue, parent=job.parent, hidden=job.hidden,
    )  # fmt: skip
    return _start(row)


def job_list_active(*, user: User) -> QuerySet[Job]:
    """List what is queued or running in the person's projects; a group stands for its parts."""
    alone = Q(parent=None) | ~Q(parent__state__in=Job.ACTIVE)
    return Job.objects.filter(
        alone, project__memberships__user=user, state__in=Job.ACTIVE, hidden=False
    ).select_related("project", "created_by")


def job_list(*, project: Project) -> QuerySet[Job]:
    """List the jobs of a project but previews, newest first."""
    return project.jobs.filter(hidden=False).select_related("created_by")


def job_get(*, user: User, job_id: UUID, role: str = "viewer") -> Job:
    """Return a job of the person's projects, with ``job.project.membership`` set.

    ``NotFound`` for strangers (as if there were none), ``Forbidden`` for too low a role.
    """
    job = Job.objects.select_related("project", "created_by").filter(pk=job_id).first()
    member = Membership.objects.filter(project__jobs=job_id, user=user).first()
    if job is None or member is None:
        raise NotFound("There is no such job.")
    if not member.allows(role):
        raise Forbidden(f"This needs the role {role} in the project.")
    job.project.membership = member
    return job


def job_log(*, job: Job) -> list[str]:
    """Return the job's log lines so far, control characters written out."""
    return log.read(job.pk)
