"""Jobs: list, look, log, cancel, retry."""

from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status

from projects.models import Job
from projects.services.jobs import job_cancel, job_get, job_list, job_log, job_retry
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import JobAnswer, JobOut, errors

router = Router(tags=["Jobs"])


class JobList(Schema):
    """One page of jobs."""

    items: list[JobOut]
    count: int


class LogOut(Schema):
    """What a job wrote, line by line."""

    lines: list[str]
    count: int


@router.get(
    "/projects/{uuid:project_id}/jobs", response={200: JobList, **errors(404)}, summary="List jobs"
)
def list_jobs(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the jobs of a project, newest first."""
    project = project_get(user=request.user, project_id=project_id)
    return paginate(job_list(project=project), limit, offset)


@router.get("/jobs/{uuid:job_id}", response={200: JobOut, **errors(404)}, summary="Get a job")
def get_job(request: ApiRequest, job_id: UUID) -> Job:
    """Read one job: its state and how far it is."""
    return job_get(user=request.user, job_id=job_id)


@router.get(
    "/jobs/{uuid:job_id}/log", response={200: LogOut, **errors(404)}, summary="Get a job's log"
)
def get_job_log(request: ApiRequest, job_id: UUID) -> dict[str, Any]:
    """Read the log so far."""
    lines = job_log(job=job_get(user=request.user, job_id=job_id))
    return {"lines": lines, "count": len(lines)}


@router.post(
    "/jobs/{uuid:job_id}/cancel",
    response={202: JobAnswer, **errors(403, 404, 409)},
    summary="Cancel a job",
)
def cancel_job(request: ApiRequest, job_id: UUID) -> Status[dict[str, Job]]:
    """Ask a job to stop; editors and owners may."""
    job = job_get(user=request.user, job_id=job_id, role="editor")
    job_cancel(job=job)
    job.refresh_from_db()
    return Status(202, {"job": job})


@router.post(
    "/jobs/{uuid:job_id}/retry",
    response={202: JobAnswer, **errors(403, 404, 409)},
    summary="Retry a job",
)
def retry_job(request: ApiRequest, job_id: UUID) -> Status[dict[str, Job]]:
    """Start the same work again as a new job; editors and owners may."""
    job = job_get(user=request.user, job_id=job_id, role="editor")
    return Status(202, {"job": job_retry(job=job, user=request.user)})
