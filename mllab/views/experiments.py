"""*Create Prototypes*: the two steps of an experiment, and the sketch of its settings."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from datasets.web.on_demand import rows_wait
from datasets.web.recipe_draft import uuid_or_none
from mllab.forms.features import FeaturesForm, features_sent
from mllab.forms.models import ModelsForm, models_sent
from mllab.models import Experiment, UseCase
from mllab.services.algorithms import algorithm_list
from mllab.services.experiments import (
    draft_copy,
    draft_get,
    draft_save,
    experiment_get,
    experiment_start,
)
from mllab.services.find_k import Range
from mllab.services.use_cases import use_case_get
from mllab.web.features import FIRST_SECONDS, features_context, sketch_context
from mllab.web.find_k import find_k_begin
from mllab.web.models import models_context, models_form
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import is_htmx, redirect_to
from segplatform.kernel.errors import UserError

INVALID = 422
NONE_ON = "Turn at least one algorithm on."


@require_http_methods(["GET", "POST"])
@project_view("editor")
def experiment_new(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Show the step ``?step=`` of the person's draft; POST stores it and goes on, or trains.

    POST with ``?from=`` gives the draft the settings of an experiment instead.
    """
    found = use_case_get(project=project, use_case_id=use_case_id)
    source = uuid_or_none(request.GET.get("from"))
    if source and request.method == "POST":
        old = experiment_get(use_case=found, experiment_id=source)
        draft_copy(experiment=old, user=request.user)
        return redirect_to(request, here(found, "features"))
    if found.dataset is None or found.dataset.current is None:
        return render(request, "mllab/experiment_broken.html", frame_of(found, "features"))
    if request.method == "GET" and (wait := rows_wait(request, found.dataset)):
        return wait
    draft = draft_get(use_case=found, user=request.user)
    if request.GET.get("step") == "models":
        if not draft.features:
            return redirect_to(request, here(found, "features"))
        return models_step(request, found, draft)
    return features_step(request, found, draft)


@require_POST
@project_view()
def experiment_sketch(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Answer with what the settings of the form do; an editor's draft takes what is right."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    form = features_sent(dict(request.POST.lists()))
    if project.membership.allows(Role.EDITOR) and form.features:
        # Before the sketch, which may take seconds: what is set meanwhile is newer, and stays.
        draft = draft_get(use_case=found, user=request.user)
        with suppress(UserError):  # the answer says it, where it belongs
            draft_save(draft=draft, features=form.roles(), preprocessing=form.preprocessing())
    context = sketch_context(found, request.user, form)
    return render(request, "mllab/_sketch_answer.html", context)


def features_step(request: ProjectRequest, found: UseCase, draft: Experiment) -> HttpResponse:
    """Show step 1, or store it and go to step 2."""
    if request.method != "POST":
        return features_page(request, found, draft)
    form = features_sent(dict(request.POST.lists()))
    try:
        draft_save(draft=draft, features=form.roles(), preprocessing=form.preprocessing())
    except UserError as error:
        return features_page(request, found, draft, form, error)
    return redirect(here(found, "features" if request.POST.get("do") == "stay" else "models"))


def features_page(
    request: ProjectRequest,
    found: UseCase,
    draft: Experiment,
    form: FeaturesForm | None = None,
    error: UserError | None = None,
) -> HttpResponse:
    """Render step 1: htmx asks for the columns alone while their profile is being made."""
    seconds = None if is_htmx(request) or form else FIRST_SECONDS
    errors = error.fields if error else {}
    context = features_context(found, request.user, draft, form, errors, seconds)
    context |= frame_of(found, "features") | {"draft": draft, "error": error}
    template = "mllab/_features.html" if is_htmx(request) else "mllab/experiment_new.html"
    return render(request, template, context, status=INVALID if error else 200)


def models_step(request: ProjectRequest, found: UseCase, draft: Experiment) -> HttpResponse:
    """Show step 2, or store it and train, find the number of segments, or go back."""
    if request.method != "POST":
        return models_page(request, found, draft, models_form(found, draft))
    form = models_sent(algorithm_list(), dict(request.POST.lists()))
    do = request.POST.get("do")
    try:
        draft = models_save(draft, form, may_be_empty=do in ("back", "find_k"))
        if do == "back":
            return redirect(here(found, "features"))
        if do == "find_k":
            return redirect(find_k_begin(found, request.user, draft, Range()))
        experiment_start(draft=draft, user=request.user)
    except UserError as error:
        return models_page(request, found, draft, form, error)
    return redirect("use_case", found.project_id, found.pk)


def models_save(draft: Experiment, form: ModelsForm, *, may_be_empty: bool) -> Experiment:
    """Store what the form says; give the draft as stored. Raises ``UserError``."""
    if not form.toggled and not may_be_empty:
        raise UserError(NONE_ON, {"models": NONE_ON})
    if not form.seed.isdecimal() or int(form.seed) > 2**31 - 1:
        sentence = f"Write a whole number from 0 to {2**31 - 1:,}."
        raise UserError(sentence, {"seed": sentence})
    if not form.toggled:
        return draft
    return draft_save(draft=draft, algorithms=form.algorithms(), seed=int(form.seed))


def models_page(
    request: ProjectRequest,
    found: UseCase,
    draft: Experiment,
    form: ModelsForm,
    error: UserError | None = None,
) -> HttpResponse:
    """Render step 2."""
    context = models_context(found, draft, form, error.fields if error else {})
    context |= frame_of(found, "models") | {"draft": draft, "error": error}
    return render(request, "mllab/experiment_new.html", context, status=INVALID if error else 200)


def frame_of(found: UseCase, step: str) -> dict[str, Any]:
    """Give what both steps show around them."""
    return {
        "use_case": found,
        "dataset": found.dataset,
        "version": found.dataset.current if found.dataset else None,
        "step": step,
        "features_url": here(found, "features"),
        "models_url": here(found, "models"),
        "section": "lab",
    }


def here(found: UseCase, step: str) -> str:
    """Give the address of a step."""
    return reverse("experiment_new", args=[found.project_id, found.pk]) + f"?step={step}"
