"""Which new column may be one that is missing, and reading it as that one."""

import pytest

from datasets.engine.import_columns import preview_written
from datasets.engine.schema_check import schema_check
from datasets.engine.schema_same import OFFERED, options_same, same_candidates, same_settled
from segplatform.kernel.errors import UserError

TYPES = {"Invoice Date": "date", "Quantity": "integer"}


def columns(*told: str) -> list[dict[str, str]]:
    """Give columns of "name:type"."""
    return [dict(zip(("name", "type"), each.split(":"), strict=True)) for each in told]


BEFORE = columns("Invoice Date:date", "Quantity:integer")


@pytest.mark.parametrize(
    ("now", "listed", "probable"),
    [
        ("shipped:date invoice_date:date Quantity:integer", "invoice_date shipped", "invoice_date"),
        ("Day:date Quantity:integer", "Day", "Day"),
        ("Quantity:integer Day:date", "Day", ""),
        ("invoice_date:text Quantity:integer", "invoice_date", ""),
        ("Quantity:integer", "", ""),
    ],
)
def test_a_name_alike_or_the_same_place_speaks_for_a_column(
    now: str, listed: str, probable: str
) -> None:
    found = schema_check(BEFORE, columns(*now.split()), {})[0]
    assert (list(found.candidates), found.hint) == (listed.split(), probable)
    assert f"“{probable}” is new there" in found.sentence("new.csv") or not probable


def test_of_very_many_new_columns_some_are_offered() -> None:
    many = columns(*(f"column {number}:text" for number in range(1_000)))
    found, _ = same_candidates(many[0], 500, many, many)
    assert len(found) == OFFERED


def test_a_column_is_read_as_another_until_that_is_taken_back() -> None:
    options = {"delimiter": ";", "left_out": ["Pieces"]}
    same = options_same(options, {"Quantity": "Pieces"}, TYPES)
    assert same == {
        "delimiter": ";", "renamed": {"Pieces": "Quantity"}, "types": {"Pieces": "integer"},
    }  # fmt: skip
    assert options_same(same, {"Quantity": "Pieces"}, TYPES) == same
    assert same_settled(same, {"Quantity": "Pieces"}) == {"Quantity": "Pieces"}
    other = options_same(same, {"Quantity": "Number"}, TYPES)
    assert other["renamed"] == {"Number": "Quantity"}
    assert same_settled(other, {"Quantity": "Pieces"}) == {}
    assert options_same(other, {"Quantity": ""}, TYPES) == {"delimiter": ";"}


def test_a_column_with_a_new_name_is_found_under_it() -> None:
    options = {"renamed": {"Stk": "Pieces"}}
    same = options_same(options, {"Quantity": "Pieces"}, TYPES)
    assert same["renamed"] == {"Stk": "Quantity"}
    preview = {"columns": columns("Stk:integer"), "rows": [["1"]]}
    assert preview_written(preview, same)["columns"][0]["name"] == "Quantity"


def test_one_column_is_no_two() -> None:
    with pytest.raises(UserError, match="one column of the dataset only"):
        options_same({}, {"Quantity": "X", "Invoice Date": "X"}, TYPES)
    with pytest.raises(UserError, match="no column “Price”"):
        options_same({}, {"Price": "X"}, TYPES)
