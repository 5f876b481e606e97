"""Prepare: steps in order, each over what the one before left."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasets.engine.execute import Source, describe, materialise, preview, sql
from datasets.engine.recipes.base import Plan, recipes
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import check
from segplatform.kernel.progress import NullProgress

COLUMNS = [
    Column("InvoiceNo", "text"),
    Column("Quantity", "integer"),
    Column("UnitPrice", "decimal"),
    Column("CustomerID", "text"),
]
ROWS = "(1, '536365', 6, 2.55, '17850'), (2, 'C536379', -1, 27.5, '14527'), (3, '536414', 56, 0, NULL), (4, '536420', 2, 0.1234, '')"  # fmt: skip # noqa: E501


def plan(*steps: dict[str, Any]) -> Plan:
    recipe = recipes.get("prepare")()
    return recipe.plan([COLUMNS], check(recipe.Params, {"steps": list(steps)}))


def formula(column: str, expression: str, **more: Any) -> dict[str, Any]:
    return {"kind": "formula", "column": column, "expression": expression, **more}


@pytest.fixture
def orders(tmp_path: Path) -> Source:
    file = tmp_path / "orders.parquet"
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT __row::BIGINT AS __row, InvoiceNo, Quantity::BIGINT AS Quantity, "
            "UnitPrice::DECIMAL(18,4) AS UnitPrice, CustomerID FROM "
            f"(VALUES {ROWS}) t(__row, InvoiceNo, Quantity, UnitPrice, CustomerID)) TO '{file}'"
        )
    return Source([file], COLUMNS)


def test_it_runs_its_steps_in_order(orders: Source) -> None:
    shown = preview(
        plan(
            formula("TotalPrice", "Quantity * UnitPrice"),
            {"kind": "filter", "expression": "Quantity > 0 and TotalPrice > 0"},
            {"kind": "drop_missing", "columns": ["customerid"]},
        ),
        [orders],
    )
    assert shown["columns"][-1] == {"name": "TotalPrice", "type": "decimal"}
    assert [(row[0], row[4]) for row in shown["rows"]] == [
        ("536365", "15.30"),
        ("536420", "0.2468"),
    ]


def test_money_is_stored_as_decimal(orders: Source, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = plan(formula("TotalPrice", "Quantity * UnitPrice"))
    materialise(made, [orders], out, NullProgress(), 2**28)
    with duckdb.connect() as con:
        read = f"read_parquet('{out}/part-0.parquet')"
        kinds = {row[0]: row[1] for row in con.execute(f"DESCRIBE FROM {read}").fetchall()}
        total = con.execute(f"SELECT sum(TotalPrice) FROM {read}").fetchone()
    assert kinds["TotalPrice"] == "DECIMAL(18,4)"
    assert total == (Decimal("-11.9532"),)


def test_products_of_products_still_fit() -> None:
    steps = [formula("T", "UnitPrice * UnitPrice * 1.2")]
    steps += [formula("T", "T * T * UnitPrice") for _ in range(3)]
    assert describe(plan(*steps), [COLUMNS])[-1] == Column("T", "decimal")


def test_a_formula_onto_a_column_takes_its_place(orders: Source) -> None:
    made = plan(formula("quantity", "Quantity * 2.5"), formula("Q2", "Quantity"))
    assert [(c.name, c.type) for c in describe(made, [COLUMNS])][1] == ("Quantity", "decimal")
    assert preview(made, [orders])["rows"][0][4] == "15.00"


def test_missing_means_null_and_not_empty_text(orders: Source) -> None:
    shown = preview(plan({"kind": "drop_missing", "columns": ["CustomerID"]}), [orders])
    assert [row[3] for row in shown["rows"]] == ["17850", "14527", ""]


def test_no_steps_copy_the_dataset(orders: Source) -> None:
    assert preview(plan(), [orders])["count"] == 4
    assert describe(plan(), [COLUMNS]) == COLUMNS
    assert recipes.get("prepare")().proposal([COLUMNS]) == {"steps": []}


def test_a_disabled_step_does_nothing_and_may_be_wrong() -> None:
    made = plan(formula("X", "nonsense(", disabled=True), formula("Y", "Quantity", disabled=False))
    assert [column.name for column in describe(made, [COLUMNS])][-1] == "Y"


def test_the_sql_names_each_step() -> None:
    made = plan(formula("X", "1"), formula("Y", "X", disabled=True), formula("Z", "X + 1"))
    text = sql(made)
    assert text.startswith("WITH step_1 AS (")
    assert "step_3 AS (" in text
    assert "step_2" not in text


def test_it_takes_a_hundred_steps() -> None:
    made = plan(*[formula(f"c{i}", "Quantity + 1") for i in range(100)])
    assert len(describe(made, [COLUMNS])) == 104


@pytest.mark.parametrize(
    ("step", "field", "sentence"),
    [
        (formula("X", "Quantit"), "steps.1.expression", "Did you mean Quantity?"),
        (formula("X", "CustomerID like 1"), "steps.1.expression", "pattern after LIKE"),
        (formula("X", "length(Quantity + 1)"), "steps.1.expression", "cannot be computed"),
        (formula("__row", "1"), "steps.1.column", "kept for the row numbers"),
        (formula("", "1"), "steps.1.column", "Fill this in"),
        ({"kind": "formula", "column": "X"}, "steps.1.expression", "Fill this in"),
        ({"kind": "filter", "expression": "Quantity"}, "steps.1.expression", "not true or false"),
        ({"kind": "drop_missing", "columns": ["x"]}, "steps.1.columns", "no column “x”"),
        ({"kind": "drop_missing", "columns": []}, "steps.1.columns", "at least 1"),
        ({"kind": "explode"}, "steps.1", "formula, filter, drop_missing"),
        ({}, "steps.1", "formula, filter, drop_missing"),
        ({"kind": "filter", "expression": "true", "x": 1}, "steps.1.x", "no such setting"),
    ],
)
def test_an_error_names_the_step_and_its_field(
    step: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(UserError) as caught:
        plan({"kind": "filter", "expression": "true"}, step)
    assert sentence in caught.value.fields[field]
