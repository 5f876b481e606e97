"""The types of several files: guessed from rows of all of them, with the file's name beside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from datasets.engine.connectors.base import ConnectorOptions
from datasets.engine.names import clean_names
from datasets.engine.types import ColumnType
from datasets.engine.typing_plan import Rows, TypeOptions, TypePlan, plan_types

SOURCE = "source_file"
SPELLING = {"decimal": ".", "thousands": ""}
"""How numbers are spelled by formats whose options do not ask for it."""
OF_ALL = {*SPELLING, "date_order", "null_words"}
"""What is said of a whole file; everything else about types is said of single columns."""


@dataclass
class SourcePlan(TypePlan):
    """A plan whose last column is the file's name, where ``source`` says so."""

    source: bool = False

    def spare(self) -> set[int]:
        """Return the last columns of the files that have neither a name nor a value so far."""
        if not self.source:
            return super().spare()
        return replace(self, names=self.names[:-1], source=False).spare()


def plan_of(
    raw_names: Sequence[str],
    rows: Rows,
    options: ConnectorOptions,
    typed: Mapping[str, ColumnType] | None,
    *,
    source: bool,
) -> SourcePlan:
    """Plan the types of all files; ``typed`` are those that their columns bring along."""
    said = SPELLING | _said(options)
    chosen: dict[str, Any] = dict(said.get("types", {}) if typed is None else typed)
    raw = list(raw_names)
    if source:
        free = source_name(clean_names(raw))
        raw, rows = [*raw, free], [[*row, None] for row in rows]
        chosen[free] = "text"
    options_of_types = TypeOptions(**{**said, "types": chosen})
    plan = plan_types(raw, rows if typed is None else [], options_of_types)
    return SourcePlan(**{f.name: getattr(plan, f.name) for f in fields(plan)}, source=source)


def columns_forgotten(options: ConnectorOptions) -> ConnectorOptions:
    """Leave to all files together what was said of single columns: one file may lack them."""
    of_columns = {name: type(value)() for name, value in _said(options).items()
                  if name not in OF_ALL}  # fmt: skip
    return options.model_copy(update=of_columns)


def source_name(names: Iterable[str]) -> str:
    """Name the column of the file's name as no other column is called."""
    return clean_names([*names, SOURCE])[-1]


def _said(options: ConnectorOptions) -> dict[str, Any]:
    """Return what a person said about types, as far as the format asks for it."""
    names = (f.name for f in fields(TypeOptions))
    return {name: getattr(options, name) for name in names if hasattr(options, name)}
