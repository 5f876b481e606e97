"""Newer rows of PostgreSQL: the value as a parameter of its own type."""

from typing import Any

from datasets.engine.remote.newer import NewerItem, NewerKind, newer_sql, newer_unfit

_WRITTEN: dict[NewerKind, str] = {
    "integer": "> %s::bigint",
    "date": ">= %s::date + 1",  # a time of that same day is not newer
    "datetime": "> %s::timestamp",
}


def newer_execute(cursor: Any, question: Any, item: NewerItem) -> None:
    """Execute a question; where the item says so, ask for those of its rows that are newer.

    Raises ``UserError`` where the column's type has no such comparison, as text has none.
    """
    from psycopg import errors, sql

    if not item.newer_column:
        cursor.execute(question)
        return
    told = question.as_string(cursor.connection)
    column = sql.Identifier(item.newer_column).as_string(cursor.connection)
    try:
        cursor.execute(newer_sql(told, column, item.newer_than, _WRITTEN), (item.newer_than,))
    except errors.UndefinedFunction:
        raise newer_unfit(item) from None
