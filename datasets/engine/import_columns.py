"""Which columns of a source are imported, and what they are called then: as a person chose."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from datasets.engine.bounds import MAX_NAME_CHARACTERS
from datasets.engine.names import clean_name
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.errors import UserError

CHOSEN = ("types", "left_out", "renamed")
"""Options that say what to make of the columns, not how to find them."""

SHOWN = 100
"""How much of a long name a sentence quotes."""


def reading_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that say how the rows are found."""
    return {name: value for name, value in options.items() if name not in CHOSEN}


def names_written(
    names: Sequence[str], left_out: Iterable[str], renamed: Mapping[str, str]
) -> list[str | None]:
    """Return what each column is called in the dataset, None where it is left out.

    ``left_out`` and ``renamed`` speak of columns by their ``names`` in the file. Raises
    ``UserError`` with a field ``renamed.<name>`` for each name that cannot be given.
    """
    left = set(left_out)
    if unknown := sorted((left | set(renamed)) - set(names)):
        raise UserError(
            f"There is no column “{unknown[0][:SHOWN]}” to leave out or to rename.",
            {"left_out": "It names a column that is not there."},
        )
    if left.issuperset(names):
        said = "Every column is left out. Keep at least one."
        raise UserError(said, {"left_out": said})
    written = [None if n in left else clean_name(renamed.get(n, n)) for n in names]
    if faults := dict(_faults(names, written, renamed)):
        raise UserError(
            next(iter(faults.values())), {f"renamed.{name}": text for name, text in faults.items()}
        )
    return written


def _faults(
    names: Sequence[str], written: Sequence[str | None], renamed: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """Yield ``(column, sentence)`` for each new name that cannot be given."""
    # Names differ by more than their case, as DuckDB needs.
    taken = {to.casefold(): n for n, to in zip(names, written, strict=True) if to == n}
    for name, to in zip(names, written, strict=True):
        if to is None or to == name:
            continue
        other = taken.setdefault(to.casefold(), name)
        if not to:
            yield name, f"Give the column “{name[:SHOWN]}” a name."
        elif len(renamed[name]) > MAX_NAME_CHARACTERS:
            yield name, f"A column's name may have {MAX_NAME_CHARACTERS} characters at most."
        elif to.casefold() == ROW_COLUMN.casefold():
            yield name, f"“{ROW_COLUMN}” is used by Segplatform itself. Choose another name."
        elif other != name:
            yield name, f"Two columns are called “{to[:SHOWN]}”. Choose another name."


def columns_known(options: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return options that leave out and rename no other columns than those with these ``names``.

    The next file of a series may lack one, or bring it under its new name.
    """
    here = set(names)
    left = [name for name in options.get("left_out", []) if name in here]
    renamed = {n: to for n, to in options.get("renamed", {}).items() if n in here}
    taken = {*here, *renamed} - set(left) - set(renamed)
    renamed = {n: to for n, to in renamed.items() if to not in taken}
    chosen = {"left_out": left, "renamed": renamed}
    return {
        **{name: value for name, value in options.items() if name not in chosen},
        **{name: value for name, value in chosen.items() if value},
    }


def preview_written(preview: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a preview as its columns are written: without those left out, under new names."""
    names = [column["name"] for column in preview["columns"]]
    known = columns_known(options, names)
    written = names_written(names, known.get("left_out", []), known.get("renamed", {}))
    kept = [place for place, name in enumerate(written) if name is not None]
    return {
        **preview,
        "columns": [{**preview["columns"][place], "name": written[place]} for place in kept],
        "rows": [[row[place] for place in kept] for row in preview["rows"]],
    }


def types_in_file(types: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return types of columns as they are called in the dataset by their names in the file."""
    before = {to: name for name, to in options.get("renamed", {}).items()}
    return {before.get(name, name): kind for name, kind in types.items()}


def types_in_dataset(types: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return types of columns as they are called in the file by their names in the dataset."""
    after = options.get("renamed", {})
    return {after.get(name, name): kind for name, kind in types.items()}
