"""Rules: the SQL finds exactly the rows that the conditions name, and numbers are counted by it."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from mllab.engine.rule_sql import EPOCH, Condition, condition_from, where_of
from mllab.engine.rules import roundest, rules
from mllab.engine.settings import Feature
from tests.mllab.engine.labs import write_table

SPENT = 'Spent "all'
TYPES = {
    SPENT: "decimal", "Days": "integer", "Score": "float", "Land's": "text",
    "Since": "date", "Card": "boolean", "Note": "text",
}  # fmt: skip
COLUMNS = """
    (CASE WHEN __row % 11 > 0 THEN __row % 97 * 3.25 END)::DECIMAL(18, 4) AS "Spent ""all",
    (__row * 7 % 61)::INTEGER AS Days,
    (__row * 13 % 41 / 7)::DOUBLE AS Score,
    CASE WHEN __row % 9 > 0 THEN 'L''' || (__row % 4) END AS "Land's",
    DATE '2011-01-01' + (__row * 17 % 300)::INTEGER AS Since,
    __row % 3 = 0 AS Card,
    'x' AS Note"""
ROWS = 600
FEATURES = [Feature(column=name, role="ignored" if name == "Note" else "input") for name in TYPES]
LABELS = {
    "money": lambda r: np.where(r[SPENT] > 150, 1, 0) + 2 * (r["Days"] > 30),
    "words": lambda r: np.where(r["Land's"] == 1, 1, np.where(r["Since"] > 150, 2, 0)),
    "noise": lambda r: np.where(r["Score"] > 4, -1, r["Card"].astype(int)),
}


def numbers() -> dict[str, Any]:
    row = np.arange(1, ROWS + 1)
    return {
        SPENT: np.where(row % 11 > 0, row % 97 * 3.25, -1.0), "Days": row * 7 % 61,
        "Score": row * 13 % 41 / 7, "Land's": np.where(row % 9 > 0, row % 4, -1),
        "Since": row * 17 % 300, "Card": row % 3 == 0,
    }  # fmt: skip


def asked(condition: Condition, value: Any) -> Any:
    if isinstance(value, date):
        return (value - EPOCH).days
    return value if value is None or condition.kind == "category" else float(value)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_the_where_selects_exactly_the_rows_of_the_rule(name: str, tmp_path: Path) -> None:
    write_table(tmp_path, range(1, ROWS + 1), COLUMNS)
    labels = LABELS[name](numbers()).astype(np.int64)
    found = rules(tmp_path, labels, FEATURES, TYPES, 42)
    assert found["agreement"] > 0.9
    file = str(tmp_path / "table.parquet")
    with duckdb.connect() as con:
        cursor = con.execute("SELECT * FROM read_parquet(?) ORDER BY __row", [file])
        names = [each[0] for each in cursor.description or ()]
        table = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for told in found["segments"]:
            paths = [[condition_from(one) for one in rule] for rule in told["rules"]]
            by_words = {
                row["__row"]
                for row in table
                if any(all(c.holds(asked(c, row[c.column])) for c in path) for path in paths)
            }
            query = f"SELECT __row FROM read_parquet(?) WHERE {told['where']}"
            by_sql = {row[0] for row in con.execute(query, [file]).fetchall()}
            own = {at + 1 for at in np.flatnonzero(labels == told["label"]).tolist()}
            assert by_sql == by_words
            assert told["precision"] == pytest.approx(len(own & by_sql) / len(by_sql))
            assert told["coverage"] == pytest.approx(len(own & by_sql) / len(own))


def test_one_segment_and_rules_of_nothing_are_told_as_none(tmp_path: Path) -> None:
    write_table(tmp_path, range(1, 13), COLUMNS)
    found = rules(tmp_path, np.zeros(12, dtype=np.int64), FEATURES, TYPES, 42)
    (told,) = found["segments"]
    assert (told["rules"], told["where"], told["precision"], told["coverage"]) == ([], "", None, 0)


@pytest.mark.parametrize(
    ("low", "high", "cut"), [(33.0, 36.0, 34.0), (118.2, 1304.9, 1000.0), (0.11, 0.12, 0.11),
                             (-5.0, -2.0, -4.0), (7.0, 8.0, 7.5)],
)  # fmt: skip
def test_a_threshold_is_as_round_as_the_rows_allow(low: float, high: float, cut: float) -> None:
    assert low <= roundest(low, high) < high
    assert roundest(low, high) == cut


def test_hostile_names_and_texts_stay_names_and_texts() -> None:
    column = 'x" OR 1=1 --'
    path = [Condition(column, "category", equals="a'; DROP TABLE t; --")]
    where = where_of([path], {column: "text"})
    assert where == "\"x\"\" OR 1=1 --\" = 'a''; DROP TABLE t; --'"
