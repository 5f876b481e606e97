"""The jobs of a project: what runs, how far it is, its log, cancel and retry."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from projects.models import Job, Project
from projects.services.jobs import job_cancel as cancel
from projects.services.jobs import job_get, job_list, job_list_active
from projects.services.jobs import job_log as log_lines
from projects.services.jobs import job_retry as retry
from projects.web.access import ProjectRequest, UserRequest, project_view, user_view
from projects.web.htmx import is_htmx, redirect_to, render_either, safe_next
from projects.web.lists import list_page
from segplatform.kernel.errors import NotFound

SORTS = {"created": "-created", "title": "title", "state": "state"}
SORT_LABELS = {"created": "Newest first", "title": "Title", "state": "State"}
JOBS_PER_PAGE = 50


def job_of(request: ProjectRequest, project: Project, job_id: UUID) -> Job:
    """Find a job of this project; a job of another one does not exist here."""
    job = job_get(user=request.user, job_id=job_id)
    if job.project_id != project.pk:
        raise NotFound("There is no such job in this project.")
    return job


@require_GET
@project_view()
def job_list_page(request: ProjectRequest, project: Project) -> HttpResponse:
    """List the jobs of the project; ``?q``, ``?sort`` and ``?page`` say which."""
    jobs = job_list(project=project)
    found = list_page(request, jobs, search=("title",), sorts=SORTS, size=JOBS_PER_PAGE)
    context = {"list": found, "sorts": SORT_LABELS}
    return render_either(request, "projects/job_list.html", "projects/_job_table.html", context)


@require_GET
@project_view()
def job_detail(request: ProjectRequest, project: Project, job_id: UUID) -> HttpResponse:
    """Show one job with its log."""
    job = job_of(request, project, job_id)
    context = {"job": job, "lines": log_lines(job=job)}
    return render(request, "projects/job_detail.html", context)


@require_GET
@project_view()
def job_progress(request: ProjectRequest, project: Project, job_id: UUID) -> HttpResponse:
    """Give the live part of a job: only its inside while it runs, all of it once it ended.

    What is shown at the end carries no trigger, so that asking ends by itself.
    """
    job = job_of(request, project, job_id)
    if not job.is_active:
        return render(request, "projects/_job_progress.html", {"job": job})
    response = render(request, "projects/_job_body.html", {"job": job})
    response["HX-Retarget"] = f"#job-{job.pk}-body"
    response["HX-Reswap"] = "innerHTML"
    return response


@require_GET
@project_view()
def job_log(request: ProjectRequest, project: Project, job_id: UUID) -> HttpResponse:
    """Give the log; it asks for itself again only while the job runs."""
    job = job_of(request, project, job_id)
    context = {"job": job, "lines": log_lines(job=job)}
    return render(request, "projects/_job_log.html", context)


@require_POST
@project_view("editor")
def job_cancel(request: ProjectRequest, project: Project, job_id: UUID) -> HttpResponse:
    """Ask the job to stop; the answer is its live part, or the page that asked."""
    job = job_of(request, project, job_id)
    cancel(job=job)
    job.refresh_from_db()
    if is_htmx(request):
        return render(request, "projects/_job_progress.html", {"job": job})
    return redirect_to(request, safe_next(request, job_url(job)))


@require_POST
@project_view("editor")
def job_retry(request: ProjectRequest, project: Project, job_id: UUID) -> HttpResponse:
    """Start the same work again as a new job and open that one."""
    job = retry(job=job_of(request, project, job_id), user=request.user)
    return redirect_to(request, job_url(job))


@require_GET
@user_view
def jobs_menu(request: UserRequest) -> HttpResponse:
    """Give the running jobs of the person; it asks for itself again only while one runs."""
    jobs = list(job_list_active(user=request.user))
    return render(request, "projects/_jobs_menu.html", {"active_jobs": jobs})


def job_url(job: Job) -> str:
    """Give the address of a job's page."""
    return reverse("job_detail", args=[job.project_id, job.pk])
