"""Only the rows above the highest value that a dataset has: what a database is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets.engine.highest import highest
from datasets.engine.import_columns import types_in_file
from datasets.models import Dataset, DatasetImport, DatasetVersion
from datasets.services.connections import connection_kind, item_checked
from datasets.services.files import version_files
from datasets.services.rows import version_current
from segplatform.kernel.errors import NotFound, UserError

TYPES = {"datetime": 0, "date": 1, "integer": 2}
"""Of which columns something can be newer, in the order in which they are offered."""

OFFERED = 20
COLUMN, THAN = "newer_column", "newer_than"
NONE = (
    "“{column}” cannot say which rows are newer: it takes a column of dates, times or whole "
    "numbers that has values, from a database or a REST API."
)
NOTHING = "{name} has no rows with {rows}. Nothing was added: version {number} stays current."


@dataclass(frozen=True)
class Newer:
    """A column of a dataset and the highest value that it has."""

    column: str
    than: str

    @property
    def words(self) -> str:
        """Say which rows are meant."""
        return f"{self.column} after {self.than}"


def newer_list(*, dataset: Dataset, last: DatasetImport) -> list[Newer]:
    """List by which columns newer rows can be told; none where the source cannot tell them."""
    if not _can_tell(last):
        return []
    version = version_current(dataset=dataset)
    known = [each for each in version.columns if each["type"] in TYPES]
    names = [each["name"] for each in sorted(known, key=lambda each: TYPES[each["type"]])]
    found = highest(version_files(version=version), names[:OFFERED])
    made = [Newer(name, than) for name, than in found.items()]
    return [each for each in made if _item(last, each) is not None]


def newer_require(*, dataset: Dataset, last: DatasetImport, column: str) -> None:
    """Raise ``UserError`` where newer rows cannot be told by this column."""
    if newer_find(dataset=dataset, last=last, column=column) is None:
        raise UserError(NONE.format(column=column[:100]))


def newer_find(*, dataset: Dataset, last: DatasetImport, column: str) -> Newer | None:
    """Give the highest value that a column of the dataset has now."""
    version = version_current(dataset=dataset)
    kinds = {each["name"]: each["type"] for each in version.columns}
    if not _can_tell(last) or kinds.get(column) not in TYPES:
        return None
    than = highest(version_files(version=version), [column]).get(column)
    found = Newer(column, than) if than else None
    return found if found and _item(last, found) else None


def newer_item(*, record: DatasetImport) -> dict[str, Any]:
    """Give what is fetched for an import, in its job: all, or what is newer than there is now.

    What that is stays on record with the import.
    """
    column = record.schema.get("newer", {}).get("column")
    if not column:
        return record.item
    found = newer_find(dataset=record.dataset, last=record, column=column)
    item = _item(record, found) if found else None
    if found is None or item is None:
        raise UserError(NONE.format(column=column[:100]))
    record.schema["newer"] = {"column": column, "than": found.than}
    DatasetImport.objects.filter(pk=record.pk).update(schema=record.schema)
    return item


def newer_words(*, schema: Mapping[str, Any]) -> str:
    """Say which rows an import fetched; "" for all."""
    told = schema.get("newer", {})
    return Newer(told["column"], told["than"]).words if "than" in told else ""


def newer_nothing(*, record: DatasetImport, version: DatasetVersion) -> dict[str, str]:
    """Say, as a part of the job's result, that there was nothing newer and no version was made."""
    words = newer_words(schema=record.schema)
    if not words or version.origin.get("import") == str(record.pk):
        return {}
    return {"nothing": NOTHING.format(name=record.source_name, rows=words, number=version.number)}


def _can_tell(last: DatasetImport) -> bool:
    """Say whether the kind of source takes such a question, and was not asked one already."""
    if last.connection is None or last.item.get(COLUMN):
        return False
    try:
        return THAN in connection_kind(key=last.connection.kind).Item.model_fields
    except NotFound:
        return False


def _item(last: DatasetImport, newer: Newer) -> dict[str, Any] | None:
    """Give what is to be fetched, by the column's own name; None where that cannot be asked."""
    if last.connection is None:
        return None
    name = next(iter(types_in_file({newer.column: ""}, last.options)))
    try:
        return item_checked(
            kind=last.connection.kind, item={**last.item, COLUMN: name, THAN: newer.than}
        )
    except UserError:
        return None
