"""A table pasted from a spreadsheet: an upload as any other."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from datasets.services.sources import file_formats
from datasets.services.uploads import upload_store
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from segplatform.kernel.errors import TooLarge, UserError

NAME = "Pasted table"
MOST_BYTES = 5 * 2**20
"""A form is held in memory; and nobody looks at more in a field of text."""


@require_POST
@project_view(role="editor")
def import_paste(request: ProjectRequest, project: Project) -> HttpResponse:
    """Take the cells that were copied from a spreadsheet, and show their preview."""
    text = request.POST.get("text", "")
    try:
        data = pasted(text)
    except UserError as fault:
        context = {"project": project, "formats": file_formats(), "section": "datasets"}
        context |= {"paste_error": str(fault), "pasted": text}
        return render(request, "datasets/import_start.html", context, status=status_of(fault))
    upload = upload_store(
        project=project, user=request.user, name=NAME, size=len(data), chunks=[data]
    )
    return redirect("import_preview", project.pk, upload.pk)


def pasted(text: str) -> bytes:
    """Return the bytes of a file that holds the text; raises UserError where it is no table."""
    if not text.strip():
        raise UserError("Nothing was pasted. Copy the cells in your spreadsheet, then paste them.")
    data = text.encode(errors="replace")
    if len(data) > MOST_BYTES:
        raise TooLarge(
            "More than 5 MB were pasted. Save the table as a file and choose that instead."
        )
    return data
