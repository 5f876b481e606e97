"""Columns of Parquet files as arrays, read one at a time when they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from datasets.engine.duck import identifier
from datasets.engine.execute import Source
from datasets.engine.types import ROW_COLUMN, Column
from mllab.engine.preparation.values import Values, values_from_arrow


class ParquetTable(Mapping[str, Values]):
    """The columns of one Parquet file, in the file's order; none is kept."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._path = path
        self._types = {column.name: column.type for column in columns}

    def __getitem__(self, name: str) -> Values:
        """Read one column (n,)."""
        import pyarrow.parquet as pq

        kind = self._types[name]
        with pq.ParquetFile(self._path) as file:
            return values_from_arrow(file.read(columns=[name]).column(0), kind)

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._types)

    def __len__(self) -> int:
        """Count the columns."""
        return len(self._types)


def complete_rows(columns: Sequence[Column], names: Sequence[str]) -> str:
    """Return the SQL condition of rows that have a value in all of these columns."""
    types = {column.name: column.type for column in columns}
    tests = [f"{identifier(name)} IS NOT NULL" for name in names]
    tests += [f"isfinite({identifier(name)})" for name in names if types[name] == "float"]
    return " AND ".join(tests) or "true"


def selected(source: Source) -> str:
    """Return the SELECT list of all columns of a source, its row number first."""
    return ", ".join([ROW_COLUMN, *(identifier(column.name) for column in source.columns)])
