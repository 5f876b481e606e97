"""Imports: a preview that the person confirms, then a job that reads the whole file."""

import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from datasets.engine.connectors.base import TableOptions
from datasets.engine.file_work import Source, options_check, source_of
from datasets.engine.import_columns import names_written
from datasets.models import Dataset, DatasetImport, DatasetVersion, Upload
from datasets.services.connection_jobs import Whole, connection_whole, upload_whole
from datasets.services.datasets import (
    dataset_create,
    dataset_name_free,
    dataset_update,
    job_subject,
    version_publish,
)
from datasets.services.files import scratch_folder
from datasets.services.previews import PREVIEW_SECONDS, job_active, preview_ask
from datasets.services.reading import reading_preview, reading_read
from datasets.services.refresh_newer import newer_item, newer_nothing, newer_words
from datasets.services.refresh_read import refresh_origin, refresh_rows, refresh_wanted
from datasets.services.rows import version_current
from datasets.services.sources import PACKED_EXTENSIONS, file_extensions
from datasets.services.uploads import (
    upload_delete,
    upload_finish,
    upload_is_here,
    upload_keep,
    upload_path,
)
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from projects.services.jobs import job_start
from segplatform.kernel.errors import Conflict, NotFound
from segplatform.kernel.progress import Progress, SubProgress

PREVIEW, IMPORT = "datasets.preview", "datasets.import"
PREVIEW_ROWS = 100
READ_SHARE = 0.95  # of the progress; the rest is publishing
WORK_SECONDS = 24 * 3600  # longer than any job may take: what is older was left by a crash
Options = Mapping[str, Any]


def import_preview(
    *,
    upload: Upload,
    user: User,
    options: Options | None = None,
    lenient: bool = False,
    seconds: float = PREVIEW_SECONDS,
) -> dict[str, Any]:
    """Read the head of the file in a worker; give what the confirm page shows.

    ``{"connector", "options", "guesses", "columns", "rows", "warnings", "choices", "notes",
    "lost"}``, all columns under their own names: what is left out or renamed is but checked, and
    not even that where ``lenient``. A preview of other options that is still running is
    cancelled. Raises UserError where the file or an option is wrong, PreviewPending where
    ``seconds`` were not enough.
    """
    upload_require(upload=upload)
    subject = f"preview:{upload.pk}:{user.pk}"
    told = dict(options or {})
    left_out, renamed = told.pop("left_out", []), told.pop("renamed", {})
    args = {"upload": str(upload.pk), "options": told, "lenient": lenient}
    preview = preview_ask(
        project=upload.project, user=user, name=PREVIEW, subject=subject,
        title=f"Preview of {upload.name}", args=args, seconds=seconds,
        pending="The file is still being read. Ask again in a moment.",
        stopped="The preview was stopped. Change an option, or try again.", reuse=True,
    )  # fmt: skip
    if not lenient and (left_out or renamed):
        options_check(TableOptions, {"left_out": left_out, "renamed": renamed})
        names_written([column["name"] for column in preview["columns"]], left_out, renamed)
    return preview


def preview_run(*, ctx: JobContext) -> dict[str, Any]:
    """Make a preview (in a worker: the web process never parses a file)."""
    upload = Upload.objects.get(pk=ctx.args["upload"])
    return reading_preview(
        path=upload_path(upload=upload), name=upload.name, options=ctx.args["options"],
        rows=PREVIEW_ROWS, lenient=ctx.args["lenient"], progress=ctx.progress,
    )  # fmt: skip


def dataset_import_start(*, project: Project, user: User, upload: Upload, name: str,
                         options: Options | None = None) -> tuple[Dataset, Job]:  # fmt: skip
    """Make the dataset and start reading the file into it; both are visible at once.

    Starting the same upload again gives the running import, or, after one that failed, uses
    its dataset anew with these options. Raises UserError for a bad name or an unfinished file.
    """
    upload_require(upload=upload)
    with transaction.atomic():
        # Two clicks make one import.
        Upload.objects.select_for_update(no_key=True).get(pk=upload.pk)
        before = import_last(upload=upload)
        running = before and job_active(subject=job_subject(dataset=before.dataset))
        if before and running:
            return before.dataset, running
        dataset = _dataset_for(before, project, user, name)
        record = DatasetImport.objects.create(
            dataset=dataset, source_name=upload.name, upload=upload,
            connection=upload.connection, item=upload.item,
            options=dict(options or {}), created_by=user,
        )  # fmt: skip
        job = job_start(
            project=project, user=user, name=IMPORT, subject=job_subject(dataset=dataset),
            title=f"Import {dataset.name}"[:200], args={"import": str(record.pk)},
            url=reverse("dataset", args=[project.pk, dataset.pk]),
        )  # fmt: skip
        record.job = job
        record.save(update_fields=["job"])
    upload_keep(upload=upload)
    return dataset, job


