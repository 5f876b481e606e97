"""Which columns of a table of orders are the customer, the date, the invoice and the amount."""

from collections.abc import Sequence

from datasets.engine.column_words import AMOUNTS, DATES, invoice_names, named
from datasets.engine.sample import customer_column
from datasets.engine.types import Column, ColumnType

_NUMBERS: tuple[ColumnType, ...] = ("decimal", "integer", "float")


def guess_columns(columns: Sequence[Column]) -> dict[str, str]:
    """Return the guessed names under ``customer``, ``date``, ``invoice``, ``amount``.

    What no name fits is left out, but for the date where there is only one column of dates.
    """
    dates = [column for column in columns if column.type in ("date", "datetime")]
    numbers = [column for column in columns if column.type in _NUMBERS]
    found = {
        "customer": customer_column(columns),
        "date": named(dates, DATES) or (dates[0] if len(dates) == 1 else None),
        "invoice": named(columns, invoice_names(columns)),
        "amount": named(numbers, AMOUNTS),
    }
    return {field: column.name for field, column in found.items() if column}
