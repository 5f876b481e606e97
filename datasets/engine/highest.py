"""The highest values of columns: what comes after them is new."""

from collections.abc import Sequence
from pathlib import Path

from datasets.engine.duck import identifier
from datasets.engine.reader import reader, table


def highest(files: Sequence[Path], columns: Sequence[str]) -> dict[str, str]:
    """Give the highest value of each column as text; nothing of a column without values."""
    if not columns:
        return {}
    asked = ", ".join(f"max(t.{identifier(name)})::VARCHAR" for name in columns)
    with reader(files) as con:
        found = con.execute(f"SELECT {asked} FROM {table(files)}").fetchone() or ()
    pairs = zip(columns, found, strict=False)
    return {name: value for name, value in pairs if value is not None}
