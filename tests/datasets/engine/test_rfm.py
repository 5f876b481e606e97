"""RFM: what it counts, how it scores, what it tells."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.recipes.base import recipes
from datasets.engine.rfm_groups import GRID, group, level
from datasets.engine.types import Column
from segplatform.kernel.errors import NotApplicable, UserError
from segplatform.kernel.params import check
from tests.datasets.engine.rfm_pandas import FIELDS, ours
from tests.frames import ORDER_COLUMNS, order, orders, write

Rfm = recipes.get("rfm")


def run(folder: Path, rows: list[tuple[Any, ...]], **params: Any) -> tuple[Any, dict[str, Any]]:
    return ours(write(folder / "in", ORDER_COLUMNS, rows), folder / "out", **params)


def plan(columns: list[Column], **params: Any) -> None:
    Rfm().plan([columns], check(Rfm.Params, {**FIELDS, **params}))


def test_it_counts_days_invoices_and_money(tmp_path: Path) -> None:
    table, facts = run(tmp_path, orders().rows)
    assert list(table.index) == [1, 2, 4]
    assert table[["Recency", "Frequency"]].values.tolist() == [[1, 2], [7, 1], [3, 1]]
    assert [str(m) for m in table["Monetary"]] == ["15.5", "7.25", "1.0"]
    assert facts["rows"] == [
        {
            "rows": 7,
            "without_customer": 1,
            "without_date": 0,
            "after_reference": 0,
            "unreadable_amounts": 0,
            "cancelled_invoices": 1,
            "reference_date": "2010-12-10",
        }
    ]
    assert facts["customers"] == [
        {"customers": 4, "without_date": 0, "zero_monetary": 1, "negative_monetary": 0}
    ]


def test_a_day_is_a_day_whatever_the_hour(tmp_path: Path) -> None:
    late = (1, "2010-12-01 23:59:59", "A1", "1")
    early = (2, "2010-12-01 00:00:00", "A2", "1")
    table, _ = run(tmp_path, [late, early], reference_date="2010-12-02")
    assert table["Recency"].tolist() == [1, 1]


def test_the_reference_date_can_be_chosen_and_later_rows_are_told(tmp_path: Path) -> None:
    table, facts = run(tmp_path, orders().rows, reference_date=date(2010, 12, 8))
    assert table["Recency"].tolist() == [-1, 5, 1]
    assert facts["rows"][0]["after_reference"] == 1
    assert facts["rows"][0]["reference_date"] == "2010-12-08"


def test_negative_totals_stay_unless_they_are_left_out(tmp_path: Path) -> None:
    rows = [order(1, 1, "A1", "5"), order(2, 2, "CA2", "-5")]
    table, facts = run(tmp_path / "a", rows)
    assert list(table.index) == [1, 2]
    assert facts["customers"][0]["negative_monetary"] == 1
    table, _ = run(tmp_path / "b", rows, drop_negative=True)
    assert list(table.index) == [1]


def test_money_in_floats_that_comes_to_nothing_is_nothing(tmp_path: Path) -> None:
    columns = [*ORDER_COLUMNS[:3], Column("Amount", "float")]
    rows = [order(1, 1, f"A{n}", a) for n, a in enumerate(["0.1", "0.2", "-0.3"])]
    source = write(tmp_path / "in", columns, [*rows, order(2, 1, "B", "nan")])
    table, facts = ours(source, tmp_path / "out")
    assert len(table) == 0
    assert facts["rows"][0]["unreadable_amounts"] == 1


def test_customers_without_any_date_are_told(tmp_path: Path) -> None:
    table, facts = run(tmp_path, [(1, None, "A1", "5"), order(2, 2, "A2", "5")])
    assert list(table.index) == [2]
    assert facts["customers"][0]["without_date"] == facts["rows"][0]["without_date"] == 1


def many(buyers: dict[int, int]) -> list[tuple[Any, ...]]:
    """Give orders of customers who bought so many times each."""
    return [
        order(who, 1 + who % 28, f"I{who}-{n}", str(who))
        for who, times in buyers.items()
        for n in range(times)
    ]


def cuts(facts: dict[str, Any], letter: str) -> list[float]:
    return [row["cut"] for row in facts["cuts"] if row["letter"] == letter]


def test_scores_are_told_with_their_ranges(tmp_path: Path) -> None:
    rows = many({who: [1, 1, 1, 2, 5][who % 5] for who in range(1, 101)})
    table, facts = run(tmp_path, rows)
    scores = {row["score"]: (row["from"], row["to"], row["customers"]) for row in facts["scores_F"]}
    assert scores == {5: (5, 5, 20), 4: (2, 2, 20), 1: (1, 1, 60)}
    assert cuts(facts, "F") == [1, 1, 1, 2]
    assert len(cuts(facts, "R")) == len(cuts(facts, "M")) == 4
    assert sum(row["customers"] for row in facts["groups"]) == len(table) == 100


def test_the_best_score_is_the_highest_of_each_letter(tmp_path: Path) -> None:
    table, _ = run(tmp_path, many({who: who for who in range(1, 21)}))
    assert table["F"].tolist() == table["M"].tolist() == [1 + i // 4 for i in range(20)]
    assert table.loc[20, ["Recency", "R", "RFM", "Group"]].tolist() == [1, 5, "555", "Champions"]
    assert table.loc[1, ["R", "RFM", "Group"]].tolist() == [1, "111", "Hibernating"]


def test_other_numbers_of_scores_and_own_cuts(tmp_path: Path) -> None:
    rows = many({who: who for who in range(1, 13)})
    table, _ = run(tmp_path / "three", rows, bins=3)
    assert sorted(set(table["R"])) == sorted(set(table["F"])) == [1, 2, 3]
    assert table.loc[12, "Group"] == "Champions"
    table, facts = run(tmp_path / "own", rows, breaks={"F": ["1", "3", "5", "10"]})
    assert table["F"].tolist() == [1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 5, 5]
    assert cuts(facts, "F") == [1, 3, 5, 10]


def test_a_group_for_every_pair_of_scores() -> None:
    for bins in range(2, 10):
        levels = [level(score, bins) for score in range(1, bins + 1)]
        assert (levels[0], levels[-1], levels) == (1, 5, sorted(levels))
    assert [level(score, 5) for score in range(1, 6)] == [1, 2, 3, 4, 5]
    assert [level(score, 3) for score in range(1, 4)] == [1, 3, 5]
    assert all(len(names) == 5 for names in GRID.values())
    assert (group(5, 1), group(1, 5), group(3, 3)) == (
        *("New customers", "Can't lose"),
        "Need attention",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer": "Nobody"}, "customer"),
        ({"date": "Invoice"}, "date"),
        ({"amount": "Invoice"}, "amount"),
        ({"bins": 1}, "bins"),
        ({"bins": 10}, "bins"),
        ({"scheme": "other"}, "scheme"),
        ({"reference_date": "31.12.2011"}, "reference_date"),
        ({"breaks": {"F": ["1", "2"]}}, ""),
        ({"breaks": {"F": ["4", "3", "2", "1"]}}, ""),
        ({"breaks": {"F": ["1", "1", "2", "3"]}}, ""),
    ],
)
def test_wrong_settings_are_told_at_their_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as caught:
        plan(ORDER_COLUMNS, **change)
    assert field in caught.value.fields


def test_a_customer_column_named_as_a_result_is_refused() -> None:
    with pytest.raises(UserError, match="rename") as caught:
        plan([Column("recency", "integer"), *ORDER_COLUMNS[1:]], customer="recency")
    assert "customer" in caught.value.fields


def test_without_dates_it_is_not_applicable() -> None:
    with pytest.raises(NotApplicable):
        plan([column for column in ORDER_COLUMNS if column.type != "datetime"])


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (
            ["InvoiceNo", "InvoiceDate", "CustomerID", "TotalPrice"],
            ("CustomerID", "InvoiceDate", "InvoiceNo", "TotalPrice"),
        ),
        (
            ["order_id", "date", "customer", "Amount"],
            ("customer", "date", "order_id", "Amount"),
        ),
        (["x", "When", "y", "z"], (None, "When", None, None)),
    ],
)
def test_it_proposes_columns_by_name(names: list[str], found: tuple[str | None, ...]) -> None:
    kinds = ("text", "datetime", "integer", "decimal")
    columns = [Column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    proposal = Rfm().proposal([columns])
    assert tuple(proposal.get(field) for field in FIELDS) == found
