"""Names of columns: which of them name things."""

import pytest

from datasets.engine.names import is_identifier


@pytest.mark.parametrize(
    "name", ["CustomerID", "customer_id", "Customer Id", "InvoiceNo", "StockCode", "zip", "userId"]
)
def test_numbers_of_these_name_things(name: str) -> None:
    assert is_identifier(name)


@pytest.mark.parametrize("name", ["Quantity", "paid", "Bid", "Casino", "Monetary", "", "42", "€"])
def test_numbers_of_these_are_amounts(name: str) -> None:
    assert not is_identifier(name)
