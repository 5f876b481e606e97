"""Import a file: choose it, look at the preview, confirm."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from datasets.engine.import_columns import names_written
from datasets.forms.imports import columns_carried, option_fields, options_from, type_choices
from datasets.models import Upload
from datasets.services.imports import (
    dataset_import_start,
    dataset_name_propose,
    import_last,
    import_preview,
    import_source,
    upload_require,
)
from datasets.services.losses import losses_stop
from datasets.services.previews import PreviewPending
from datasets.services.refresh import (
    known_options,
    refresh_confirm,
    refresh_discard,
    refresh_record,
)
from datasets.services.several_uploads import several_name, uploads_take
from datasets.services.sources import file_formats
from datasets.services.uploads import upload_delete, upload_get
from datasets.services.uploads_waiting import uploads_waiting
from datasets.web.connections import connection_rows, source_tiles
from datasets.web.import_columns import (
    cells_shown,
    columns_shown,
    kept_as_text,
    warnings_kept,
)
from datasets.web.import_counts import counts_context
from datasets.web.refresh import decided_from, refresh_chosen, refresh_context
from projects.models import Project, User
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from projects.web.htmx import is_htmx
from segplatform.kernel.errors import UserError

FIRST_COLUMN = "column-0"
"""What is sent where the page shows a table."""


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
    context |= {"groups": source_tiles(), "rows": connection_rows(project)}
    context["waiting"] = uploads_waiting(project=project, user=request.user)
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
        context = preview_context(request.user, upload, sent) | {"oob": True, "lean": True}
        if "error" in context and FIRST_COLUMN in sent:
            # The last preview that worked stays; only what is wrong is told.
            answer = render(request, "datasets/_import_fault.html", context)
            answer["HX-Retarget"] = "#import-fault"
            return answer
        return render(request, "datasets/_import_result.html", context)
    return preview_page(request, upload, sent)


@require_POST
@project_view(role="editor")
def import_run(request: ProjectRequest, project: Project, upload_id: uuid.UUID) -> HttpResponse:
    """Start the import as confirmed, and go where its progress is seen."""
    upload = upload_get(project=project, upload_id=upload_id)
    try:
        sent = request.POST.dict()
        options = options_from(import_source(upload=upload).Options, sent)
        options = refresh_chosen(upload, options, sent)
        columns_check(request.user, upload, options)
        if record := refresh_record(upload=upload):
            decided = decided_from(sent, options)
            refresh_confirm(record=record, user=request.user, options=options, decided=decided)
            return redirect("dataset", project.pk, record.dataset_id)
        dataset, _ = dataset_import_start(
            project=project, user=request.user, upload=upload,
            name=request.POST.get("name", ""), options=options,
        )  # fmt: skip
    except UserError as error:
        fault = error.fields.get("name") or str(error)
        return preview_page(request, upload, request.POST, fault, status_of(error))
    losses_stop(upload=upload)
    return redirect("dataset", project.pk, dataset.pk)


@require_POST
@project_view(role="editor")
def import_discard(request: ProjectRequest, project: Project, upload_id: uuid.UUID) -> HttpResponse:
    """Give the uploaded file up."""
    upload = upload_get(project=project, upload_id=upload_id)
    losses_stop(upload=upload)
    dataset = refresh_discard(upload=upload)
    upload_delete(upload=upload)
    if dataset:
        return redirect("dataset", project.pk, dataset.pk)
    return redirect("import_start", project.pk)


def upload_taken(request: ProjectRequest, project: Project) -> Upload:
    """Store the files of a plain form; raises UserError without one or where none can be read."""
    files = [file for file in request.FILES.getlist("file") if file.size is not None]
    if not files:
        raise UserError("Choose a file first.")
    return uploads_take(project=project, user=request.user, files=files)


def preview_page(
    request: ProjectRequest, upload: Upload, sent: Any, name_error: str = "", status: int = 200
) -> HttpResponse:
    """Render the whole page: as sent, else as chosen at the last try, else all guessed."""
    last = import_last(upload=upload)
    before = known_options(upload=upload, options=last.options) if last else {}
    context = preview_context(request.user, upload, sent, before)
    if sent is not None:
        name = sent.get("name", "")
    elif last:
        name = last.dataset.name
    else:
        first = context.get("preview", {}).get("options", {}).get("shown") or ""
        name = dataset_name_propose(
            project=request.project, file_name=several_name(upload=upload, first=first)
        )
    context |= {"name": name, "name_error": name_error, "section": "datasets"}
    context["types"] = type_choices("", True)[1:]
    return render(request, "datasets/import_preview.html", context, status=status)


def preview_context(
    user: User, upload: Upload, sent: Any, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Make the preview, or say why there is none, with the options as they stand."""
    context: dict[str, Any] = {"project": upload.project, "upload": upload}
    try:
        source = import_source(upload=upload)
    except UserError as error:
        return context | {"error": str(error)}
    model = source.Options
    data = sent.dict() if sent is not None else {}
    chosen = options_from(model, data, kept=True) if sent is not None else before or {}
    chosen = refresh_chosen(upload, chosen, data)
    context |= preview_tried(user, upload, chosen)
    preview = context.get("preview", {})
    context |= refresh_context(upload, context.get("read"), chosen, data)
    context["carried"] = columns_carried(preview, chosen)
    context["fields"] = option_fields(
        model, chosen, preview.get("options", {}), preview.get("guesses", {}),
        context.get("errors", {}), preview.get("choices", source.choices),
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
    return preview_parts(upload, preview, chosen)


def preview_parts(
    upload: Upload, preview: dict[str, Any], chosen: dict[str, Any]
) -> dict[str, Any]:
    """Give the columns as chosen, the cells, and what is known of the whole file."""
    errors = columns_errors(preview, chosen)
    counts = counts_context(upload, preview, chosen)
    columns = columns_shown(preview, chosen, counts["known"], errors, partial=upload.partial)
    shown = {
        **preview,
        "rows": cells_shown(preview, columns),
        "warnings": warnings_kept(preview, columns),
    }
    return {
        "preview": shown,
        "columns": columns,
        "texts": kept_as_text(columns),
        "columns_error": errors.get("left_out"),
        "read": preview,
    } | counts


def columns_check(user: User, upload: Upload, options: dict[str, Any]) -> None:
    """Raise UserError where columns cannot be left out or renamed so; a busy worker is trusted."""
    if not options.get("left_out") and not options.get("renamed"):
        return
    context = preview_tried(user, upload, options)
    if "preview" not in context:
        return
    if context["columns_error"]:
        raise UserError(context["columns_error"])
    for column in context["columns"]:
        if column.error:
            raise UserError(column.error, {"columns": column.error})


def columns_errors(preview: dict[str, Any], chosen: dict[str, Any]) -> dict[str, str]:
    """Say what is wrong with the new names; what is not here now may come back."""
    names = [column["name"] for column in preview["columns"]]
    left = [name for name in chosen.get("left_out", []) if name in names]
    renamed = {n: to for n, to in chosen.get("renamed", {}).items() if n in names}
    try:
        names_written(names, left, renamed)
    except UserError as error:
        return error.fields
    return {}
