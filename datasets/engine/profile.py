"""What is in every column of a table: counts, spread, quantiles, shape, frequent values."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from datasets.engine.duck import connect
from datasets.engine.profile_facts import describe
from datasets.engine.profile_groups import groups_read, wants_groups
from datasets.engine.profile_scan import MAX_BATCH, Answer, Scan, batches
from datasets.engine.profile_sql import EXACT_VALUES, first_questions, second_questions
from datasets.engine.profile_values import values_read, wants_values
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

MEMORY_BYTES = 512 * 2**20
SECOND_BATCH_VALUES = 8_000_000
"""How many values one query may hold at once for exact quantiles: 64 MB."""

_MEMORY = (
    "Measuring these columns needs more memory than a job may take; keep fewer columns first, or "
    "ask the operator for more."
)


def profile(
    files: Sequence[Path],
    columns: Sequence[Column],
    progress: Progress,
    memory_bytes: int = MEMORY_BYTES,
) -> list[Answer]:
    """Describe each column of a stored table (with ``__row``, which is left out).

    Per column: ``name``, ``type``, ``missing`` (cells without a value), ``distinct`` (values that
    differ), ``min``, ``max``, ``mean``, ``median``, ``quantiles`` (by "0.01" … "0.99"), ``std``
    (of a sample, n - 1), ``skew`` (of the population, g1), ``zeros``, ``negatives``,
    ``histogram`` (20 equal bins between ``edges``, the last edge included; None where all values
    are equal) and ``top`` (at most ten ``{"value", "count"}``, ties by value, for text, booleans
    and columns of at most 100 values). None where a type has no such thing: text and booleans
    have counts only, dates neither mean nor spread; their moments are ISO text.

    Everything is exact up to a million values, and at any number of rows for columns of up to
    100,000 different ones. Beyond, ``distinct`` is an estimate (``distinct_is_estimate``) and
    quantiles are those of about a million rows chosen by a hash of their number
    (``quantiles_are_estimates``): the same on each run and right to 0.1 % of the rows, where
    DuckDB's t-digest misses by some percent of the value. Values that are not finite are left
    out of all numbers and counted in ``not_finite``. These three keys are there only where so.

    Raises ``UserError`` where memory does not suffice, and what ``progress.step`` raises within
    a fraction of a second. The table is read in batches of columns and never held.
    """
    progress.step(0.0, "Counting")
    with _database(files, memory_bytes) as con:
        scan = Scan(con, list(files), progress)
        rows = scan.count()
        first = _first(scan, columns)
        second = _second(scan, columns, first)
        values = _values(scan, columns, first)
    answers = zip(columns, first, second, values, strict=True)
    return [describe(column, rows, *found) for column, *found in answers]


@contextmanager
def _database(files: Sequence[Path], memory: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database that reaches these files and, for what does not fit, a folder to spill."""
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(memory, spill, paths=files)
        try:
            yield con
        except duckdb.OutOfMemoryException as error:
            raise UserError(_MEMORY) from error
        finally:
            con.close()


def _first(scan: Scan, columns: Sequence[Column]) -> list[Answer]:
    """Count and find the ends of every column."""
    asked = [first_questions(column) for column in columns]
    return scan.ask(batches(asked, [1] * len(asked), MAX_BATCH), 0.0, 0.3, "Counting")


def _second(scan: Scan, columns: Sequence[Column], first: Sequence[Answer]) -> list[Answer]:
    """Measure between the ends of every column: by value where values repeat, else by row."""
    pairs = list(zip(columns, first, strict=True))
    grouped = [wants_groups(*pair) for pair in pairs]
    asked = [{} if by else second_questions(*p) for p, by in zip(pairs, grouped, strict=True)]
    held = [min(known["count"], EXACT_VALUES) for known in first]
    weights = [rows if questions else 0 for rows, questions in zip(held, asked, strict=True)]
    found = scan.ask(batches(asked, weights, SECOND_BATCH_VALUES), 0.3, 0.6, "Measuring")
    for place, pair in enumerate(pairs):
        scan.at(0.6, 0.8, place, len(pairs))
        if grouped[place]:
            found[place] = groups_read(scan, *pair)
    return found


def _values(scan: Scan, columns: Sequence[Column], first: Sequence[Answer]) -> list[Answer]:
    """Count the values of the columns for which that says something."""
    found: list[Answer] = []
    for place, (column, known) in enumerate(zip(columns, first, strict=True)):
        scan.at(0.8, 1.0, place, len(columns))
        found.append(values_read(scan, column, known) if wants_values(column, known) else {})
    return found
