"""*Find k*: a sweep over numbers of segments with the draft's settings, and taking one over."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from datasets.web.on_demand import rows_wait
from mllab.forms.find_k import number_sent, range_sent
from mllab.models import Experiment, UseCase
from mllab.services.experiments import draft_get
from mllab.services.find_k import find_k_use
from mllab.services.use_cases import use_case_get
from mllab.views.experiments import frame_of, here
from mllab.web.find_k import find_k_begin, find_k_context
from mllab.web.models import models_form
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.figures import figure_page
from segplatform.kernel.errors import UserError

INVALID = 422


@require_http_methods(["GET", "POST"])
@project_view("editor")
@figure_page
def find_k(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Show the sweep of the range ``?from=&to=``; POST starts it, or takes a number over."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    draft = draft_get(use_case=found, user=request.user)
    if found.dataset is None or found.dataset.current is None or not draft.features:
        return redirect(here(found, "features"))
    if request.method == "GET" and (wait := rows_wait(request, found.dataset)):
        return wait
    if request.method != "POST":
        return page(request, found, draft)
    try:
        if request.POST.get("do") == "use":
            return use(request, found, draft)
        return redirect(find_k_begin(found, request.user, draft, range_sent(request.POST)))
    except UserError as error:
        return page(request, found, draft, error)


def use(request: ProjectRequest, found: UseCase, draft: Experiment) -> HttpResponse:
    """Give the number to the algorithms that are on, and go back to them."""
    k = number_sent(request.POST)
    find_k_use(draft=draft, algorithms=models_form(found, draft).algorithms(), k=k)
    messages.success(request, f"All that ask for a number of segments will make {k} now.")
    return redirect(here(found, "models"))


def page(
    request: ProjectRequest, found: UseCase, draft: Experiment, error: UserError | None = None
) -> HttpResponse:
    """Render the page: what was found, how far it is, or what it will do."""
    context = find_k_context(found, draft, request.GET, error) | frame_of(found, "models")
    return render(request, "mllab/find_k.html", context, status=INVALID if error else 200)
