"""The check-up of a table of sales: its columns confirmed, findings, steps of Prepare."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from datasets.engine.roles import ROLES
from datasets.models import Dataset, Recipe
from datasets.services.checkups import checkup_prepare, checkup_recipes, roles_confirm
from datasets.services.datasets import dataset_get
from datasets.services.previews import PREVIEW_SECONDS
from datasets.services.rows import version_current
from datasets.views.dataset import page_context
from datasets.web.checkup import FIRST_SECONDS, checkup_context, effect_context, roles_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from projects.web.htmx import is_htmx, redirect_to, render_either
from segplatform.kernel.errors import NotFound, UserError


@require_http_methods(["GET", "HEAD", "POST"])
@project_view()
def dataset_checkup(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Show the findings; POST says what leaving out the ticked ones would change."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    version_current(dataset=found)
    ticked = request.POST.getlist("check") if request.method == "POST" else None
    if ticked is not None and is_htmx(request):
        context = effect_context(found, request.user, ticked)
        return render(request, "datasets/_checkup_effect.html", context)
    context = page_context(project, found, "checkup") | roles_context(found)
    context["editing"] = context["editing"] or "roles" in request.GET
    if context["confirmed"]:
        seconds = PREVIEW_SECONDS if is_htmx(request) else FIRST_SECONDS
        context |= checkup_context(found, request.user, ticked, seconds)
    if ticked is not None:
        context |= effect_context(found, request.user, ticked)
    return render_either(
        request, "datasets/dataset_checkup.html", "datasets/_checkup.html", context
    )


@require_POST
@project_view("editor")
def dataset_roles(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Confirm which column is what; what was chosen stays where it cannot be."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    sent = {role.key: request.POST.get(role.key, "") for role in ROLES}
    try:
        roles_confirm(dataset=found, roles=sent)
    except UserError as error:
        context = page_context(project, found, "checkup")
        context |= roles_context(found, sent, error.fields) | {"error": str(error)}
        return render(request, "datasets/dataset_checkup.html", context, status=status_of(error))
    return redirect_to(request, "dataset_checkup", project.pk, found.pk)


@require_POST
@project_view("editor")
def checkup_steps(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Put the steps of one finding, or of the ticked ones, into a Prepare recipe; open it."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    one = request.POST.get("one", "")
    keys = [one] if one else request.POST.getlist("check")
    recipe = recipe_chosen(found, request.POST.get("into", ""))
    try:
        made = checkup_prepare(dataset=found, user=request.user, keys=keys, recipe=recipe)
    except UserError as error:
        messages.error(request, str(error))
        return redirect_to(request, "dataset_checkup", project.pk, found.pk)
    messages.success(request, "The steps are there. Look at the preview, then run the recipe.")
    return redirect_to(request, "recipe", project.pk, made.pk)


def recipe_chosen(dataset: Dataset, chosen: str) -> Recipe | None:
    """Return the recipe that the steps go into; None for a new one."""
    if not chosen:
        return None
    for recipe in checkup_recipes(dataset=dataset):
        if str(recipe.pk) == chosen:
            recipe.project = dataset.project
            return recipe
    raise NotFound("There is no such recipe any more; choose another one.")
