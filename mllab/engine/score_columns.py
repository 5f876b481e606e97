"""Which columns a stored model needs of a dataset, and which it adds to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from datasets.engine.names import clean_name
from datasets.engine.types import ROW_COLUMN, Column
from mllab.engine.preparation.values import Kind, kind_of
from mllab.engine.preprocessing import Fitted, from_json
from segplatform.kernel.errors import UserError

PREFIX = "segment"
_KINDS: dict[Kind, str] = {
    "number": "a number",
    "boolean": "yes or no",
    "date": "a date",
    "category": "text",
}
TO_DO = "Add what is missing in a recipe first, or choose another segmentation."
TOO_OLD = (
    "This model was trained by an earlier version and cannot score. Train it again and add that "
    "prototype to the segmentation."
)


def preprocessing_of(model: Mapping[str, Any]) -> Fitted:
    """Read the preprocessing of a stored model; ``UserError`` for a model of former versions."""
    if "order" not in model or "scoring" not in model:
        raise UserError(TOO_OLD)
    try:
        return from_json(model["preprocessing"])
    except ValueError:
        raise UserError(TOO_OLD) from None


def scored_columns(columns: Sequence[Column], fitted: Fitted, prefix: str) -> list[Column]:
    """Return the columns of a scored dataset: its own, then the three of the segment.

    Raises ``UserError`` with ``fields``: ``inputs`` and ``segmentation`` where columns that the
    model needs are not there (all of them are named), ``prefix`` for a name that is taken.
    """
    _require(columns, fitted)
    added = [Column(name, kind) for name, kind in _added(prefix)]
    taken = {ROW_COLUMN: ROW_COLUMN, **{column.name.casefold(): column.name for column in columns}}
    twice = [taken[c.name.casefold()] for c in added if c.name.casefold() in taken]
    if twice:
        message = f"The dataset has a column “{twice[0]}” already: change the prefix."
        raise UserError(message, {"prefix": message})
    return [*columns, *added]


def prefix_free(columns: Sequence[Column]) -> str:
    """Propose a prefix whose three names are free: "segment", else with a number behind it."""
    taken = {column.name.casefold() for column in columns}
    number, prefix = 2, PREFIX
    while any(name.casefold() in taken for name, _ in _added(prefix)):
        prefix, number = f"{PREFIX}_{number}", number + 1
    return prefix


def prefix_check(prefix: str) -> str:
    """Return a prefix as names of columns may begin; ``ValueError`` with a sentence else."""
    name = clean_name(prefix)
    if not name:
        raise ValueError("Use letters, digits or spaces, not control characters.")
    return name


def _added(prefix: str) -> list[tuple[str, Any]]:
    return [(prefix, "integer"), (f"{prefix}_name", "text"), (f"{prefix}_confidence", "float")]


def _require(columns: Sequence[Column], fitted: Fitted) -> None:
    types = {column.name: column.type for column in columns}
    lacking = [fit.column for fit in fitted.inputs if fit.column not in types]
    wrong = [
        f"“{fit.column}” as {_KINDS[fit.kind]}, which is {types[fit.column]} here"
        for fit in fitted.inputs
        if fit.column in types and kind_of(types[fit.column]) != fit.kind
    ]
    parts = [f"{_listed(lacking)}, which the dataset does not have"] if lacking else []
    parts += wrong
    if parts:
        message = f"The segmentation needs {'; and '.join(parts)}. {TO_DO}"
        raise UserError(message, {"inputs": message, "segmentation": message})


def _listed(names: Sequence[str]) -> str:
    """Write names as a person does: “A”, “B” and “C”."""
    quoted = [f"“{name}”" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