def import_run(*, ctx: JobContext) -> dict[str, Any]:
    """Read the file into a new version of its dataset; nothing is left where that fails."""
    found = DatasetImport.objects.select_related(
        "dataset__project", "dataset__current", "upload", "connection"
    )
    record = found.filter(pk=ctx.args["import"]).first()
    if record is None:
        raise NotFound("The dataset of this import was deleted meanwhile.")
    published = DatasetVersion.objects.filter(origin__import=str(record.pk)).first()
    version = published or _import_read(ctx, record)
    if record.upload:
        upload_delete(upload=record.upload)
    dataset = record.dataset
    told = {"dataset": str(dataset.pk), "version": version.number, "rows": version.rows}
    return told | newer_nothing(record=record, version=version)


def _import_read(ctx: JobContext, record: DatasetImport) -> DatasetVersion:
    dataset, name = record.dataset, record.source_name
    progress = SubProgress(ctx.progress, 0, READ_SHARE)
    with work_folder(dataset) as tmp:
        whole = _import_whole(record, tmp, progress)
        if whole.nothing:
            return version_current(dataset=dataset)
        source = source_of(whole.path, name)
        options_check(source.Options, record.options)
        DatasetImport.objects.filter(pk=record.pk).update(connector=source.connector.key)
        options = refresh_wanted(record=record, path=whole.path, name=name, progress=progress)
        result = reading_read(
            path=whole.path, name=name, options=options, folder=tmp,
            progress=SubProgress(progress, whole.share, 1),
        )  # fmt: skip
        result.report["warnings"] = [*whole.warnings, *result.report["warnings"]]
        if not result.rows and newer_words(schema=record.schema):
            return version_current(dataset=dataset)
        origin = _import_origin(record) | refresh_origin(record=record, result=result)
        ending = SubProgress(ctx.progress, READ_SHARE, 1)
        result, made = refresh_rows(record=record, result=result, tmp=tmp, progress=ending)
        ctx.progress.step(READ_SHARE, "Publishing")
        return version_publish(ctx=ctx, dataset=dataset, result=result, tmp=made, origin=origin)


def _import_whole(record: DatasetImport, folder: Path, progress: Progress) -> Whole:
    """Give all of the file, which is an upload, or is fetched from the connection now."""
    upload = record.upload
    if upload is None and record.connection:
        item = newer_item(record=record)
        return connection_whole(record=record, item=item, folder=folder, progress=progress)
    if upload is None or not upload_is_here(upload=upload):
        raise NotFound("The uploaded file is not here any more. Upload it again.")
    return upload_whole(record=record, folder=folder, progress=progress)


def _import_origin(record: DatasetImport) -> dict[str, Any]:
    digest = record.upload.sha256 if record.upload else ""
    return {"import": str(record.pk), "source": record.source_name, "sha256": digest}


def import_last(*, upload: Upload) -> DatasetImport | None:
    """Return the newest import of an upload: its options are what the person chose last."""
    return upload.imports.select_related("dataset", "job").first()


def import_upload(*, dataset: Dataset) -> Upload | None:
    """Return the file of a dataset's newest import while it is still here."""
    record = dataset.imports.select_related("upload").first()
    upload = record.upload if record else None
    return upload if upload and upload_is_here(upload=upload) else None


def dataset_name_propose(*, project: Project, file_name: str) -> str:
    """Propose a name for the dataset of a file: "orders.csv.gz" is "orders"."""
    path = Path(file_name)
    packed = (
        path.suffix.lower() in PACKED_EXTENSIONS and Path(path.stem).suffix in file_extensions()
    )
    stem = Path(path.stem).stem if packed else path.stem
    return dataset_name_free(project=project, name=stem.strip() or "Dataset")


def upload_require(*, upload: Upload) -> None:
    """Raise Conflict while bytes of the file are missing."""
    if not upload_finish(upload=upload).is_complete:
        raise Conflict("The file has not arrived whole yet. Choose it again to go on uploading.")


def import_source(*, upload: Upload) -> Source:
    """Say what reads this upload, by its first bytes; UserError where nothing does."""
    return source_of(upload_path(upload=upload), upload.name)


@contextmanager
def work_folder(dataset: Dataset) -> Iterator[Path]:
    """Give an empty folder on the disk of the datasets; it is gone afterwards.

    What a killed import left behind goes too: one dataset has one import at a time.
    """
    for left in scratch_folder().glob(f"import-{dataset.pk}-*"):
        shutil.rmtree(left, ignore_errors=True)
    tmp = scratch_folder() / f"import-{dataset.pk}-{uuid.uuid4()}"
    tmp.mkdir(parents=True, mode=0o700)
    try:
        yield tmp
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def _dataset_for(before: DatasetImport | None, project: Project, user: User, name: str) -> Dataset:
    """Give the dataset of an earlier try that has no version yet, else a new one."""
    if before and before.dataset.current_id is None:
        return dataset_update(dataset=before.dataset, name=name)
    return dataset_create(project=project, user=user, name=name)


def works_expire() -> int:
    """Remove folders that killed imports left behind, unless a new try did; return how many."""
    old = time.time() - WORK_SECONDS
    left = [p for p in scratch_folder().glob("import-*") if p.stat().st_mtime < old]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)
