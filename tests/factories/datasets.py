"""Datasets with real files, written through the store as an import does."""

import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from datasets.engine.duck import connect, identifier, literal
from datasets.engine.rejects import Rejects
from datasets.engine.store import publish_folder, write_parquet
from datasets.engine.types import ROW_COLUMN, Column, duckdb_type
from datasets.models import Dataset, DatasetVersion
from datasets.services.files import version_folder
from projects.models import Project
from tests.factories.kept import kept

COLUMNS = [Column("Invoice", "text"), Column("Quantity", "integer"), Column("Price", "decimal")]
KEPT_ROWS = 200
ROWS = [("A1", 3, "2.50"), ("A2", -1, "1234.5"), ("C3", None, None)]


def write_rows(
    folder: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    """Write rows (numbers and times as text, None for missing) to ``folder``; list its files."""
    if len(rows) > KEPT_ROWS:
        return _write_rows(folder, columns, rows)
    return kept(folder, lambda out: _write_rows(out, columns, rows), columns, rows)


def _write_rows(
    folder: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    names = [ROW_COLUMN, *(f"c{place}" for place in range(len(columns)))]
    texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    data = [list(range(1, len(rows) + 1)), *(list(cells) for cells in zip(*texts, strict=True))]
    data += [[] for _ in range(len(names) - len(data))]
    schema = pa.schema([(names[0], pa.int64()), *((name, pa.string()) for name in names[1:])])
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "raw.parquet"
    pq.write_table(pa.table(dict(zip(names, data, strict=True)), schema=schema), raw)
    cast = ", ".join(
        f"c{place}::{duckdb_type(column.type)} AS {identifier(column.name)}"
        for place, column in enumerate(columns)
    )
    with tempfile.TemporaryDirectory() as spill:
        con = connect(2**28, spill, 1, paths=[folder])
        select = f"SELECT {ROW_COLUMN}, {cast} FROM read_parquet({literal(str(raw))})"
        info = write_parquet(con, f"{select} ORDER BY {ROW_COLUMN}", folder)
        con.close()
    raw.unlink()
    return [dict(info)]


def make_version(
    dataset: Dataset,
    columns: Sequence[Column] = COLUMNS,
    rows: Sequence[Sequence[Any]] = ROWS,
    rejected: Sequence[tuple[int, str | None, str, str]] = (),
    report: dict[str, Any] | None = None,
) -> DatasetVersion:
    """Add a version with these rows to a dataset and make it the current one."""
    pk = uuid.uuid4()
    place = version_folder(project_id=dataset.project_id, dataset_id=dataset.pk, version_id=pk)
    final = Path(settings.DATA_DIR) / place
    tmp = final.with_name(f"tmp-{pk}")
    files = write_rows(tmp, columns, rows)
    rejects = Rejects(tmp)
    for reject in rejected:
        rejects.add(*reject)
    rejects.close()
    publish_folder(tmp, final)
    version = DatasetVersion.objects.create(
        pk=pk,
        dataset=dataset,
        number=dataset.versions.count() + 1,
        folder=place,
        files=files,
        columns=[
            {"name": column.name, "type": column.type, "missing": _missing(rows, place)}
            for place, column in enumerate(columns)
        ],
        rows=len(rows),
        bytes=sum(file["bytes"] for file in files),
        report=report or {},
    )
    dataset.current = version
    dataset.save(update_fields=["current"])
    return version


def make_dataset(
    project: Project,
    name: str = "orders",
    columns: Sequence[Column] = COLUMNS,
    rows: Sequence[Sequence[Any]] = ROWS,
    **more: Any,
) -> Dataset:
    """Save a dataset with one version; ``more`` is what ``make_version`` takes."""
    dataset = Dataset.objects.create(project=project, name=name)
    make_version(dataset, columns, rows, **more)
    return dataset


def _missing(rows: Sequence[Sequence[Any]], place: int) -> int:
    return sum(row[place] is None for row in rows)
