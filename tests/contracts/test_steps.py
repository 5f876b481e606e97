"""What every step of Prepare must do, on awkward tables."""

import json
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from datasets.engine.duck import identifier
from datasets.engine.recipes.prepare import rows_of
from datasets.engine.steps.base import Step, Table, steps
from datasets.engine.types import COLUMN_TYPES, ROW_COLUMN, Column, duckdb_type
from segplatform.kernel.errors import UserError

STEPS = [pytest.param(cls, id=cls.key) for cls in steps.all()]
TABLES: dict[str, list[Column]] = {
    "one column": [Column("a", "text")],
    "every type": [Column(kind, kind) for kind in COLUMN_TYPES],
    "odd names": [
        Column(name, "integer")
        for name in ("select", 'a "b"', "a b", "Ünï", "x]y", "it's", "a;b--", "step_1", "input_0")
    ],
    "300 columns": [Column(f"c{i}", "decimal") for i in range(300)],
}


def bracketed(name: str) -> str:
    return f"[{name.replace(']', ']]')}]"


def arguments(cls: type[Step], columns: list[Column]) -> dict[str, Any]:
    """Parameters that fit any table; a new kind of step adds its own."""
    known: dict[str, dict[str, Any]] = {
        "formula": {"column": "new one", "expression": f"{bracketed(columns[-1].name)} is null"},
        "filter": {"expression": f"{bracketed(columns[0].name)} is not null"},
        "drop_missing": {"columns": [column.name for column in columns]},
        "drop_duplicates": {"columns": [columns[0].name]},
    }
    assert cls.key in known, f"{cls.key} has no parameters in this test: add some"
    return known[cls.key]


def described(query: exp.Query, columns: list[Column]) -> list[tuple[str, str]]:
    """Ask DuckDB which visible columns, of which exact types, a query over a table gives."""
    cells = "".join(f", {identifier(c.name)} {duckdb_type(c.type)}" for c in columns)
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE input_0 (__row BIGINT{cells})")
        rows = con.execute(f"DESCRIBE {query.sql('duckdb')}").fetchall()
    return [(row[0], row[1]) for row in rows if row[0] != ROW_COLUMN]


def test_the_first_steps_are_there() -> None:
    assert {"formula", "filter", "drop_missing"} <= {cls.key for cls in steps.all()}


@pytest.mark.parametrize("cls", STEPS)
def test_it_describes_itself(cls: type[Step]) -> None:
    assert cls.title
    assert cls.icon
    assert cls.help.endswith(".")
    json.dumps(cls.Params.model_json_schema())
    for name, field in cls.Params.model_fields.items():
        assert name not in ("kind", "disabled")
        assert field.title, f"{cls.key}: {name} has no title"
        assert field.description, f"{cls.key}: {name} has no help"


@pytest.mark.parametrize("cls", STEPS)
@pytest.mark.parametrize("name", TABLES)
def test_it_gives_the_columns_that_it_says(cls: type[Step], name: str) -> None:
    columns = list(TABLES[name])
    before = Table(rows_of("input_0", columns), columns)
    text = before.query.sql("duckdb")
    params = cls.Params.model_validate(arguments(cls, columns))
    after = cls().apply(before, params)
    assert before.query.sql("duckdb") == text
    assert columns == TABLES[name]
    assert isinstance(after.query, exp.Query)
    assert after.query.named_selects[0] == ROW_COLUMN
    assert described(after.query, columns) == [(c.name, duckdb_type(c.type)) for c in after.columns]
    assert cls().words(params)


@pytest.mark.parametrize("cls", STEPS)
def test_it_refuses_unknown_columns_with_a_field(cls: type[Step]) -> None:
    params = cls.Params.model_validate(arguments(cls, [Column("not there", "text")]))
    with pytest.raises(UserError) as caught:
        cls().apply(Table(rows_of("input_0", TABLES["one column"]), TABLES["one column"]), params)
    assert set(caught.value.fields) <= set(cls.Params.model_fields)
    assert caught.value.fields
