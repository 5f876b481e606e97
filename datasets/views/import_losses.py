"""What the types of a preview would lose of the whole file, while and after it is counted."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from datasets.forms.imports import columns_sent, options_from
from datasets.services.imports import import_source, upload_require
from datasets.services.losses import MOST_COLUMNS, losses_ask
from datasets.services.uploads import upload_get
from datasets.views.imports import preview_tried
from datasets.web.import_counts import columns_asked
from projects.models import Project
from projects.web.access import ProjectRequest, project_view


@require_POST
@project_view(role="editor")
def import_losses(request: ProjectRequest, project: Project, upload_id: uuid.UUID) -> HttpResponse:
    """Have it counted, or answer with what was: the parts of the page that say it."""
    upload = upload_get(project=project, upload_id=upload_id)
    upload_require(upload=upload)
    options = options_from(import_source(upload=upload).Options, request.POST.dict(), kept=True)
    names = columns_sent(request.POST.dict())
    asked = columns_asked(names, options, request.POST.get("looked-at", ""))
    found = losses_ask(upload=upload, user=request.user, options=options, columns=asked)
    tried = preview_tried(request.user, upload, options)
    if "error" in tried:
        return HttpResponse(status=204)  # the page says it already
    context = tried | {
        "project": project,
        "upload": upload,
        "counting": found.pending,
        "wide": len(names) > MOST_COLUMNS,
        "count_error": found.error,
        "oob": True,
    }
    return render(request, "datasets/_import_losses_found.html", context)
