"""Filters by value."""

from pathlib import Path

import pytest

from datasets.engine.filters import LABELS, OPS, Filter, op_label, where
from datasets.engine.query import page
from datasets.engine.types import COLUMN_TYPES, Column
from segplatform.kernel.errors import UserError
from tests.datasets.engine.conftest import Stored

COLUMNS = [
    Column("text", "text"),
    Column("whole", "integer"),
    Column("money", "decimal"),
    Column("share", "float"),
    Column("flag", "boolean"),
    Column("day", "date"),
    Column("at", "datetime"),
]
ROWS = [
    ("Apple", 1, "2.55", 0.5, "true", "2010-12-01", "2010-12-01 08:26"),
    ("apple pie", 2, "2.5501", 1.5, "false", "2010-12-02", "2010-12-01 23:59:59"),
    ("50% \\ _off'", -3, "100", "inf", "true", "2010-12-03", "2010-12-02 00:00"),
    (None, None, None, None, None, None, None),
    ("", 2, "0", "nan", "false", "2010-12-02", "2011-01-01 00:00"),
]


@pytest.fixture
def files(stored: Stored) -> list[Path]:
    return stored(COLUMNS, ROWS)


@pytest.mark.parametrize(
    ("column", "op", "values", "expected"),
    [
        ("text", "contains", ["APPLE"], [1, 2]),
        ("text", "contains", ["%"], [3]),
        ("text", "contains", ["_off'"], [3]),
        ("text", "equals", ["Apple"], [1]),
        ("text", "equals", [""], [5]),
        ("text", "not_equals", ["Apple"], [2, 3, 4, 5]),
        ("text", "in", ["Apple", "", "nothing"], [1, 5]),
        ("text", "is_missing", [], [4]),
        ("text", "not_missing", [], [1, 2, 3, 5]),
        ("text", "equals", ["' OR 1=1 --"], []),
        ("whole", "equals", [" 2 "], [2, 5]),
        ("whole", "greater", ["1"], [2, 5]),
        ("whole", "less", ["1"], [3]),
        ("whole", "between", ["-3", "1"], [1, 3]),
        ("whole", "in", ["1", "-3"], [1, 3]),
        ("money", "equals", ["2.55"], [1]),
        ("money", "equals", ["2.55005"], []),
        ("money", "greater", ["2.55005"], [2, 3]),
        ("money", "between", ["0", "2.5500"], [1, 5]),
        ("money", "less", ["99999999999999999999"], [1, 2, 3, 5]),
        ("share", "less", ["1.5"], [1]),
        ("share", "equals", ["inf"], [3]),
        ("flag", "equals", ["yes"], [1, 3]),
        ("flag", "not_equals", ["true"], [2, 4, 5]),
        ("day", "greater", ["2010-12-01"], [2, 3, 5]),
        ("day", "in", ["2010-12-01", "2010-12-03"], [1, 3]),
        ("at", "equals", ["2010-12-01"], [1, 2]),
        ("at", "equals", ["2010-12-01 08:26"], [1]),
        ("at", "not_equals", ["2010-12-01"], [3, 4, 5]),
        ("at", "greater", ["2010-12-01"], [3, 5]),
        ("at", "less", ["2010-12-02"], [1, 2]),
        ("at", "between", ["2010-12-01", "2010-12-02"], [1, 2, 3]),
        ("at", "in", ["2010-12-02", "2011-01-01 00:00"], [3, 5]),
    ],
)
def test_it_finds_the_rows(
    files: list[Path], column: str, op: str, values: list[str], expected: list[int]
) -> None:
    found = page(files, COLUMNS, limit=9, filters=[Filter(column, op, tuple(values))])
    assert found.numbers == expected
    assert (found.count, found.total) == (len(expected), 5)


def test_its_filters_work_together(files: list[Path]) -> None:
    filters = [Filter("whole", "equals", ("2",)), Filter("flag", "equals", ("no",))]
    assert page(files, COLUMNS, limit=1, filters=filters).count == 2
    filters.append(Filter("text", "not_equals", ("",)))
    assert page(files, COLUMNS, limit=1, filters=filters).numbers == [2]


@pytest.mark.parametrize(
    ("column", "op", "values", "words"),
    [
        ("nobody", "equals", ["1"], "There is no column “nobody”"),
        ("__row", "equals", ["1"], "There is no column"),
        ("whole", "contains", ["1"], "has no filter “contains”"),
        ("whole", "DROP", ["1"], "has no filter"),
        ("whole", "equals", ["abc"], "“abc” is not a whole number"),
        ("whole", "equals", ["9" * 40], "is not a whole number"),
        ("whole", "equals", ["1.5"], "is not a whole number"),
        ("whole", "equals", [], "needs one value"),
        ("whole", "between", ["1"], "needs two values"),
        ("money", "equals", ["NaN"], "is not a number"),
        ("money", "equals", ["1e999999"], "is not a number"),
        ("money", "equals", ["1e-99999"], "is not a number"),
        ("share", "equals", ["nan"], "is not a number"),
        ("flag", "equals", ["perhaps"], "is not yes or no"),
        ("day", "equals", ["01/02/2011"], "is not a date"),
        ("at", "equals", ["2011-13-01"], "is not a time"),
        ("at", "equals", ["2011-12-01T00:00+01:00"], "is not a time"),
        ("text", "equals", ["x" * 1001], "too long"),
        ("text", "in", ["x"] * 1001, "too long"),
    ],
)
def test_it_says_what_does_not_fit(column: str, op: str, values: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        where([Filter(column, op, tuple(values))], COLUMNS)


def test_it_refuses_very_many_filters() -> None:
    with pytest.raises(UserError, match="At most 20"):
        where([Filter("whole", "is_missing")] * 21, COLUMNS)


def test_every_type_has_filters_and_every_filter_has_words() -> None:
    assert set(OPS) == set(COLUMN_TYPES)
    assert {op for ops in OPS.values() for op in ops} == set(LABELS)
    assert op_label("greater", "date") == "is after"
    assert op_label("greater", "integer") == "is more than"
