"""Bars: counts, different values and sums by the values of a column."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.aggregate import Question, aggregate, values_counted
from datasets.engine.sample import Sample
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError
from tests.datasets.engine.conftest import Stored

COLUMNS = [
    Column("Country", "text"),
    Column("Customer", "integer"),
    Column("Price", "decimal"),
    Column("Score", "float"),
]
ROWS = [
    ("UK", 1, "0.1", 0.5),
    ("UK", 1, "0.2", "nan"),
    ("UK", 2, "99999999999999.9999", "inf"),
    ("France", 2, "-5", 1.5),
    ("EIRE", None, None, None),
    (None, 3, "1", None),
    ("", 3, "1", None),
]


@pytest.fixture
def files(stored: Stored) -> list[Path]:
    return stored(COLUMNS, ROWS)


def bars(files: list[Path], **asked: Any) -> list[tuple[Any, Any, int]]:
    found = aggregate(files, COLUMNS, Question(**{"by": "Country", **asked}))
    return [(bar.value, bar.amount, bar.rows) for bar in found.bars]


def test_it_counts_rows_largest_first_then_by_value_missing_last(files: list[Path]) -> None:
    assert bars(files) == [
        ("UK", 3, 3),
        ("", 1, 1),
        ("EIRE", 1, 1),
        ("France", 1, 1),
        (None, 1, 1),
    ]


def test_it_counts_different_values_and_says_how_many_there_are_in_all(files: list[Path]) -> None:
    asked = Question("Country", "distinct", "Customer", top=2)
    found = aggregate(files, COLUMNS, asked)
    assert [(bar.value, bar.amount) for bar in found.bars] == [("UK", 2), ("", 1)]
    assert (found.groups, found.rows, found.amount, found.total) == (5, 7, 3, 7)


def test_its_sums_of_decimals_are_exact_and_a_sum_of_nothing_is_missing(files: list[Path]) -> None:
    found = bars(files, measure="sum", of="Price")
    assert found[0] == ("UK", Decimal("100000000000000.2999"), 3)
    assert found[-1] == ("EIRE", None, 1)
    assert bars(files, measure="sum", of="Price", ascending=True)[0][0] == "France"


def test_its_sums_of_floats_leave_out_what_is_not_finite(files: list[Path]) -> None:
    assert bars(files, measure="sum", of="Score")[:2] == [("France", 1.5, 1), ("UK", 0.5, 3)]


def test_the_bar_of_all_others_is_measured_over_their_rows(files: list[Path]) -> None:
    asked = Question("Country", "distinct", "Customer", top=1, others=True)
    last = aggregate(files, COLUMNS, asked).bars[-1]
    assert (last.amount, last.rows, last.merged) == (2, 4, 4)  # 2 and 3, not 0 + 1 + 1 + 1
    every = aggregate(files, COLUMNS, Question("Country", others=True))
    assert not any(bar.merged for bar in every.bars)
    only = aggregate(files, COLUMNS, Question("Country", top=2, others=True, formula="Price > 0"))
    assert [(bar.value, bar.rows, bar.merged) for bar in only.bars] == [
        ("UK", 3, 0),
        ("", 1, 0),
        (None, 1, 1),
    ]


def test_it_takes_the_rows_of_the_sample(stored: Stored) -> None:
    columns = [Column("a", "text")]
    files = stored(columns, [(str(place % 3),) for place in range(90)])
    found = aggregate(files, columns, Question("a"), Sample("first", 10))
    assert [(bar.value, bar.rows) for bar in found.bars] == [("0", 4), ("1", 3), ("2", 3)]
    assert (found.rows, found.total) == (10, 90)


@pytest.mark.parametrize("name", ['a"b', "value", "amount", "rows", "t", "shown", "é; --"])
def test_it_works_by_columns_of_any_name(stored: Stored, name: str) -> None:
    columns = [Column(name, "text"), Column("n", "integer")]
    files = stored(columns, [("x", 1), ("y", 2), ("y", 3), (None, 9)])
    asked = Question(name, "sum", "n", top=1, others=True)
    found = [(bar.value, bar.amount) for bar in aggregate(files, columns, asked).bars]
    assert found == [(None, 9), (None, 6)]


def test_no_rows_are_no_bars(stored: Stored) -> None:
    found = aggregate(stored(COLUMNS, []), COLUMNS, Question("Country", others=True))
    assert (found.bars, found.groups, found.rows) == ([], 0, 0)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"by": "Contry"}, "There is no column “Contry”"),
        ({"measure": "distinct", "of": "x"}, "There is no column “x” to measure"),
        ({"measure": "sum", "of": "Country"}, "has no sum"),
        ({"measure": "median", "of": "Price"}, "one of count, distinct, sum"),
        ({"top": 51}, "from 1 to 50 bars"),
        ({"formula": "Price >"}, "formula"),
        ({"formula": "read_csv('/etc/passwd')"}, "read_csv"),
    ],
)
def test_it_says_what_does_not_fit(files: list[Path], asked: Any, told: str) -> None:
    with pytest.raises(UserError, match=told):
        bars(files, **asked)


def test_it_says_about_how_many_values_columns_have(files: list[Path]) -> None:
    assert values_counted(files, ["Country"]) == {"Country": 4}
    assert values_counted(files, []) == {}
