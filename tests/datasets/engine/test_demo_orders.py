"""Generated orders: as many as asked for, always the same, and like a shop's."""

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from datasets.engine.demo_orders import COLUMNS, COUNTRIES, orders_write

Line = dict[str, str]


def lines(path: Path, **options: int) -> list[Line]:
    orders_write(path, **options)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def made(tmp_path: Path) -> list[Line]:
    return lines(tmp_path / "orders.csv", rows=4000, customers=500, seed=1)


def test_rows_customers_and_countries_are_those_asked_for(tmp_path: Path) -> None:
    for rows, customers, countries in ((4000, 500, 38), (400, 100, 5), (1001, 60, 1)):
        made = lines(tmp_path / "o.csv", rows=rows, customers=customers, countries=countries)
        assert len(made) == rows
        assert len({line["CustomerID"] for line in made} - {""}) == customers
        assert {line["Country"] for line in made} == set(COUNTRIES[:countries])


def test_the_header_is_that_of_online_retail(made: list[Line]) -> None:
    assert tuple(made[0]) == COLUMNS


def test_a_seed_gives_the_same_bytes_and_another_seed_gives_others(tmp_path: Path) -> None:
    texts = []
    for seed in (3, 3, 4):
        size = orders_write(tmp_path / "o.csv", rows=400, customers=50, seed=seed)
        texts.append((tmp_path / "o.csv").read_bytes())
        assert size == len(texts[-1])
    assert texts[0] == texts[1] != texts[2]


def test_an_invoice_has_one_customer_country_and_time_and_time_goes_on(made: list[Line]) -> None:
    heads = {
        line["InvoiceNo"]: (line["CustomerID"], line["Country"], line["InvoiceDate"])
        for line in made
    }
    for line in made:
        assert heads[line["InvoiceNo"]] == (
            line["CustomerID"], line["Country"], line["InvoiceDate"],
        )  # fmt: skip
    times = [datetime.fromisoformat(line["InvoiceDate"]) for line in made]
    assert times == sorted(times)
    numbers = [int(line["InvoiceNo"].removeprefix("C")) for line in made]
    assert sorted(set(numbers)) == list(range(536365, 536365 + len(set(numbers))))
    assert numbers == sorted(numbers)


def test_cancelled_lines_take_back_what_the_customer_bought_before(made: list[Line]) -> None:
    back = [line for line in made if line["InvoiceNo"].startswith("C")]
    assert len(back) == round(0.018 * 4000)
    bought = {
        (line["CustomerID"], line["StockCode"])
        for line in made
        if int(line["Quantity"]) > 0 and line["CustomerID"]
    }
    for line in back:
        assert int(line["Quantity"]) < 0
        assert (line["CustomerID"], line["StockCode"]) in bought


def test_a_fifth_is_nobodys_and_nine_tenths_are_from_one_country(made: list[Line]) -> None:
    assert sum(line["CustomerID"] == "" for line in made) == 880
    home = sum(line["Country"] == "United Kingdom" for line in made)
    assert 0.85 < home / len(made) < 0.96


def test_some_lines_are_free_and_only_those_are_below_zero_without_a_c(made: list[Line]) -> None:
    free = [line for line in made if float(line["UnitPrice"]) == 0]
    assert 3 < len(free) < 50
    for line in made:
        if int(line["Quantity"]) < 0 and not line["InvoiceNo"].startswith("C"):
            assert (float(line["UnitPrice"]), line["CustomerID"]) == (0, "")


def test_nobody_shops_on_saturdays_and_most_before_christmas(made: list[Line]) -> None:
    sold = [line for line in made if not line["InvoiceNo"].startswith("C")]
    days = [datetime.fromisoformat(line["InvoiceDate"]) for line in sold]
    assert 5 not in {day.weekday() for day in days}
    months = Counter(f"{day:%Y-%m}" for day in days)
    assert months["2025-11"] > 1.5 * months["2025-02"]


def test_few_customers_bring_half_of_the_money(made: list[Line]) -> None:
    spent: Counter[str] = Counter()
    for line in made:
        if line["CustomerID"]:
            spent[line["CustomerID"]] += int(line["Quantity"]) * float(line["UnitPrice"])
    top = sum(amount for _, amount in spent.most_common(len(spent) // 10))
    assert top > 0.5 * sum(spent.values())


@pytest.mark.parametrize(
    "wrong",
    [{"rows": 199, "customers": 50}, {"customers": 0}, {"countries": 39}, {"countries": 0}],
)
def test_what_cannot_be_made_is_refused(wrong: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"row|countries"):
        orders_write(tmp_path / "o.csv", **wrong)
