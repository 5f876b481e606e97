"""Parameters declared once: what is wrong is said beside its field, in our own words."""

from datetime import date
from typing import Literal

import pytest
from pydantic import Field

from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Column, Params, check


class Inner(Params):
    column: Column


class Some(Params):
    bins: int = Field(5, ge=2, le=9)
    share: float = 0.5
    day: date | None = None
    scheme: Literal["safe", "fast"] = "safe"
    parts: list[Inner] = []


def test_it_reads_what_is_right() -> None:
    given = check(Some, {"bins": "3", "day": "2011-12-11", "parts": [{"column": " Country "}]})
    assert (given.bins, given.day) == (3, date(2011, 12, 11))
    assert given.parts[0].column == "Country"


@pytest.mark.parametrize(
    ("raw", "field", "sentence"),
    [
        ({"bins": 1}, "bins", "This must be 2 or more."),
        ({"bins": 12}, "bins", "This must be 9 or less."),
        ({"bins": "many"}, "bins", "Write a whole number."),
        ({"share": "half"}, "share", "Write a number."),
        ({"day": "soon"}, "day", "Write a date as 2011-12-31."),
        ({"scheme": "best"}, "scheme", "Choose one of 'safe' or 'fast'."),
        ({"parts": [{"column": ""}]}, "parts.0.column", "Fill this in."),
        ({"parts": [{}]}, "parts.0.column", "Fill this in."),
        ({"parts": [{"column": "x" * 201}]}, "parts.0.column",
         "This is too long: use at most 200 characters."),
        ({"bin": 5}, "bin", "There is no such setting."),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_beside_the_field(
    raw: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(UserError) as caught:
        check(Some, raw)
    assert caught.value.fields == {field: sentence}
    assert str(caught.value) == f"{field}: {sentence}"
