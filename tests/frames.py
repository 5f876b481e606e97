"""Awkward tables for contract tests, written as the store writes them, fresh for each test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.engine.execute import Source
from datasets.engine.types import Column

Rows = list[tuple[Any, ...]]

ORDER_COLUMNS = [
    Column("Customer", "integer"),
    Column("Date", "datetime"),
    Column("Invoice", "text"),
    Column("Amount", "decimal"),
]
ODD_NAMES = ['Cust "id" [x]', "it's a date; --", "Rechnung № 😀", "select"]


@dataclass(frozen=True)
class Frame:
    """A table: its columns and rows (None for missing)."""

    columns: list[Column]
    rows: Rows


def order(customer: int | None, day: int, invoice: str | None, amount: str | None) -> tuple:
    """Give one row of orders, in December 2010."""
    return (customer, f"2010-12-{day:02} 08:26:00", invoice, amount)


def orders() -> Frame:
    """Give a plain table of orders with a return, a missing customer and a zero total."""
    rows = [
        order(1, 1, "A1", "10.00"),
        order(1, 9, "A2", "5.50"),
        order(2, 3, "A3", "7.2500"),
        order(3, 4, "A4", "9.99"),
        order(3, 5, "CA4", "-9.99"),
        order(None, 6, "A5", "100"),
        order(4, 7, "A6", "1"),
    ]
    return Frame(list(ORDER_COLUMNS), rows)


def _wide() -> Frame:
    more = [Column(f"c{place}", "integer") for place in range(296)]
    rows = [(*row, *range(296)) for row in orders().rows]
    return Frame([*ORDER_COLUMNS, *more], rows)


def _odd_names() -> Frame:
    columns = [
        Column(name, column.type) for name, column in zip(ODD_NAMES, ORDER_COLUMNS, strict=True)
    ]
    return Frame(columns, orders().rows)


def _other_types() -> Frame:
    columns = [
        *(Column("Customer", "text"), Column("Date", "date"), Column("Invoice", "integer")),
        *(Column("Amount", "float"), Column("Gift", "boolean")),
    ]
    rows = [
        ("ä", "2010-12-01", 1, 0.1, True),
        ("ä", "2010-12-02", 2, 0.2, None),
        ("B", "2010-12-03", 3, -0.3, False),
        ("", "2010-12-04", 4, 1e9, False),
    ]
    return Frame(columns, rows)


FRAMES: dict[str, Callable[[], Frame]] = {
    "orders": orders,
    "no rows": lambda: Frame(list(ORDER_COLUMNS), []),
    "one row": lambda: Frame(list(ORDER_COLUMNS), [order(1, 1, "A1", "2.50")]),
    "all null": lambda: Frame(list(ORDER_COLUMNS), [(None, None, None, None)] * 3),
    "constant": lambda: Frame(list(ORDER_COLUMNS), [order(7, 1, "A1", "1.00")] * 50),
    "300 columns": _wide,
    "odd names": _odd_names,
    "duplicates": lambda: Frame(list(ORDER_COLUMNS), orders().rows * 2),
    "only text": lambda: Frame(
        [Column("a", "text"), Column("b", "text")], [("x", "y"), ("z", None)]
    ),
    "other types": _other_types,
}


def write(folder: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Source:
    """Write a table to ``folder``; give it as an input of a recipe."""
    from tests.factories.datasets import write_rows

    files = [folder / file["name"] for file in write_rows(folder, columns, rows)]
    return Source(files, list(columns))
