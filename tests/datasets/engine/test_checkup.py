"""The check-up of sales: roles by name, each check on rows of its own, effects that add up."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.checks.base import Sales, checks
from datasets.engine.checkup import checkup, effect, steps_of
from datasets.engine.execute import Source
from datasets.engine.roles import ROLES, roles_check, roles_propose
from datasets.engine.types import Column, ColumnType
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.factories.datasets import write_rows

MEMORY = 2**28
MADE = datetime.date(2011, 12, 12)
COLUMNS = [
    Column("InvoiceNo", "text"), Column("StockCode", "text"), Column("Quantity", "integer"),
    Column("InvoiceDate", "datetime"), Column("UnitPrice", "decimal"),
    Column("CustomerID", "integer"), Column("Country", "text"),
]  # fmt: skip
GOOD = ("1", "85123A", 2, "2011-05-01 10:00", "2.50", 17850, "Namibia")
ROWS = {
    "cancellations": ("c2 ", "85123A", -1, "2011-05-02 10:00", "2.50", 17850, "Namibia"),
    "returns": ("3", "85123A", -4, "2011-05-03 10:00", "2.50", 17850, "Namibia"),
    "missing_customers": ("4", "85123A", 1, "2011-05-04 10:00", "2.50", None, "Namibia"),
    "zero_prices": ("5", "85123A", 1, "2011-05-05 10:00", "0", 17850, "Namibia"),
    "negative_prices": ("6", "85123A", 1, "2011-05-06 10:00", "-11062.06", 17850, "Namibia"),
    "service_codes": ("7", " post", 1, "2011-05-07 10:00", "18", 17850, "Namibia"),
    "duplicates": GOOD,
    "future_dates": ("8", "85123A", 1, "2031-05-07 10:00", "2.50", 17850, "Namibia"),
    "absurd_dates": ("9", "85123A", 1, "1899-12-30 00:00", "2.50", 17850, "Namibia"),
}
"""A row that only the check of this key finds, in a table that begins with a good one."""

HOLES = [
    (None, "85123A", 1, "2011-05-08 10:00", "1", 1, None),
    ("10", None, 1, "2011-05-08 10:00", "1", 1, None),
    ("11", "85123A", None, None, None, 1, None),
    ("12", "85123A", 0, "2011-12-13 23:59", "1", 1, None),
]
"""Rows that no check finds: what is missing is not wrong, and a day more is not the future."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return written(tmp_path_factory.mktemp("sales"), COLUMNS, [GOOD, *ROWS.values(), *HOLES])


def written(folder: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Source:
    files = write_rows(folder, columns, rows)
    return Source([folder / file["name"] for file in files], list(columns))


def sales(columns: Sequence[Column] = COLUMNS) -> Sales:
    return Sales(columns, roles_propose(columns), MADE)


def test_each_check_finds_its_row_and_no_other(source: Source) -> None:
    found = checkup(source, sales(), NullProgress(), MEMORY)
    assert {item["key"] for item in found["findings"]} == {cls.key for cls in checks.all()}
    assert found["skipped"] == []
    numbers = {key: place for place, key in enumerate(ROWS, start=2)}
    for item in found["findings"]:
        assert item["rows"] == 1, item
        assert [row["row"] for row in item["examples"]["rows"]] == [numbers[item["key"]]]
        assert len(item["examples"]["rows"][0]["cells"]) == len(item["examples"]["columns"])


def test_the_effect_of_all_is_that_of_their_steps(source: Source) -> None:
    found = effect(source, sales(), [*ROWS], NullProgress(), MEMORY)
    assert found["before"] == {
        "rows": 14, "customers": 2, "invoices": 12, "amount": "-11037.0600",
    }  # fmt: skip
    assert found["after"] == {"rows": 5, "customers": 2, "invoices": 4, "amount": "7.0000"}


def test_nothing_chosen_changes_nothing(source: Source) -> None:
    found = effect(source, sales(), [], NullProgress(), MEMORY)
    assert found["before"] == found["after"]


def test_a_table_with_two_columns_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    columns = [Column("Invoice No", "integer"), Column("Menge]", "float")]
    given = Sales(columns, {"invoice": "Invoice No", "quantity": "Menge]"}, MADE)
    source = written(tmp_path, columns, [(1, 2.5), (1, 2.5), (2, -1.0)])
    found = checkup(source, given, NullProgress(), MEMORY)
    rows = {item["key"]: item["rows"] for item in found["findings"]}
    assert rows == {"returns": 1, "duplicates": 1}
    assert {"key": "cancellations", "needs": ["invoice"]} in found["skipped"]
    assert found["before"] == {"rows": 3, "invoices": 2}


def test_an_empty_table_has_no_findings(tmp_path: Path) -> None:
    found = checkup(written(tmp_path, COLUMNS, []), sales(), NullProgress(), MEMORY)
    assert {item["rows"] for item in found["findings"]} == {0}
    assert found["before"]["amount"] == "0.0000"


@pytest.mark.parametrize("cls", [pytest.param(cls, id=cls.key) for cls in checks.all()])
def test_a_check_describes_itself(cls: Any) -> None:
    assert cls.title
    assert cls.why.endswith(".")
    assert cls.icon
    assert set(cls.needs) <= {role.key for role in ROLES}
    assert not cls().fits(Sales([], {}, MADE)) or not cls.needs
    assert cls.key in ROWS, "give it a row of its own above"


@pytest.mark.parametrize("name", ["a]b", 'a "b"', "select", "it's", "Ünï"])
def test_odd_names_are_written_as_formulas_read_them(name: str, tmp_path: Path) -> None:
    columns = [Column(name, "text")]
    given = Sales(columns, {"invoice": name}, MADE)
    found = effect(
        written(tmp_path, columns, [("C1",), ("2",)]),
        given,
        ["cancellations"],
        NullProgress(),
        MEMORY,
    )
    assert (found["before"]["rows"], found["after"]["rows"]) == (2, 1)


def test_steps_are_in_the_order_of_the_checks() -> None:
    kinds = [step["kind"] for step in steps_of(sales(), ["duplicates", "missing_customers"])]
    assert kinds == ["drop_missing", "drop_duplicates"]


def test_roles_are_proposed_by_name_and_type() -> None:
    assert roles_propose(COLUMNS) == {
        "customer": "CustomerID", "invoice": "InvoiceNo", "date": "InvoiceDate",
        "quantity": "Quantity", "price": "UnitPrice", "product": "StockCode",
        "country": "Country",
    }  # fmt: skip
    texts = [Column(column.name, "text") for column in COLUMNS]
    assert {"date", "quantity", "price"}.isdisjoint(roles_propose(texts))


@pytest.mark.parametrize(
    ("roles", "field", "words"),
    [
        ({"price": "StockCode"}, "price", "needs a column of numbers"),
        ({"date": "Quantity"}, "date", "needs a column of dates"),
        ({"customer": "gone"}, "customer", "no column “gone”"),
        ({"customer": "Country", "country": "Country"}, "country", "one thing only"),
        ({"colour": "Country"}, "colour", "nothing else"),
    ],
)
def test_wrong_roles_say_what_to_choose(roles: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        roles_check(roles, COLUMNS)
    assert words in caught.value.fields[field]


def test_roles_without_a_column_are_left_out() -> None:
    assert roles_check({"customer": "", "date": "InvoiceDate"}, COLUMNS) == {"date": "InvoiceDate"}


@pytest.mark.parametrize("kind", ["text", "boolean", "date"])
def test_what_is_no_number_is_no_quantity(kind: ColumnType) -> None:
    assert "quantity" not in roles_propose([Column("Quantity", kind)])
