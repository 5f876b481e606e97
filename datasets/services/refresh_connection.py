"""New rows for a dataset from the connection that it came from: read again, as it was read."""

from typing import Any

from django.db import transaction

from datasets.engine.import_columns import types_in_file
from datasets.engine.schema_check import Mode
from datasets.models import Dataset, DatasetImport
from datasets.services.datasets import job_subject
from datasets.services.previews import job_active
from datasets.services.refresh import refresh_last, refresh_require, refresh_start
from datasets.services.refresh_decided import Decided, decided_options, differs
from datasets.services.refresh_newer import newer_require
from projects.models import Job, User
from segplatform.kernel.errors import UserError

NO_CONNECTION = "“{name}” came from a file, not from a connection; choose a file with the new rows."


def refresh_connection(*, dataset: Dataset) -> DatasetImport | None:
    """Return how a dataset comes from a connection which is there still; None for a file's.

    That is the import of the rows that it has: after a version was restored, the one before.
    """
    found = dataset.imports.filter(connection__isnull=False, connection__deleted=None)
    found = found.select_related("connection")
    last = refresh_last(dataset=dataset)
    return (found.filter(pk=last.pk).first() if last else None) or found.first()


def refresh_connection_stopped(*, dataset: Dataset, mode: Mode) -> DatasetImport | None:
    """Return the last time that this was tried, where it stopped at something to decide."""
    tried = dataset.imports.filter(
        connection__isnull=False, upload=None, mode=mode, job__state=Job.State.FAILED
    )
    record = tried.select_related("job", "dataset__current", "dataset__project").first()
    version = dataset.current
    newer = record and record.job and version and record.job.created > version.created
    return record if record and newer and record.schema.get("found") else None


def refresh_connection_start(*, dataset: Dataset, user: User, mode: Mode, decided: Decided) -> Job:
    """Start reading the same thing with the same options; started twice gives the running job.

    Raises ``SchemaDiffers`` where the last try stopped at something that is not decided yet,
    ``UserError`` where the dataset came from a file.
    """
    refresh_require(dataset=dataset)
    last = refresh_connection(dataset=dataset)
    if last is None:
        raise UserError(NO_CONNECTION.format(name=dataset.name))
    if decided.newer and mode == "append":
        newer_require(dataset=dataset, last=last, column=decided.newer)
    stopped = refresh_connection_stopped(dataset=dataset, mode=mode)
    if stopped and not decided.again:  # the source may be as it was by now
        _decided_require(stopped, decided)
    with transaction.atomic():
        running = job_active(subject=job_subject(dataset=dataset))
        if running and dataset.imports.filter(job=running, mode=mode, upload=None).exists():
            return running
        record = DatasetImport.objects.create(
            dataset=dataset, source_name=last.source_name, connection=last.connection,
            item=last.item, mode=mode, created_by=user,
        )  # fmt: skip
        options = decided_options(dataset=dataset, options=_options(dataset, last), decided=decided)
        return refresh_start(record=record, user=user, options=options, decided=decided)


def _options(dataset: Dataset, last: DatasetImport) -> dict[str, Any]:
    """Return how it was read, with the types that the columns have now."""
    columns = dataset.current.columns if dataset.current else []
    types = {each["name"]: each["type"] for each in columns}
    return {**last.options, "types": types_in_file(types, last.options)}


def _decided_require(stopped: DatasetImport, decided: Decided) -> None:
    """Ask again for what is open; a new column that is one of the dataset is not new any more."""
    left = [
        each
        for each in stopped.schema["found"]
        if each["choices"] and decided.accept.get(each["column"]) not in each["choices"]
        and decided.same.get(each["column"]) not in each.get("candidates", ())
        and not (each["kind"] == "new" and each["column"] in decided.same.values())
    ]  # fmt: skip
    if left:
        raise differs(left)
