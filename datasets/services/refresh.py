"""New rows for an imported dataset: in place of those it has, or behind them.

The file that brings them is an ordinary upload with a ``DatasetImport`` that says for which
dataset it is and how; its preview starts with the options of the dataset's last import.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.dateformat import format as format_date
from pydantic import ValidationError

from datasets.engine.import_columns import preview_written, types_in_file
from datasets.engine.schema_check import (
    Difference,
    Mode,
    sample_misfits,
    schema_check,
    unanswered,
)
from datasets.models import Dataset, DatasetImport, DatasetVersion, Upload
from datasets.services.datasets import MISSING, dataset_get, job_subject
from datasets.services.imports import IMPORT, import_preview, import_source, upload_require
from datasets.services.previews import PREVIEW_SECONDS, PreviewPending, job_active
from datasets.services.refresh_decided import (
    Decided,
    decided_detail,
    decided_options,
    decided_schema,
    differs,
)
from datasets.services.refresh_read import mode_of, sources_of
from datasets.services.rows import version_current
from datasets.services.uploads import upload_keep
from projects.models import Job, Project, User
from projects.services.audit import audit_record
from projects.services.jobs import job_start
from segplatform.kernel.errors import Conflict, NotFound, UserError

BUSY = "“{name}” is being filled right now. Wait until that is done, or cancel it, then try again."
NOT_IMPORTED = (
    "“{name}” was not imported from a file or a connection, so that there is nothing to add to or "
    "to read again. Change what makes it, and run that."
)
NOT_NEWER = (
    "Only rows that are added from a connection can be those that are newer; leave `newer` out."
)
TITLES: dict[Mode, str] = {"append": "Add rows to {name}", "refresh": "Replace the rows of {name}"}


def refresh_allowed(*, dataset: Dataset) -> bool:
    """Say whether a dataset takes new rows: it was imported, and has some."""
    version = dataset.current
    return (
        version is not None and not hasattr(dataset, "recipe") and "selection" not in version.origin
    )


def refresh_begin(*, dataset: Dataset, user: User, mode: Mode, upload: Upload) -> DatasetImport:
    """Say that an upload is for a dataset; nothing happens to its rows yet.

    Raises ``Conflict`` for a dataset that a recipe makes or that has no rows.
    """
    refresh_require(dataset=dataset)
    return DatasetImport.objects.create(
        dataset=dataset, source_name=upload.name, upload=upload, mode=mode, created_by=user,
        options=refresh_options(dataset=dataset), connection=upload.connection, item=upload.item,
    )  # fmt: skip


def refresh_attach(*, dataset: Dataset, user: User, mode: Mode, upload: Upload) -> DatasetImport:
    """Return what says that an upload is for this dataset, made where nothing says so yet."""
    upload_require(upload=upload)
    record = refresh_record(upload=upload)
    if record and (record.dataset_id, record.mode) == (dataset.pk, mode):
        return record
    return refresh_begin(dataset=dataset, user=user, mode=mode, upload=upload)


def refresh_options_with(*, record: DatasetImport, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the dataset's last import, changed by those that are given."""
    if record.upload is None:
        return {**record.options, **given}
    before = refresh_options(dataset=record.dataset)
    known = known_options(upload=record.upload, options=before)
    types = {**known.get("types", {}), **given.get("types", {})}
    return {**known, **given, "types": types}


def refresh_target(*, project: Project, dataset_id: str, mode: str) -> tuple[Dataset, Mode]:
    """Read for which dataset a file is that is about to arrive; ``UserError`` for neither."""
    try:
        dataset = dataset_get(project=project, dataset_id=UUID(dataset_id))
    except ValueError:
        raise NotFound(MISSING) from None
    refresh_require(dataset=dataset)
    return dataset, "append" if mode == "append" else "refresh"


def refresh_require(*, dataset: Dataset) -> DatasetVersion:
    """Return the version that new rows go to; ``Conflict`` where the dataset takes none."""
    version = version_current(dataset=dataset)
    if not refresh_allowed(dataset=dataset):
        raise Conflict(NOT_IMPORTED.format(name=dataset.name))
    return version


def refresh_record(*, upload: Upload) -> DatasetImport | None:
    """Return for which dataset an upload is; None for one that makes a new dataset."""
    record = upload.imports.select_related("dataset__current", "dataset__project", "job").first()
    return record if record and record.mode != DatasetImport.Mode.NEW else None


def refresh_last(*, dataset: Dataset) -> DatasetImport | None:
    """Return the import that the current rows came by, else the last one that ran to its end.

    Rows that were restored came by the import of the version that they are from.
    """
    version = dataset.current
    while version and (number := version.origin.get("restored")) and "import" not in version.origin:
        version = dataset.versions.filter(number=number).first()
    made = version.origin.get("import") if version else None
    found = dataset.imports.filter(Q(pk=made) if made else Q(job__state=Job.State.SUCCEEDED))
    return found.select_related("connection").first()


def refresh_options(*, dataset: Dataset) -> dict[str, Any]:
    """Return how the last import was read, with the types that the columns have now.

    Which file of an archive that was is left open: the next archive has files of other names.
    """
    last = refresh_last(dataset=dataset)
    options = dict(last.options) if last else {}
    options.pop("member", None)
    version = version_current(dataset=dataset)
    types = {column["name"]: column["type"] for column in version.columns}
    return {**options, "types": types_in_file(types, options)}


