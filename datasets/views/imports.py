"""Import a file: choose it, look at the preview, confirm."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from datasets.forms.imports import (
    option_fields,
    options_from,
    preview_columns,
    preview_rows,
    types_carried,
)
from datasets.models import Upload
from datasets.services.imports import (
    dataset_import_start,
    dataset_name_propose,
    import_last,
    import_preview,
    import_source,
    upload_require,
)
from datasets.services.previews import PreviewPending
from datasets.services.sources import file_formats
from datasets.services.uploads import upload_delete, upload_get, upload_store
from projects.models import Project, User
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from projects.web.htmx import is_htmx
from segplatform.kernel.errors import UserError


@require_http_methods(["GET", "HEAD", "POST"])
@project_view(role="editor")
def import_start(request: ProjectRequest, project: Project) -> HttpResponse:
    """Choose a source and a file; POST takes a whole file where there is no JavaScript."""
    error, status = "", 200
    if request.method == "POST":
        try:
            upload = upload_taken(request, project)
        except UserError as fault:
            error, status = str(fault), status_of(fault)
        else:
            return redirect("import_preview", project.pk, upload.pk)
    context = {"project": project, "formats": file_formats(), "error": error, "section": "datasets"}
    return render(request, "datasets/import_start.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@project_view(role="editor")
def import_preview_page(
    request: ProjectRequest, project: Project, upload_id: uuid.UUID
) -> HttpResponse:
    """Show the first rows as they would be read; POST reads them with other options."""
    upload = upload_get(project=project, upload_id=upload_id)
    upload_require(upload=upload)
    sent = request.POST if request.method == "POST" else None
    if sent is not None and is_htmx(request):
        context = preview_context(request.user, upload, sent) | {"oob": True}
        return render(request, "datasets/_import_result.html", context)
    return preview_page(request, upload, sent)


@require_POST
@project_view(role="editor")
def import_run(request: ProjectRequest, project: Project, upload_id: uuid.UUID) -> HttpResponse:
    """Start the import as confirmed, and go where its progress is seen."""
    upload = upload_get(project=project, upload_id=upload_id)
    try:
        options = options_from(import_source(upload=upload).Options, request.POST.dict())
        dataset, _ = dataset_import_start(
            project=project, user=request.user, upload=upload,
            name=request.POST.get("name", ""), options=options,
        )  # fmt: skip
    except UserError as error:
        fault = error.fields.get("name") or str(error)
        return preview_page(request, upload, request.POST, fault, status_of(error))
    return redirect("dataset", project.pk, dataset.pk)


@require_POST
@project_view(role="editor")
def import_discard(request: ProjectRequest, project: Project, upload_id: uuid.UUID) -> HttpResponse:
    """Give the uploaded file up."""
    upload_delete(upload=upload_get(project=project, upload_id=upload_id))
    return redirect("import_start", project.pk)


def upload_taken(request: ProjectRequest, project: Project) -> Upload:
    """Store the file of a plain form; raises UserError without one or where it cannot be read."""
    file = request.FILES.get("file")
    if file is None or file.size is None:
        raise UserError("Choose a file first.")
    upload = upload_store(
        project=project, user=request.user, name=file.name or "", size=file.size,
        chunks=file.chunks(),
    )  # fmt: skip
    try:
        import_source(upload=upload)
    except UserError:
        upload_delete(upload=upload)
        raise
    return upload


def preview_page(
    request: ProjectRequest, upload: Upload, sent: Any, name_error: str = "", status: int = 200
) -> HttpResponse:
    """Render the whole page: as sent, else as chosen at the last try, else all guessed."""
    last = import_last(upload=upload)
    if sent is not None:
        name = sent.get("name", "")
    elif last:
        name = last.dataset.name
    else:
        name = dataset_name_propose(project=request.project, file_name=upload.name)
    context = preview_context(request.user, upload, sent, last.options if last else {})
    context |= {"name": name, "name_error": name_error, "section": "datasets"}
    return render(request, "datasets/import_preview.html", context, status=status)


def preview_context(
    user: User, upload: Upload, sent: Any, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Make the preview, or say why there is none, with the options as they stand."""
    context: dict[str, Any] = {"project": upload.project, "upload": upload}
    try:
        model = import_source(upload=upload).Options
    except UserError as error:
        return context | {"error": str(error)}
    chosen = options_from(model, sent.dict(), kept=True) if sent is not None else before or {}
    context |= preview_tried(user, upload, chosen)
    preview = context.get("preview", {})
    context["carried"] = types_carried(preview, chosen.get("types", {}))
    context["fields"] = option_fields(
        model, chosen, preview.get("options", {}), preview.get("guesses", {}),
        context.get("errors", {}), preview.get("choices", {}),
    )  # fmt: skip
    return context


def preview_tried(user: User, upload: Upload, chosen: dict[str, Any]) -> dict[str, Any]:
    """Ask for the preview: its parts, or why there is none, or that it takes longer."""
    try:
        preview = import_preview(upload=upload, user=user, options=chosen, lenient=True)
    except PreviewPending:
        return {"pending": True}
    except UserError as error:
        return {"error": str(error), "errors": error.fields}
    columns = preview_columns(preview, chosen.get("types", {}))
    return {"preview": {**preview, "rows": preview_rows(preview)}, "columns": columns}
