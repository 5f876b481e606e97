"""Uploads: send a file, preview it, import it as a dataset."""

from typing import Any
from uuid import UUID

from ninja import File, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import DatasetOut, dataset_out
from datasets.engine.several_folder import MAX_FILES
from datasets.models import Upload
from datasets.services.imports import dataset_import_start, import_preview, import_source
from datasets.services.several_uploads import uploads_get, uploads_together
from datasets.services.uploads import upload_delete, upload_find, upload_get, upload_store
from projects.models import Job
from projects.services.projects import project_get
from projects.web.api import ApiRequest
from projects.web.schemas import JobOut, Text, errors
from segplatform.kernel.errors import UserError

TAGS = ["Uploads"]
PREVIEW_SECONDS = 30.0  # a script has no page that could ask again


class UploadPart(Schema):
    """One of several files."""

    name: str
    size: int = Field(description="bytes")
    sha256: str


class UploadOut(Schema):
    """A file that has arrived, or several that become one dataset."""

    id: UUID
    name: str
    size: int = Field(description="bytes")
    sha256: str
    parts: list[UploadPart] = Field(description="the files, where it was made of several")


class TogetherIn(Schema):
    """Uploads that become one; their rows come in the order of the files' names."""

    uploads: list[UUID] = Field(min_length=1, max_length=MAX_FILES)


class PreviewColumn(Schema):
    """A column as it would be read."""

    name: str
    type: str = Field(description="text, integer, decimal, float, boolean, date or datetime")


class PreviewIn(Schema):
    """How to read the file; what is left out is guessed."""

    options: dict[str, Any] = Field(default_factory=dict)


class LostFirst(Schema):
    """What a chosen type would lose among the first rows."""

    values: int = Field(description="cells that hold one")
    misses: int = Field(description="cells that would be lost")


class PreviewOut(Schema):
    """The first rows as they would be read, and what was guessed."""

    connector: str
    options: dict[str, Any]
    guesses: dict[str, str] = Field(description="why each option was chosen")
    columns: list[PreviewColumn]
    rows: list[list[str | None]]
    warnings: list[str]
    notes: dict[str, list[str]] = Field(
        default_factory=dict, description="those warnings that are about one column"
    )
    lost: dict[str, LostFirst] = Field(
        default_factory=dict, description="what chosen types would lose of the first rows"
    )
    choices: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="what this file offers for an option, with its label"
    )


class ImportIn(Schema):
    """A dataset to make of an upload."""

    name: Text
    upload: UUID
    options: dict[str, Any] = Field(default_factory=dict)


class ImportAnswer(Schema):
    """The new dataset and the job that fills it."""

    dataset: DatasetOut
    job: JobOut


@router.post(
    "/projects/{uuid:project_id}/uploads",
    response={201: UploadOut, **errors(403, 404, 413)},
    tags=TAGS,
    summary="Upload a file",
)
def upload_file(request: ApiRequest, project_id: UUID, file: File[UploadedFile]) -> Status[Upload]:
    """Send a whole file as multipart; editors may."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    upload = upload_store(
        project=project, user=request.user, name=file.name or "", size=file.size or 0,
        chunks=file.chunks(),
    )  # fmt: skip
    try:
        import_source(upload=upload)
    except UserError:
        upload_delete(upload=upload)
        raise
    return Status(201, upload)


@router.post(
    "/projects/{uuid:project_id}/uploads/together",
    response={201: UploadOut, **errors(403, 404, 409, 413)},
    tags=TAGS,
    summary="Put uploads together",
)
def put_together(request: ApiRequest, project_id: UUID, payload: TogetherIn) -> Status[Upload]:
    """Make one upload of several, which is previewed and imported as one dataset.

    Columns are matched by name. The uploads themselves are gone then.
    """
    project = project_get(user=request.user, project_id=project_id, role="editor")
    uploads = uploads_get(project=project, ids=payload.uploads)
    upload = uploads_together(project=project, user=request.user, uploads=uploads)
    return Status(201, upload)


@router.post(
    "/uploads/{uuid:upload_id}/preview",
    response={200: PreviewOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Preview an upload",
)
def preview_upload(
    request: ApiRequest, upload_id: UUID, payload: PreviewIn | None = None
) -> dict[str, Any]:
    """Read the first rows with these options, the rest guessed; nothing is stored."""
    upload = upload_find(user=request.user, upload_id=upload_id)
    options = payload.options if payload else {}
    return import_preview(
        upload=upload, user=request.user, options=options, seconds=PREVIEW_SECONDS
    )


@router.post(
    "/projects/{uuid:project_id}/datasets",
    response={202: ImportAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Import a dataset",
)
def import_dataset(
    request: ApiRequest, project_id: UUID, payload: ImportIn
) -> Status[dict[str, dict[str, Any] | Job]]:
    """Start the import of an upload as a new dataset."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    upload = upload_get(project=project, upload_id=payload.upload)
    dataset, job = dataset_import_start(
        project=project, user=request.user, upload=upload, name=payload.name,
        options=payload.options,
    )  # fmt: skip
    return Status(202, {"dataset": dataset_out(dataset, job), "job": job})