def known_options(*, upload: Upload, options: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out options of another kind of file, as when an Excel file follows a CSV."""
    model = import_source(upload=upload).Options
    known = {name: value for name, value in options.items() if name in model.model_fields}
    try:
        model.model_validate(known)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors()}
        known = {name: value for name, value in known.items() if name not in wrong}
    return known


def refresh_found(
    *, record: DatasetImport, preview: Mapping[str, Any], options: Mapping[str, Any]
) -> list[Difference]:
    """Compare the columns of a preview with the dataset's, and add what reading all of it found.

    What was found in the whole file counts for a column as long as its type is asked for again.
    """
    before = version_current(dataset=record.dataset).columns
    preview = preview_written(preview, options)
    misfits = sample_misfits(preview, before)
    types = {column["name"]: column["type"] for column in preview["columns"]}
    for each in record.schema.get("found", []):
        if each["kind"] == "type" and each["lost"] and types.get(each["column"]) == each["was"]:
            misfits[each["column"]] = each["lost"], each["of"]
    return schema_check(before, preview["columns"], misfits)


def refresh_again(*, dataset: Dataset, upload: Upload) -> str:
    """Say that the rows of this very file are in the dataset already; "" where they are not."""
    version = dataset.current
    known = next((s for s in sources_of(version) if s.get("sha256") == upload.sha256), None)
    if known is None or version is None:
        return ""
    count = known.get("rows", 0)
    rows = "its row is" if count == 1 else f"its {count:,} rows are"
    when = format_date(datetime.fromisoformat(known["added"]), "j M Y")
    name, number = known["name"], version.number
    return f"{name} was imported on {when}, and {rows} in version {number} already."


def refresh_check(*, record: DatasetImport, found: list[Difference], decided: Decided) -> None:
    """Raise ``SchemaDiffers`` where something is different that nobody has decided about."""
    mode, source = mode_of(record), record.source_name
    again = ""
    if record.mode == DatasetImport.Mode.APPEND and record.upload and not decided.again:
        again = refresh_again(dataset=record.dataset, upload=record.upload)
    open_ = unanswered(found, decided.accept, mode)
    if open_ or again:
        raise differs([each.data(mode, source) for each in open_], again)


def refresh_confirm(
    *,
    record: DatasetImport,
    user: User,
    options: Mapping[str, Any],
    decided: Decided,
    seconds: float = PREVIEW_SECONDS,
) -> Job:
    """Compare the first rows with the dataset, then start reading all of them.

    Raises ``SchemaDiffers`` where something is different that nobody has decided about. Where the
    workers are too busy for a preview, the job looks first.
    """
    upload = record.upload
    options = decided_options(dataset=record.dataset, options=options, decided=decided)
    if upload is None:
        return refresh_start(record=record, user=user, options=options, decided=decided)
    try:
        preview = import_preview(
            upload=upload, user=user, options=options, lenient=True, seconds=seconds
        )
    except PreviewPending:
        found = []
    else:
        found = refresh_found(record=record, preview=preview, options=options)
    refresh_check(record=record, found=found, decided=decided)
    return refresh_start(record=record, user=user, options=options, decided=decided)


def refresh_start(
    *, record: DatasetImport, user: User, options: Mapping[str, Any], decided: Decided
) -> Job:
    """Start reading the rows; starting the same twice gives the running job.

    Raises ``Conflict`` while another job fills the dataset. The rows that are there stay current
    until the new version is whole, and for good where it does not come to that.
    """
    dataset = record.dataset
    refresh_require(dataset=dataset)
    if decided.newer and (record.upload or record.mode != DatasetImport.Mode.APPEND):
        raise UserError(NOT_NEWER)
    with transaction.atomic():
        if record.upload:
            Upload.objects.select_for_update(no_key=True).get(pk=record.upload.pk)
        running = job_active(subject=job_subject(dataset=dataset))
        if running:
            return _same_require(running, record)
        record.options = dict(options)
        before = refresh_last(dataset=dataset)
        record.schema = decided_schema(before=before, options=options, decided=decided)
        record.job = _same_require(_job(record, user), record)
        record.save(update_fields=["options", "schema", "job"])
        told = decided_detail(decided=decided, schema=record.schema)
        audit_record(action=f"dataset.{record.mode}", thing=dataset, **told)
    if record.upload:
        upload_keep(upload=record.upload)
    return record.job


def _job(record: DatasetImport, user: User) -> Job:
    dataset = record.dataset
    return job_start(
        project=dataset.project, user=user, name=IMPORT, subject=job_subject(dataset=dataset),
        title=TITLES[mode_of(record)].format(name=dataset.name)[:200],
        args={"import": str(record.pk)},
        url=reverse("dataset", args=[dataset.project_id, dataset.pk]),
    )  # fmt: skip


def _same_require(job: Job, record: DatasetImport) -> Job:
    """Return the job if it is this import's own; another one's is in the way."""
    if job.args != {"import": str(record.pk)}:
        raise Conflict(BUSY.format(name=record.dataset.name))
    return job


def refresh_discard(*, upload: Upload) -> Dataset | None:
    """Forget for which dataset an upload is, before it is deleted; return that dataset."""
    record = refresh_record(upload=upload)
    if record is None:
        return None
    if record.job is None:
        record.delete()
    return record.dataset
