"""The live part of a job as a stream of events."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from projects.jobs.events import job_changes
from projects.models import Job, Project
from projects.services.jobs import job_get
from projects.views.jobs import job_of
from projects.web.access import ProjectRequest, project_view
from projects.web.sse import event_stream, sse_event
from segplatform.kernel.errors import UserError

KEEP_ALIVE = b": still here\n\n"  # tells us, and proxies, whether anybody still listens


@require_GET
@project_view()
async def job_events(
    request: ProjectRequest, project: Project, job_id: UUID
) -> StreamingHttpResponse:
    """Stream the inside of ``_job_progress.html`` at each change; ``finished`` ends the stream."""
    job = await sync_to_async(job_of)(request, project, job_id)
    return event_stream(job_fragments(request, job))


async def job_fragments(request: ProjectRequest, job: Job) -> AsyncIterator[bytes]:
    """Give an event at each change, until the job ends or the person may not see it any more."""
    sent: Job | None = None
    async with aclosing(job_changes(job.pk)) as news:
        async for _ in news:
            try:
                job = await sync_to_async(job_get)(user=request.user, job_id=job.pk)
            except UserError:
                break
            changed = sent is None or shown(job) != shown(sent)
            yield await sync_to_async(job_fragment)(request, job) if changed else KEEP_ALIVE
            sent = job
            if not job.is_active:
                break
    yield sse_event("finished", "")


def job_fragment(request: ProjectRequest, job: Job) -> bytes:
    """Render the job as it is now."""
    return sse_event("job", render_to_string("projects/_job_body.html", {"job": job}, request))


def shown(job: Job) -> tuple[object, ...]:
    """Give what of a job is on the page."""
    return job.state, job.progress, job.message, job.cancel_requested
