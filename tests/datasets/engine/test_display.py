"""Values as people and programs read them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from datasets.engine.display import plain, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is ", "as it is "),
        (1234567, "1,234,567"),
        (-5, "-5"),
        (True, "true"),
        (Decimal("2.5500"), "2.55"),
        (Decimal("2.5000"), "2.50"),
        (Decimal("1234567.0000"), "1,234,567.00"),
        (Decimal("0.0012"), "0.0012"),
        (0.1 + 0.2, "0.30"),
        (1234.56789, "1,234.5679"),
        (0.00001234, "1.234e-05"),
        (1e300, "1e+300"),
        (0.0, "0.00"),
        (float("nan"), "not a number"),
        (float("-inf"), "-∞"),
        (date(2010, 12, 1), "2010-12-01"),
        (datetime(2010, 12, 1, 8, 26), "2010-12-01 08:26"),
        (datetime(2010, 12, 1), "2010-12-01 00:00"),
        (datetime(2010, 12, 1, 8, 26, 5), "2010-12-01 08:26:05"),
        (datetime(2010, 12, 1, 8, 26, 5, 120000), "2010-12-01 08:26:05.12"),
    ],
)
def test_it_shows_values_as_people_read_them(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (Decimal("2.5500"), 2.55),
        (Decimal("8911407.9040"), 8911407.904),
        (Decimal("3.0000"), 3),
        (float("inf"), "inf"),
        (datetime(2010, 12, 1, 8, 26), "2010-12-01T08:26:00"),
        (date(2010, 12, 1), "2010-12-01"),
        (2**60, 2**60),
        ("x", "x"),
        (False, False),
    ],
)
def test_it_gives_json_what_json_can_carry(value: Any, expected: Any) -> None:
    assert plain(value) == expected
