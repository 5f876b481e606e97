"""What somebody decided about columns that differ, and asking where nobody has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets.engine.schema_same import options_same, same_settled
from datasets.models import Dataset, DatasetImport
from datasets.services.rows import version_current
from segplatform.kernel.errors import Conflict

ASK = "{said} Choose what is to become of that."
SAID = 3


@dataclass(frozen=True)
class Decided:
    """What somebody decided.

    By column what becomes of a difference, and whether a file that is in the dataset already is
    added again; ``same`` says by column of the dataset which column of the file it is, "" for
    none any more; ``newer`` names the column by which only newer rows are added, "" for all.
    """

    accept: Mapping[str, str] = field(default_factory=dict)
    again: bool = False
    same: Mapping[str, str] = field(default_factory=dict)
    newer: str = ""


class SchemaDiffers(Conflict):
    """The file has other columns than the dataset, or was added before: somebody must decide."""

    code = "schema_differs"

    def __init__(self, message: str, found: list[dict[str, Any]], again: str = "") -> None:
        super().__init__(message)
        self.differences, self.again = found, again


def differs(found: Sequence[dict[str, Any]], again: str = "") -> SchemaDiffers:
    """Ask about what was found and nobody has decided."""
    said = " ".join([*(each["sentence"] for each in found[:SAID]), again]).strip()
    return SchemaDiffers(ASK.format(said=said), list(found), again)


def decided_options(
    *, dataset: Dataset, options: Mapping[str, Any], decided: Decided
) -> dict[str, Any]:
    """Return options that read the columns as decided; ``UserError`` where that cannot be."""
    columns = version_current(dataset=dataset).columns
    return options_same(options, decided.same, {each["name"]: each["type"] for each in columns})


def decided_schema(
    *, before: DatasetImport | None, options: Mapping[str, Any], decided: Decided
) -> dict[str, Any]:
    """Give what is kept of the decisions; the next file is asked about all but ``same``."""
    known = before.schema.get("same", {}) if before else {}
    same = same_settled(options, {**known, **decided.same})
    made = {"accept": dict(decided.accept), "again": decided.again, "same": same}
    return made | ({"newer": {"column": decided.newer}} if decided.newer else {})


def decided_detail(*, decided: Decided, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give what goes on record of the decisions: names of columns, no value of a cell."""
    told = {"decided": len(decided.accept), "same": schema["same"]}
    return told | ({"newer": decided.newer} if decided.newer else {})
