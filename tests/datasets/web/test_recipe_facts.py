"""The facts of a recipe as blocks."""

from datasets.web.recipe_facts import fact_blocks


def test_columns_of_numbers_and_shares_are_known() -> None:
    rows = [
        {"segment": "Loyal", "rows": 10, "share": "33.3 %", "note": "1 %"},
        {"segment": "12", "rows": 20, "share": "66.7 %", "note": None},
    ]
    (block,) = fact_blocks({"rows_per_segment": rows})
    assert block.numbers == [1, 2]
