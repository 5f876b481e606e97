"""A project: made, opened, changed and deleted."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from projects import hooks
from projects.forms.project import DeleteProjectForm, ProjectForm
from projects.models import Project, Role
from projects.services.projects import project_create as create
from projects.services.projects import project_delete as delete
from projects.services.projects import project_update
from projects.web.access import ProjectRequest, UserRequest, project_view, user_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to, render_either

INVALID = 422
FIELDS = ("name", "description", "persistency", "rows_to_display", "order")


@require_http_methods(["GET", "POST"])
@user_view
def project_create(request: UserRequest) -> HttpResponse:
    """Show the popup *Create Project* (a whole page without JavaScript), and make the project."""
    form = ProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        project = apply(form, lambda **values: create(user=request.user, **values))
        if project:
            return redirect_to(request, "project_home", project.pk)
    status = INVALID if form.errors else 200
    return render_either(
        request,
        "projects/project_create.html",
        "projects/_project_create.html",
        {"form": form},
        status,
    )


@require_GET
@project_view()
def project_home(request: ProjectRequest, project: Project) -> HttpResponse:
    """Open the page that the installed apps offer as the project's home, else its jobs."""
    own = hooks.project_home == "project_home"
    return redirect("job_list" if own else hooks.project_home, project.pk)


@require_http_methods(["GET", "POST"])
@project_view("editor")
def project_settings(request: ProjectRequest, project: Project) -> HttpResponse:
    """Show and change what *Create Project* asked for."""
    form = ProjectForm(
        request.POST if request.method == "POST" else None,
        initial=current(project),
    )
    if request.method == "POST" and (
        apply(form, lambda **values: project_update(project=project, **values)) is not None
    ):
        messages.success(request, "The settings are saved.")
        return redirect_to(request, "project_settings", project.pk)
    return settings_page(request, project, form, DeleteProjectForm(name=project.name))


@require_POST
@project_view("owner")
def project_delete(request: ProjectRequest, project: Project) -> HttpResponse:
    """Delete the project and everything in it, once its name was typed."""
    form = DeleteProjectForm(request.POST, name=project.name)
    if not form.is_valid():
        return settings_page(request, project, ProjectForm(initial=current(project)), form)
    name = project.name
    delete(project=project)
    messages.success(request, f"The project {name} is deleted; see Deleted projects.")
    return redirect_to(request, "home")


def settings_page(
    request: ProjectRequest, project: Project, form: ProjectForm, delete_form: DeleteProjectForm
) -> HttpResponse:
    """Render the settings with both forms, each with its own errors."""
    context = {
        "form": form,
        "delete_form": delete_form,
        "may_delete": project.membership.allows(Role.OWNER),
    }
    status = INVALID if form.errors or delete_form.errors else 200
    return render(request, "projects/project_settings.html", context, status=status)


def current(project: Project) -> dict[str, object]:
    """Give the project's values for the form."""
    return {name: getattr(project, name) for name in FIELDS}
