"""Labels every row of a dataset by a stored model, in pieces: memory does not grow with rows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from datasets.engine.duck import connect
from datasets.engine.execute import MAX_FACT_ROWS, Source
from datasets.engine.reader import table as parquet
from datasets.engine.results import ReadResult
from datasets.engine.run_errors import readable
from datasets.engine.store import PART_NAME, TableWriter, file_info
from datasets.engine.types import ROW_COLUMN, Column
from mllab.engine.labelings import NOISE
from mllab.engine.made import algorithm_of
from mllab.engine.model import model_from
from mllab.engine.nearest import BATCH, Scorer
from mllab.engine.preparation.categories import CategoryFit
from mllab.engine.preparation.reading import selected
from mllab.engine.preparation.values import Table, Values, values_from_arrow
from mllab.engine.preprocessing import Fitted, apply_apart, kept_rows
from mllab.engine.score_columns import preprocessing_of, scored_columns
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels
    from mllab.engine.preparation.values import Mask

MEMORY_BYTES = 256 * 2**20  # of the database that reads the rows
BATCH_CELLS = 5_000_000
"""At most so many cells of the table and the matrix are worked on at once."""

UNSEEN = {
    "one_hot": "counts as none of the known ones",
    "ordinal": "counts as one in the middle of their order",
    "frequency": "counts as one that is in no row",
}
"""What becomes of a text that the model has not learned (``apply_category``)."""


@dataclass
class Sums:
    """What is counted while rows are labelled.

    ``segments`` are rows by label; ``missing`` empty cells by column of the result; ``left_out``
    rows without a value by column that needs one; ``unseen`` rows by column with a text that the
    model has not learned.
    """

    rows: int = 0
    segments: Counter[int] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Labelled:
    """Rows with their segments: ``labels`` and ``confidence`` (n,); only ``kept`` ones have any."""

    labels: "Labels"
    confidence: "NDArray[float64]"
    kept: "Mask | None"


def score(
    source: Source, content: Mapping[str, Any], prefix: str, out_dir: Path, progress: Progress
) -> ReadResult:
    """Write ``part-0.parquet``: all columns as they are, with the segment of each row behind.

    ``content`` holds ``model`` (``segmodel/1``), ``names`` of its segments by label as text
    ("-1" is the noise) and, where known, ``agreement``: the share of the rows it learned from
    that scoring labels as training did. Rows keep their order, ``__row`` counts from 1.

    ``{prefix}`` is the label, −1 for noise; it and ``{prefix}_name``, ``{prefix}_confidence`` are
    empty where a value is missing that the model needs. Raises ``UserError`` where the dataset
    does not fit, and what ``progress`` raises.
    """
    from threadpoolctl import threadpool_limits

    model = content["model"]
    fitted = preprocessing_of(model)
    columns = scored_columns(source.columns, fitted, prefix)
    names = [content["names"][str(label)] for label in range(-1, len(model["centers"]))]
    progress.step(0.0, "Scoring")
    out_dir.mkdir(parents=True, exist_ok=True)
    sums, scorer = Sums(), _scorer(model)
    with threadpool_limits(1), _opened(source) as con:
        total, parts = _ranges(con, source, fitted)
        schema = _schema(_read(con, source, (0, -1)), columns)
        with TableWriter(out_dir / PART_NAME, schema) as writer:
            for part in parts:
                rows = _read(con, source, part)
                if rows.num_rows:
                    found = _labelled(rows, source, fitted, scorer, sums)
                    writer.write(_joined(rows, found, names, schema, sums))
                progress.step(min(sums.rows / total, 1.0), "Scoring")
    info = file_info(out_dir / PART_NAME)
    infos = [{"name": c.name, "type": c.type, "missing": sums.missing[c.name]} for c in columns]
    report = {
        "facts": _facts(sums, names, model["algorithm"], content.get("agreement")),
        "rows_in": [sums.rows],
        "notes": _notes(sums, fitted),
    }
    return ReadResult(infos, info["rows"], [dict(info)], info["bytes"], report)


def _scorer(model: Mapping[str, Any]) -> Scorer:
    try:
        algorithm = algorithm_of(model["algorithm"])()
    except KeyError:
        name = model["algorithm"]
        raise UserError(f"There is no algorithm “{name}” in this version.") from None
    return algorithm.scorer(model_from(model))


@contextmanager
def _opened(source: Source) -> Iterator[duckdb.DuckDBPyConnection]:
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(MEMORY_BYTES, spill, paths=source.files)
        try:
            yield con
        except duckdb.OutOfMemoryException as error:
            raise readable(error) from error
        finally:
            con.close()


def _ranges(
    con: duckdb.DuckDBPyConnection, source: Source, fitted: Fitted
) -> tuple[int, list[tuple[int, int]]]:
    """Count the rows, and cut their numbers into ranges, both ends included."""
    width = len(source.columns) + len(fitted.scaled_columns)
    size = max(min(BATCH, BATCH_CELLS // max(width, 1)), 1_000)
    query = f"SELECT count(*), min({ROW_COLUMN}), max({ROW_COLUMN}) FROM {parquet(source.files)}"
    total, low, high = con.execute(query).fetchall()[0]
    starts = range(low, high + 1, size) if total else range(0)
    return total, [(start, start + size - 1) for start in starts]


def _read(con: duckdb.DuckDBPyConnection, source: Source, part: tuple[int, int]) -> "pa.Table":
    """Read the rows of one range in their order; of other row groups only the footer is read."""
    query = (
        f"SELECT {selected(source)} FROM {parquet(source.files)} "
        f"WHERE {ROW_COLUMN} BETWEEN {part[0]} AND {part[1]} ORDER BY {ROW_COLUMN}"
    )
    return con.sql(query).to_arrow_table()


def _schema(empty: "pa.Table", columns: list[Column]) -> "pa.Schema":
    """Return what is written: the types as they are read, and those of the new columns."""
    import pyarrow as pa

    added = zip(columns[-3:], (pa.int64(), pa.string(), pa.float64()), strict=True)
    return pa.schema([*empty.schema, *((column.name, kind) for column, kind in added)])


def _labelled(
    rows: "pa.Table", source: Source, fitted: Fitted, scorer: Scorer, sums: Sums
) -> Labelled:
    """Prepare some rows as training did, and label those that have all values it needs."""
    import numpy as np

    types = {column.name: column.type for column in source.columns}
    inputs = {
        fit.column: values_from_arrow(rows.column(fit.column), types[fit.column])
        for fit in fitted.inputs
    }
    _count_inputs(inputs, fitted, sums)
    kept = kept_rows(fitted, inputs)
    X, apart = apply_apart(fitted, inputs)
    labels = np.zeros(rows.num_rows, dtype=np.int64)
    confidence = np.zeros(rows.num_rows)
    if len(X):
        where = slice(None) if kept is None else kept
        found, sure = scorer(np.ascontiguousarray(X))
        if apart is not None:
            found, sure = np.where(apart, NOISE, found), np.where(apart, 0.0, sure)
        labels[where], confidence[where] = found, sure
    return Labelled(labels, confidence, kept)


def _joined(
    rows: "pa.Table", found: Labelled, names: list[str], schema: "pa.Schema", sums: Sums
) -> "pa.Table":
    """Put the three columns behind the others, and count."""
    import numpy as np
    import pyarrow as pa

    mask = None if found.kept is None else ~found.kept
    count = rows.num_rows
    numbers = pa.array(np.arange(sums.rows + 1, sums.rows + count + 1))
    added = [
        pa.array(found.labels, mask=mask),
        pa.array(names, pa.string()).take(pa.array(found.labels + 1, mask=mask)),
        pa.array(found.confidence, mask=mask),
    ]
    made = pa.Table.from_arrays([numbers, *rows.columns[1:], *added], schema=schema)
    labels = found.labels if found.kept is None else found.labels[found.kept]
    sums.rows += count
    sums.segments.update(dict(zip(*(part.tolist() for part in _counted(labels)), strict=True)))
    sums.missing.update({name: made.column(name).null_count for name in schema.names})
    return made


def _counted(labels: "Labels") -> "tuple[NDArray[Any], NDArray[Any]]":
    import numpy as np

    return np.unique(labels, return_counts=True)


def _count_inputs(inputs: Table, fitted: Fitted, sums: Sums) -> None:
    """Count the rows that lack a value they need, and those with a text that is new."""
    for fit in fitted.inputs:
        values = inputs[fit.column]
        if fit.leaves_out:
            sums.left_out[fit.column] += int((~values.present).sum())
        if fit.category:
            sums.unseen[fit.column] += _unseen(fit.category, values)


def _unseen(fit: CategoryFit, values: Values) -> int:
    """Count the rows whose text the model has not learned, 0 where it does not know them all."""
    import numpy as np

    if len(fit.levels) < fit.distinct:
        return 0  # the rare ones share a code: new ones get it too
    known = set(fit.levels)
    fresh = [place for place, level in enumerate(values.levels) if level not in known]
    return int(np.isin(values.array, fresh).sum())


def _facts(
    sums: Sums, names: list[str], algorithm: str, agreement: float | None
) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of each segment, why rows have none, and how far scoring is training."""
    labels = [*range(len(names) - 1), *([-1] if sums.segments[-1] else [])]
    whole = max(sums.rows, 1)
    counts = [(names[label + 1], sums.segments[label]) for label in labels]
    if without := sums.rows - sums.segments.total():
        counts.append(("Without a segment", without))
    facts: dict[str, list[dict[str, Any]]] = {
        "rows_per_segment": [
            {"segment": name, "rows": count, "share": f"{100 * count / whole:.1f} %"}
            for name, count in counts
        ][:MAX_FACT_ROWS],
        "rows_without_a_segment": [
            {"column": column, "rows_without_a_value": count}
            for column, count in sums.left_out.items()
            if count
        ][:MAX_FACT_ROWS],
    }
    if agreement is not None and not algorithm_of(algorithm).scores_exactly:
        told = {"rows_labelled_as_in_training": f"{100 * agreement:.1f} %"}
        facts["agreement_with_training"] = [told]
    return {name: rows for name, rows in facts.items() if rows}


def _notes(sums: Sums, fitted: Fitted) -> list[str]:
    """Say in sentences which texts were new."""
    encodings = {fit.column: fit.category.encoding for fit in fitted.inputs if fit.category}
    return [
        f"{count:,} row{' has a value' if count == 1 else 's have values'} in “{column}” that the "
        f"model has not learned; such a value {UNSEEN[encodings[column]]}."
        for column, count in sums.unseen.items()
        if count
    ]
