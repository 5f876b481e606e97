"""Newer rows of MySQL and MariaDB: the value as a parameter of its own type."""

from typing import Any

from datasets.engine.remote.mysql_columns import Form
from datasets.engine.remote.mysql_fetch import fields_of
from datasets.engine.remote.newer import (
    NewerItem,
    NewerKind,
    newer_kind,
    newer_sql,
    newer_unfit,
)

_WRITTEN: dict[NewerKind, str] = {
    "integer": "> CAST(%s AS SIGNED)",
    "date": ">= CAST(%s AS DATE) + INTERVAL 1 DAY",  # a time of that same day is not newer
    "datetime": "> CAST(%s AS DATETIME(6))",
}
_FORMS: dict[NewerKind, set[Form]] = {
    "integer": {"integer", "unsigned", "decimal", "float"},
    "date": {"date", "datetime"},
    "datetime": {"date", "datetime"},
}


def newer_question(sql: str, item: NewerItem) -> tuple[str, tuple[str, ...]]:
    """Give what to execute, with its values: all rows, or those that are newer."""
    if not item.newer_column:
        return sql, ()
    column = "`" + item.newer_column.replace("`", "``") + "`"
    inner = sql.strip().rstrip(";")
    return newer_sql(inner, column, item.newer_than, _WRITTEN), (item.newer_than,)


def newer_fits(cursor: Any, item: NewerItem) -> None:
    """Raise ``UserError`` where the column is of another type in the database.

    The server would compare it all the same, as what it makes of the texts.
    """
    if not item.newer_column:
        return
    forms = {field.name.casefold(): field.form for field in fields_of(cursor)}
    if forms.get(item.newer_column.casefold()) not in _FORMS[newer_kind(item.newer_than)]:
        raise newer_unfit(item)
