"""What all previews share: a short job that the person waits for."""

from typing import Any

from projects.models import Job, Project, User
from projects.services.jobs import job_cancel, job_start, job_wait
from segplatform.kernel.errors import Conflict, UserError

PREVIEW_SECONDS = 10.0
REMEMBERED = 5  # options between which a person goes back and forth


class PreviewPending(Conflict):
    """The preview is still being made; asking again joins the same work."""

    code = "pending"


def preview_ask(
    *,
    project: Project,
    user: User,
    name: str,
    subject: str,
    title: str,
    args: dict[str, Any],
    seconds: float,
    pending: str,
    stopped: str,
    reuse: bool = False,
) -> dict[str, Any]:
    """Run the preview job ``name`` with ``args``, or join the one that does; give its result.

    With ``reuse`` the result of an earlier one will do: what it looks at never changes.

    One with other ``args`` of the same ``subject`` is cancelled. Raises ``UserError`` with the
    job's own sentence (``stopped`` where it has none), ``PreviewPending`` with the sentence
    ``pending`` where ``seconds`` were not enough.
    """
    if reuse and (done := _made_before(subject, args)):
        return dict(done.result)
    job = job_active(subject=subject)
    if job is None or job.args != args:
        job = job_start(
            project=project, user=user, name=name, subject=subject, title=title[:200],
            args=args, hidden=True,
        )  # fmt: skip
    job = job_wait(job=job, seconds=seconds)
    if job.state == Job.State.SUCCEEDED:
        return dict(job.result)
    if job.is_active:
        raise PreviewPending(pending)
    raise UserError(job.error or stopped)


def _made_before(subject: str, args: dict[str, Any]) -> Job | None:
    """Return one of the last previews of a subject where it was made with the same ``args``."""
    ended = Job.objects.filter(subject=subject, state=Job.State.SUCCEEDED)
    for pk, made_with in ended.values_list("pk", "args")[:REMEMBERED]:
        if made_with == args:
            return Job.objects.get(pk=pk)
    return None


def preview_subject(*, project: Project, user: User) -> str:
    """Name what a person's preview of a recipe works on: there is one at a time."""
    return f"recipe_preview:{project.pk}:{user.pk}"


def preview_stop(*, project: Project, user: User) -> None:
    """Cancel the preview that the person waits for, if there is one."""
    if job := job_active(subject=preview_subject(project=project, user=user)):
        job_cancel(job=job)


def job_active(*, subject: str) -> Job | None:
    """Return the job that works on this subject now."""
    return Job.objects.filter(subject=subject, state__in=Job.ACTIVE).first()
