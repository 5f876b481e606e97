"""In the job: rows that were read become the new version of a dataset that has some.

The columns are compared here once more, over the whole file: a preview saw its first rows only.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import now

from datasets.engine.append import Table, rows_join
from datasets.engine.import_columns import (
    columns_known,
    preview_written,
    types_in_dataset,
    types_in_file,
)
from datasets.engine.results import ReadResult
from datasets.engine.schema_check import (
    Difference,
    Mode,
    Target,
    schema_check,
    targets,
    types_wanted,
    unanswered,
)
from datasets.models import DatasetImport, DatasetVersion
from datasets.services.files import version_files
from datasets.services.reading import RESULT, reading_preview
from datasets.services.refresh_newer import newer_words
from datasets.services.rows import version_current
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

JOINED = "joined"
SAID = 3
STOPPED = (
    "{said} Nothing was changed: version {number} stays current. Choose what is to become of that, "
    "then start it again."
)


def refresh_wanted(
    *, record: DatasetImport, path: Path, name: str, progress: Progress
) -> dict[str, Any]:
    """Return the options to read a file with: the types of the dataset for columns that are there.

    Those of a new dataset are what was confirmed.
    """
    if record.mode == DatasetImport.Mode.NEW:
        return record.options
    told = {**record.options, "left_out": [], "renamed": {}}
    shown = reading_preview(
        path=path, name=name, options=told, rows=1, lenient=True, progress=progress
    )
    options = columns_known(record.options, (column["name"] for column in shown["columns"]))
    before = version_current(dataset=record.dataset).columns
    names = [column["name"] for column in preview_written(shown, options)["columns"]]
    chosen = types_in_dataset(options.get("types", {}), options)
    wanted = types_wanted(before, names, chosen, record.schema.get("accept", {}))
    return {**options, "types": types_in_file(wanted, options)}


def refresh_rows(
    *, record: DatasetImport, result: ReadResult, tmp: Path, progress: Progress
) -> tuple[ReadResult, Path]:
    """Give the rows of the new version and the folder of their files; ``tmp`` holds those read.

    Raises ``UserError`` where the columns are not as before and nobody decided about that.
    """
    made = tmp / RESULT
    if record.mode == DatasetImport.Mode.NEW:
        return result, made
    mode, base = mode_of(record), version_current(dataset=record.dataset)
    accept = record.schema.get("accept", {})
    found = _differences(base, result)
    _record_found(record, found)
    if open_ := unanswered(found, accept, mode):
        said = " ".join(each.sentence(record.source_name) for each in open_[:SAID])
        raise UserError(STOPPED.format(said=said, number=base.number))
    wanted = targets(base.columns, result.columns, accept, mode)
    if mode == "refresh" and _as_read(result, wanted):
        return result, made
    before = _table(base) if mode == "append" else None
    read = Table(made, result.files, result.columns, result.rows, result.report)
    joined = rows_join(
        before, read, wanted, record.source_name, out_dir=tmp / JOINED, progress=progress,
        memory_bytes=settings.IMPORT_MEMORY_BYTES,
    )  # fmt: skip
    return joined, tmp / JOINED


def refresh_origin(*, record: DatasetImport, result: ReadResult) -> dict[str, Any]:
    """Say what made the version, and the rows of which files it holds."""
    if record.mode == DatasetImport.Mode.NEW:
        return {}
    added = result.report["rows_read"]
    source = {"name": record.source_name, "rows": added, "added": now().isoformat()}
    if record.upload:
        source["sha256"] = record.upload.sha256
    kept = []
    if record.mode == DatasetImport.Mode.APPEND:
        kept = sources_of(version_current(dataset=record.dataset))
    newer = newer_words(schema=record.schema)
    told = {"mode": record.mode, "added": added, "sources": [*kept, source]}
    return told | ({"newer": newer} if newer else {})


def _differences(base: DatasetVersion, result: ReadResult) -> list[Difference]:
    """Compare the columns, and count over all rows what is not of the dataset's type."""
    types = {column["name"].casefold(): column["type"] for column in base.columns}
    missing = {column["name"]: column["missing"] for column in result.columns}
    misfits = {
        name: (item["unreadable"], result.rows - missing[name] + item["unreadable"])
        for name, item in result.report["columns"].items()
        if types.get(name.casefold()) == item["wanted"]
    }
    return schema_check(base.columns, result.columns, misfits)


def _record_found(record: DatasetImport, found: list[Difference]) -> None:
    """Keep what was found in the whole file, for the preview that asks about it."""
    mode = mode_of(record)
    record.schema["found"] = [each.data(mode, record.source_name) for each in found]
    DatasetImport.objects.filter(pk=record.pk).update(schema=record.schema)


def _as_read(result: ReadResult, wanted: list[Target]) -> bool:
    """Say whether the files that were read are the new version's as they lie."""
    return [(t.name, t.type) for t in wanted] == [(c["name"], c["type"]) for c in result.columns]


def _table(version: DatasetVersion) -> Table:
    folder = Path(settings.DATA_DIR) / version.folder
    version_files(version=version)  # notes that it is read
    return Table(folder, version.files, version.columns, version.rows, version.report)


def sources_of(version: DatasetVersion | None) -> list[dict[str, Any]]:
    """List the files whose rows a version holds: ``{"name", "sha256", "rows", "added"}``."""
    if version is None:
        return []
    if "sources" in version.origin:
        return list(version.origin["sources"])
    if not (digest := version.origin.get("sha256")):
        return []
    return [{"name": version.origin.get("source", "The file"), "sha256": digest,
             "rows": version.rows, "added": version.created.isoformat()}]  # fmt: skip


def mode_of(record: DatasetImport) -> Mode:
    """Return what becomes of the rows, as the engine calls it."""
    return "append" if record.mode == DatasetImport.Mode.APPEND else "refresh"
