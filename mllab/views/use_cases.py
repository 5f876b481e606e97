"""A use case: made in a popup, renamed, deleted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from datasets.services.datasets import dataset_list
from datasets.web.recipe_draft import uuid_or_none
from mllab.forms.use_case import DeleteUseCaseForm, RenameForm, UseCaseForm
from mllab.models import UseCase
from mllab.services.use_cases import (
    use_case_create,
    use_case_get,
    use_case_name_free,
    use_case_update,
)
from mllab.services.use_cases import use_case_delete as delete
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to, render_either

INVALID = 422


@require_http_methods(["GET", "POST"])
@project_view("editor")
def use_case_new(request: ProjectRequest, project: Project) -> HttpResponse:
    """Show the popup *New use case* (a whole page without JavaScript), and make the use case."""
    form = new_form(request, project)
    if request.method == "POST":
        made = apply(
            form, lambda **values: use_case_create(project=project, user=request.user, **values)
        )
        if made:
            return redirect_to(request, "experiment_new", project.pk, made.pk)
    context = {
        "form": form,
        "has_datasets": form.fields["dataset"].queryset.exists(),  # type: ignore[attr-defined]
        "action": request.get_full_path(),
        "section": "lab",
    }
    page, part = "mllab/use_case_new.html", "mllab/_use_case_new.html"
    return render_either(request, page, part, context, INVALID if form.errors else 200)


@require_http_methods(["GET", "POST"])
@project_view("editor")
def use_case_edit(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Rename a use case in a popup; for owners the way to its end is there too."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    sent = request.POST if request.method == "POST" else None
    form = RenameForm(sent, initial={"name": found.name})
    changed = None
    if sent is not None:
        changed = apply(form, lambda **values: use_case_update(use_case=found, **values))
    if changed:
        messages.success(request, "The use case is renamed.")
        return redirect_to(request, "use_case", project.pk, found.pk)
    found.refresh_from_db(fields=["name"])
    return edit_page(request, project, found, form, DeleteUseCaseForm(name=found.name))


@require_POST
@project_view("owner")
def use_case_delete(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Delete a use case with its experiments and prototypes, once its name was typed."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    confirm = DeleteUseCaseForm(request.POST, name=found.name)
    if not confirm.is_valid():
        form = RenameForm(initial={"name": found.name})
        return edit_page(request, project, found, form, confirm)
    name = found.name
    delete(use_case=found)
    messages.success(request, f"The use case {name} is deleted; see Deleted.")
    return redirect_to(request, "lab", project.pk)


def new_form(request: ProjectRequest, project: Project) -> UseCaseForm:
    """Give the form: as it was sent, or with the dataset ``?dataset`` and a free name."""
    datasets = dataset_list(project=project).filter(current__isnull=False).order_by("name")
    if request.method == "POST":
        return UseCaseForm(request.POST, datasets=datasets)
    wanted = uuid_or_none(request.GET.get("dataset"))
    named = datasets.filter(pk=wanted).first() if wanted else None
    chosen = named or datasets.order_by("-updated").first()
    if chosen is None:
        return UseCaseForm(datasets=datasets)
    name = use_case_name_free(project=project, name=f"Segments of {chosen.name}")
    return UseCaseForm(initial={"name": name, "dataset": chosen.pk}, datasets=datasets)


def edit_page(
    request: ProjectRequest,
    project: Project,
    found: UseCase,
    form: RenameForm,
    confirm: DeleteUseCaseForm,
) -> HttpResponse:
    """Render the popup or the page with both forms, each with its own errors."""
    context = {
        "use_case": found,
        "form": form,
        "confirm": confirm,
        "action": reverse("use_case_edit", args=[project.pk, found.pk]),
        "may_delete": project.membership.allows(Role.OWNER),
        "section": "lab",
    }
    status = INVALID if form.errors or confirm.errors else 200
    page, part = "mllab/use_case_edit.html", "mllab/_use_case_edit.html"
    return render_either(request, page, part, context, status)
