"""Inside the cage: what a script put into ``output`` as an Arrow table, or a sentence why not."""

import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES, MAX_COLUMNS, MAX_NAME_CHARACTERS
from datasets.engine.types import ROW_COLUMN

MAX_ROWS = 20_000_000
"""More rows than a recipe's memory holds; one sentence is better than a machine that swaps."""

LARGEST = Decimal(10) ** 14
"""What does not fit before the point of decimal(18,4)."""


class BadOutput(Exception):
    """The output cannot be stored; the message is a sentence that says what to do."""


def table_of(output: object, notes: list[str]) -> pa.Table:
    """Turn a DataFrame into a table of plain Arrow columns; ``notes`` gets what was changed.

    A named index becomes columns, an unnamed one goes. Raises ``BadOutput``.
    """
    frame = _frame(output)
    names = names_checked(list(frame.columns))
    cells = [_cells(frame.iloc[:, place], name, notes) for place, name in enumerate(names)]
    return pa.table(cells, names=names)


def _frame(output: object) -> pd.DataFrame:
    if isinstance(output, pd.Series):
        raise BadOutput("output is a Series; make a table of it with output.reset_index().")
    if not isinstance(output, pd.DataFrame):
        kind = type(output).__name__[:60]
        raise BadOutput(f"output is of type {kind}; put a pandas DataFrame into it.")
    if isinstance(output.columns, pd.MultiIndex):
        raise BadOutput(
            "The columns of output have several levels; join them, for example with "
            'output.columns = output.columns.map("_".join).'
        )
    if any(name is not None for name in output.index.names):
        output = _with_index(output)
    if len(output) > MAX_ROWS:
        raise BadOutput(f"output has {len(output):,} rows; at most {MAX_ROWS:,} can be stored.")
    return output


def _with_index(output: pd.DataFrame) -> pd.DataFrame:
    """Make the named levels columns; what is a column already (as after set_index) stays one."""
    levels = [name for name in output.index.names if name is None or name in output.columns]
    output = output.reset_index(level=levels, drop=True) if levels else output
    return output.reset_index() if any(n is not None for n in output.index.names) else output


def names_checked(columns: Sequence[object]) -> list[str]:
    """Return the names of the columns, trimmed; ``BadOutput`` for those that no dataset has."""
    if not columns:
        raise BadOutput("output has no columns; put at least one into it.")
    if len(columns) > MAX_COLUMNS:
        count = f"{len(columns):,}"
        raise BadOutput(f"output has {count} columns; at most {MAX_COLUMNS:,} can be stored.")
    names = [_name(each, place) for place, each in enumerate(columns, 1)]
    seen: dict[str, str] = {}
    for name in names:
        if (before := seen.get(name.casefold())) is not None:
            same = "" if before == name else f" and “{name}”, which differ by capitals only"
            raise BadOutput(f"Two columns of output are called “{before}”{same}; rename one.")
        seen[name.casefold()] = name
    return names


def _name(name: object, place: int) -> str:
    if not isinstance(name, str):
        raise BadOutput(
            f"Column {place} of output is called {str(name)[:60]}, which is not text; "
            "try output.columns = output.columns.map(str)."
        )
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean:
        raise BadOutput(f"Column {place} of output has an empty name; give it one.")
    if len(clean) > MAX_NAME_CHARACTERS:
        short = f"“{clean[:40]}…”"
        raise BadOutput(f"The name {short} is too long; use {MAX_NAME_CHARACTERS} characters.")
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in clean):
        raise BadOutput(f"The name of column {place} holds control characters; rename it.")
    if clean.casefold() == ROW_COLUMN:
        raise BadOutput(f"“{clean}” is a name of our own; rename this column.")
    return clean


