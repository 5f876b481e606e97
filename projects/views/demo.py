"""The demo project: asked for, watched while it is made, and its guide put away."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from projects import hooks
from projects.models import Project
from projects.services.guide import MAKING, guide_job, guide_state
from projects.services.guide import guide_dismiss as dismiss
from projects.web.access import ProjectRequest, UserRequest, project_view, user_view
from projects.web.guide import phases_view
from projects.web.htmx import is_htmx, redirect_to, render_either
from segplatform.kernel.errors import NotFound


@require_POST
@user_view
def demo_create(request: UserRequest) -> HttpResponse:
    """Start making a demo project and show how far it is; a second click shows the same one."""
    if hooks.demo is None:
        raise NotFound("This installation has no demo project.")
    return redirect_to(request, "demo_making", hooks.demo.start(request.user).pk)


@require_GET
@project_view()
def demo_making(request: ProjectRequest, project: Project) -> HttpResponse:
    """Show how far the demo is, or why it failed; lead to the project once it is whole."""
    if guide_state(project=project) != MAKING:
        return redirect_to(request, hooks.project_home, project.pk)
    job, failure = guide_job(project=project), hooks.demo.failure(project) if hooks.demo else ""
    if failure and is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"job": job, "failure": failure, "phases": phases_view(job) if job else []}
    return render_either(
        request, "projects/demo_making.html", "projects/_demo_making.html", context
    )


@require_POST
@project_view("owner")
def demo_remove(request: ProjectRequest, project: Project) -> HttpResponse:
    """Remove what is left of a demo whose making ended badly."""
    if hooks.demo is None:
        raise NotFound("This installation has no demo project.")
    hooks.demo.remove(project)
    messages.success(request, "What was made of the demo project is removed.")
    return redirect_to(request, "home")


@require_POST
@project_view("editor")
def guide_dismiss(request: ProjectRequest, project: Project) -> HttpResponse:
    """Hide the guide from everybody in the project."""
    dismiss(project=project)
    messages.success(request, "The guide is hidden. The project stays as it is.")
    return redirect_to(request, hooks.project_home, project.pk)
