"""The value check: sums of spend, intervals and shares explained as others find them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from datasets.engine.execute import Source
from datasets.engine.types import Column
from mllab.engine.value_measure import measure
from mllab.engine.value_numbers import BOOTSTRAP_MOST, explained, interval
from mllab.engine.value_orders import Orders, Window, date_range, labels_write, spend_write
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.factories.datasets import write_rows

COLUMNS = [
    Column("Customer", "integer"), Column("When", "datetime"), Column("Worth", "decimal"),
    Column("No", "text"),
]  # fmt: skip
ROWS = [
    (1, "2011-01-01 09:00", "10.10", "a"), (1, "2011-01-11 00:00", "20.20", "b"),
    (1, "2011-01-11 08:00", "0.10", "b"), (1, "2011-01-20 23:59", "5.00", "c"),
    (1, "2011-01-21 00:00", "999", "d"), (2, "2011-01-12 10:00", "-3.00", "e"),
    (3, "2011-01-12 10:00", "7.00", "f"), (3, "2011-01-13 10:00", "-7.00", "g"),
    (None, "2011-01-12 10:00", "50", "h"), (4, "2011-01-15 10:00", None, "i"),
    (9, "2011-01-15 10:00", "40.00", "j"), (5, None, "1", "k"),
]  # fmt: skip
WINDOW = Window(date(2011, 1, 11), 10, date(2011, 1, 21))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("orders")
    files = write_rows(folder, COLUMNS, ROWS)
    return Source([folder / file["name"] for file in files], COLUMNS)


@pytest.fixture
def con(source: Source) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        spend_write(con, Orders(source, "Customer", "When", "Worth", "No"), WINDOW)
        yield con


def labelled(con: duckdb.DuckDBPyConnection, pairs: list[tuple[Any, int | None]]) -> None:
    values = ", ".join(f"('{one}', {'NULL' if label is None else label})" for one, label in pairs)
    labels_write(con, f"SELECT * FROM (VALUES {values}) AS v(id, label)")


def test_spend_is_of_the_days_asked_for_to_the_cent(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT id, spend::VARCHAR, orders, bought FROM spend ORDER BY id")
    assert rows.fetchall() == [
        ("1", "25.3000", 2, True), ("2", "-3.0000", 0, False), ("3", "0.0000", 1, True),
        ("4", "0.0000", 0, False), ("5", "0.0000", 0, False), ("9", "40.0000", 1, True),
    ]  # fmt: skip


def test_segments_beside_everyone(con: duckdb.DuckDBPyConnection) -> None:
    labelled(con, [("1", 0), ("2", 0), ("3", 1), ("77", -1), ("4", None)])
    found = measure(con, 3, NullProgress())
    first, second, empty, noise = found["segments"]
    assert [each["label"] for each in found["segments"]] == [0, 1, 2, -1]
    assert (first["customers"], first["active"], first["spend"]) == (2, 1, 22.3)
    assert (first["mean"], first["median"], first["orders_each"]) == (11.15, 11.15, 1.0)
    assert (first["share"], first["spend_share"], first["index"]) == (0.5, 1.0, 200.0)
    assert (second["mean"], second["method"], second["low"]) == (0.0, "none", None)
    assert (empty["customers"], empty["mean"]) == (0, None)
    assert (noise["customers"], noise["active_share"]) == (1, 0.0)
    assert (found["matched"], found["without_segment"]) == (3, 1)
    assert (found["newcomers"], found["newcomers_spend"]) == (1, 40.0)


def test_ids_that_match_nobody_or_several_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    labelled(con, [("x", 0), ("y", 1)])
    with pytest.raises(UserError, match="None of the 2 customers is in the transactions"):
        measure(con, 2, NullProgress())
    labelled(con, [("1", 0), ("1", 1)])
    with pytest.raises(UserError, match="1 of 2 rows repeat the id"):
        measure(con, 2, NullProgress())


@pytest.mark.parametrize("kind", ["text", "float", "decimal"])
def test_ids_match_whatever_their_type(tmp_path: Path, kind: Any) -> None:
    columns = [Column("Who", kind), *COLUMNS[1:]]
    file = write_rows(tmp_path, columns, [("17850.0", "2011-01-12", "5", "a")])[0]["name"]
    with duckdb.connect() as con:
        spend_write(con, Orders(Source([tmp_path / file], columns), "Who", "When", "Worth"), WINDOW)
        assert con.execute("SELECT id, orders FROM spend").fetchall() == [("17850", 1)]


def test_days_of_the_data(source: Source) -> None:
    assert date_range(source, "When") == (date(2011, 1, 1), date(2011, 1, 21))
    assert WINDOW.covered == 10
    assert Window(date(2011, 1, 20), 90, date(2011, 1, 21)).covered == 2


def test_intervals_are_those_of_scipy() -> None:
    values = np.random.default_rng(1).lognormal(3, 1.2, 300) * (np.arange(300) % 3 > 0)
    found = interval(values, 1, NullProgress())
    assert found == interval(values, 1, NullProgress())
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, batch=500, random_state=2)
    low, high = theirs.confidence_interval
    assert found.method == "bca"
    assert (found.low, found.high) == pytest.approx((low, high), rel=0.04)


def test_many_customers_have_a_normal_interval_and_equal_ones_a_point() -> None:
    values = np.arange(BOOTSTRAP_MOST + 1.0)
    found = interval(values, 1, NullProgress())
    assert found.method == "normal"
    assert found.low == pytest.approx(values.mean() - 1.959964 * stats.sem(values))
    assert interval(np.zeros(5), 1, NullProgress()).high == 0.0


def test_the_share_explained_is_that_of_kruskal_and_wallis(con: duckdb.DuckDBPyConnection) -> None:
    spend = np.random.default_rng(4).poisson(1.2, 90).astype(float)
    labels = np.arange(90) % 3
    spend[labels == 1] += 1
    con.execute("DELETE FROM spend")
    rows = ", ".join(f"('c{at}', {value}, 1, {value > 0})" for at, value in enumerate(spend))
    con.execute(f"INSERT INTO spend VALUES {rows}")
    labelled(con, [(f"c{at}", int(label)) for at, label in enumerate(labels)])
    found = measure(con, 3, NullProgress())["explained"]
    h, p = stats.kruskal(*(spend[labels == label] for label in range(3)))
    assert found["h"] == pytest.approx(h)
    assert found["p"] == pytest.approx(p)
    assert found["share"] == pytest.approx(h / 89)
    assert explained(0, 0, 5, 2).share is None
