"""Inside the cage: an input's Parquet files as an ordinary, numpy-backed pandas DataFrame."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def frame_read(files: Sequence[Path], columns: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Read the columns (``{"name", "type"}``) of files of our own writer, one after another.

    Decimals come as float64, times and dates as datetime64; whole numbers and yes/no become
    pandas' nullable types only where cells are missing: floats would lose long identifiers.
    """
    names = [column["name"] for column in columns]
    tables = [pq.read_table(file, columns=names, partitioning=None) for file in files]
    table = pa.concat_tables(tables)
    return pd.DataFrame({name: _series(table.column(name)) for name in names})


def _series(cells: pa.ChunkedArray) -> pd.Series:
    kind = cells.type
    if pa.types.is_decimal(kind):
        cells = pc.cast(cells, pa.float64())
    elif pa.types.is_date(kind):
        cells = pc.cast(cells, pa.timestamp("us"))
    elif cells.null_count and pa.types.is_integer(kind):
        return cells.to_pandas(types_mapper={kind: pd.Int64Dtype()}.get)
    elif cells.null_count and pa.types.is_boolean(kind):
        return cells.to_pandas(types_mapper={kind: pd.BooleanDtype()}.get)
    return cells.to_pandas()