def _cells(series: pd.Series, name: str, notes: list[str]) -> pa.Array | pa.ChunkedArray:
    """Turn one column into Arrow of a plain type; what has none becomes text, with a note."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = _plain_labels(series)
    if isinstance(series.dtype, pd.SparseDtype):
        series = pd.Series(np.asarray(series), index=series.index)
    try:
        cells = pa.Array.from_pandas(series)
        if pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_decode()
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        notes.append(f"“{name}” holds values of different kinds; they were stored as text.")
        return small_require(_texts(series), name)
    for fits, convert in _PLAIN:
        if fits(cells.type):
            return small_require(convert(cells, name, notes), name)
    notes.append(f"“{name}” holds {str(cells.type)[:40]} values; they were stored as text.")
    return small_require(_texts(series), name)


def _plain_labels(series: pd.Series) -> pd.Series:
    """Make text of intervals and periods; labels that are numbers stay numbers."""
    labels = series.cat.categories
    if isinstance(labels.dtype, pd.IntervalDtype | pd.PeriodDtype):
        return series.cat.rename_categories(list(labels.astype(str)))
    return series


def _texts(series: pd.Series) -> pa.Array:
    missing = series.isna()
    texts = [None if gone else _text(value) for value, gone in zip(series, missing, strict=True)]
    return pa.array(texts, pa.string())


def _text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()


def _same(cells: Any, name: str, notes: list[str]) -> Any:
    return cells


def _decimal(cells: Any, name: str, notes: list[str]) -> Any:
    """Round to the four places of money."""
    largest = pc.max(pc.abs(cells)).as_py()
    if largest is not None and largest >= LARGEST:
        raise BadOutput(f"“{name}” holds decimals of more than 14 digits before the point.")
    return pc.round(cells, 4).cast(pa.decimal128(18, 4), safe=False)


def _unsigned(cells: Any, name: str, notes: list[str]) -> Any:
    try:
        return pc.cast(cells, pa.int64())
    except pa.ArrowInvalid:
        notes.append(f"“{name}” holds numbers over 18 digits; they were stored as text.")
        return pc.cast(cells, pa.string())


def _time(cells: Any, name: str, notes: list[str]) -> Any:
    """Drop the zone (times are UTC then); nanoseconds are cut to microseconds."""
    if cells.type.tz is not None:
        notes.append(f"“{name}” had a time zone ({cells.type.tz}); its times are in UTC now.")
        cells = pc.cast(cells, pa.timestamp(cells.type.unit))
    return pc.cast(cells, pa.timestamp("us"), safe=False)


def _duration(cells: Any, name: str, notes: list[str]) -> Any:
    raise BadOutput(
        f"“{name}” holds durations, which a dataset cannot; make numbers of them, for example "
        f'with output["{name}"].dt.days or .dt.total_seconds().'
    )


def _bytes(cells: Any, name: str, notes: list[str]) -> Any:
    raise BadOutput(f'“{name}” holds bytes; make text of them with .str.decode("utf-8").')


def small_require(cells: Any, name: str) -> Any:
    """Return the cells; ``BadOutput`` for a text that would fill every page's memory."""
    if not pa.types.is_string(cells.type):
        return cells
    longest = pc.max(pc.binary_length(cells)).as_py() or 0
    if longest > MAX_CELL_BYTES:
        size = f"{longest / 2**20:,.1f} MB"
        raise BadOutput(f"“{name}” holds a text of {size}; a cell may hold 1 MB. Shorten it.")
    return cells


Convert = Callable[[Any, str, list[str]], Any]
_is = pa.types
_PLAIN: Sequence[tuple[Callable[[Any], bool], Convert]] = (
    (_is.is_boolean, _same),
    (_is.is_uint64, _unsigned),
    (_is.is_integer, lambda cells, name, notes: pc.cast(cells, pa.int64())),
    (_is.is_floating, lambda cells, name, notes: pc.cast(cells, pa.float64())),
    (_is.is_decimal, _decimal),
    (_is.is_date, lambda cells, name, notes: pc.cast(cells, pa.date32())),
    (_is.is_timestamp, _time),
    (_is.is_duration, _duration),
    (lambda kind: _is.is_binary(kind) or _is.is_large_binary(kind), _bytes),
    (
        lambda kind: any(f(kind) for f in (_is.is_string, _is.is_large_string, _is.is_string_view)),
        lambda cells, name, notes: pc.cast(cells, pa.string()),
    ),
    (_is.is_null, lambda cells, name, notes: pc.cast(cells, pa.string())),
    (_is.is_time, lambda cells, name, notes: pc.cast(cells, pa.string())),
)
"""How each kind of Arrow column becomes a plain one."""
