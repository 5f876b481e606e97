"""The pages of a recipe: a new one, a stored one; its live preview, its run, its end."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from datasets.engine.recipes.base import ModelRecipe
from datasets.services.datasets import dataset_list
from datasets.services.models import model_advice, model_choices
from datasets.services.previews import preview_stop
from datasets.services.recipes import (
    recipe_create,
    recipe_get,
    recipe_run_start,
    recipe_update,
)
from datasets.services.recipes import recipe_delete as delete
from datasets.web.code import code_edited
from datasets.web.recipe_draft import (
    Draft,
    draft_new,
    draft_sent,
    draft_stored,
    edited,
    input_ids,
    kind_known,
    typed,
)
from datasets.web.recipe_preview import preview, sentence
from datasets.web.recipes import page_context, preview_context
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from projects.web.htmx import is_htmx, redirect_to, safe_next
from segplatform.kernel.errors import Forbidden, UserError


@require_http_methods(["GET", "HEAD", "POST"])
@project_view("editor")
def recipe_new(request: ProjectRequest, project: Project, kind: str) -> HttpResponse:
    """Set up a recipe over the dataset ``?input=``; POST makes it and starts its first run.

    A script may read any number of datasets, or none.
    """
    found = kind_known(kind)
    chosen = input_ids(request.POST) or input_ids(request.GET)
    if isinstance(found, ModelRecipe) and not model_choices(kind=found, project=project):
        context = {"kind": found, "advice": model_advice(kind=found, project=project)}
        return render(request, "datasets/recipe_choose.html", context | {"section": "flow"})
    if found.family != "code" and not chosen:
        context = {"kind": found, "datasets": dataset_list(project=project)}
        return render(request, "datasets/recipe_choose.html", context | {"section": "flow"})
    draft = draft_new(project, kind, chosen)
    if request.method != "POST":
        return page(request, draft)
    return answer(request, typed(draft, request.POST))


@require_http_methods(["GET", "HEAD", "POST"])
@project_view()
def recipe(request: ProjectRequest, project: Project, recipe_id: UUID) -> HttpResponse:
    """Show a recipe; POST stores what an editor changed and runs it."""
    draft = draft_stored(project, recipe_id)
    if request.method != "POST":
        return page(request, draft)
    if not project.membership.allows(Role.EDITOR):
        raise Forbidden("Only editors and owners of the project may change a recipe.")
    return answer(request, typed(draft, request.POST))


@require_POST
@project_view()
def recipe_preview(request: ProjectRequest, project: Project) -> HttpResponse:
    """Answer with the preview of what the form says; nothing is stored."""
    draft = draft_sent(project, request.POST)
    if draft.has_code and not project.membership.allows(Role.EDITOR):
        raise Forbidden("Only editors and owners of the project may run code.")
    context = preview_context(project, draft, preview(project, request.user, draft))
    part = "_code_answer.html" if draft.has_code else "_recipe_answer.html"
    return render(request, f"datasets/{part}", context)


@require_POST
@project_view("editor")
def recipe_preview_stop(request: ProjectRequest, project: Project) -> HttpResponse:
    """Stop the person's preview; the request that waits for it then says so."""
    preview_stop(project=project, user=request.user)
    return HttpResponse(status=204)


@require_POST
@project_view("editor")
def recipe_run(request: ProjectRequest, project: Project, recipe_id: UUID) -> HttpResponse:
    """Run a recipe as it is stored; with ``upstream`` all that it needs as well."""
    found = recipe_get(project=project, recipe_id=recipe_id)
    upstream = bool(request.POST.get("upstream") or request.GET.get("upstream"))
    recipe_run_start(recipe=found, user=request.user, upstream=upstream)
    result = resolve_url("dataset", project.pk, found.output_id)
    return redirect_to(request, safe_next(request, result))


@require_POST
@project_view("owner")
def recipe_delete(request: ProjectRequest, project: Project, recipe_id: UUID) -> HttpResponse:
    """Delete a recipe with the dataset that it fills."""
    found = recipe_get(project=project, recipe_id=recipe_id)
    output = found.output.name
    delete(recipe=found)
    messages.success(request, f"The recipe and its dataset {output} are deleted; see Deleted.")
    return redirect_to(request, "project_home", project.pk)


def answer(request: ProjectRequest, draft: Draft) -> HttpResponse:
    """Do what the pressed button asks: change the steps, preview, or store and run."""
    do = request.POST.get("do", "run")
    try:
        if do in ("run", "save"):
            return stored(request, draft, run=do == "run")
        if draft.has_code and do != "preview":
            return code_part(request, draft, do)
        if do != "preview":
            return steps_part(request, edited(draft, request.POST))
    except UserError as error:
        return page(request, draft, error)
    return page(request, draft, shown=True)


def stored(request: ProjectRequest, draft: Draft, run: bool) -> HttpResponse:
    """Store the recipe; start it and go where its progress is seen, else stay.

    Raises ``UserError``.
    """
    found = draft.recipe
    if found is None:
        found = recipe_create(
            project=request.project, user=request.user, kind=draft.kind.key,
            inputs=draft.inputs, output=draft.output, params=draft.params(),
        )  # fmt: skip
    else:
        inputs = draft.inputs if draft.has_code else None
        params = draft.params()
        found = recipe_update(recipe=found, user=request.user, params=params, inputs=inputs)
    if not run:
        messages.success(request, "The recipe is saved. It has not run.")
        return redirect("recipe", request.project.pk, found.pk)
    recipe_run_start(recipe=found, user=request.user)
    return redirect("dataset", request.project.pk, found.output_id)


def steps_part(request: ProjectRequest, draft: Draft) -> HttpResponse:
    """Render the changed steps: the list alone for htmx, which then asks for the preview."""
    if not is_htmx(request):
        return page(request, draft, shown=True)
    context = page_context(request.project, draft) | {"changed": True}
    response = render(request, "datasets/_recipe_steps.html", context)
    response["HX-Trigger"] = json.dumps({"sp:announce": {"message": draft.said}})
    return response


def code_part(request: ProjectRequest, draft: Draft, do: str) -> HttpResponse:
    """Change the inputs, or put a template in place of the code: that part alone for htmx."""
    part = code_edited(draft, do)
    if not is_htmx(request):
        return page(request, draft)
    context = page_context(request.project, draft) | {"changed": True}
    response = render(request, part, context)
    response["HX-Trigger"] = json.dumps({"sp:announce": {"message": draft.said}})
    return response


def page(
    request: ProjectRequest, draft: Draft, error: UserError | None = None, shown: bool = False
) -> HttpResponse:
    """Render the whole page: with the preview at once where asked, else it follows."""
    errors: Mapping[str, str] = error.fields if error else {}
    context: dict[str, Any] = {}
    if shown:
        found = preview(request.project, request.user, draft)
        context, errors = {"preview": found}, found.errors
    context |= page_context(request.project, draft, errors)
    if error:
        context["error"] = sentence(error, errors)
    status = status_of(error) if error else 200
    template = "datasets/recipe_code.html" if draft.has_code else "datasets/recipe.html"
    return render(request, template, context, status=status)
