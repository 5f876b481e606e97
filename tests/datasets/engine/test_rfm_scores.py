"""RFM's scores: ties, order of rows, pandas, and the figures of the real file."""

import gzip
import random
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.engine.connectors.base import connectors
from datasets.engine.execute import Source
from datasets.engine.types import Column
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.rfm_pandas import article, customers, orders_frame, ours, tie_safe
from tests.frames import ORDER_COLUMNS, order, write

REAL = Path(__file__).parents[4] / "shared/data/online_retail/online_retail.csv.gz"

ORDER = st.builds(
    order,
    st.integers(1, 12),
    st.integers(1, 5),
    st.integers(1, 9).map("I{}".format),
    st.integers(-3, 6).map(str),
)


def run(rows: list[tuple[Any, ...]], **params: Any) -> pd.DataFrame:
    with TemporaryDirectory() as folder:
        source = write(Path(folder) / "in", ORDER_COLUMNS, rows)
        return ours(source, Path(folder) / "out", **params)[0]


@settings(max_examples=8, deadline=None)
@given(rows=st.lists(ORDER, min_size=1, max_size=60), seed=st.integers(0, 99))
def test_equal_values_have_equal_scores_whatever_the_order(
    rows: list[tuple[Any, ...]], seed: int
) -> None:
    table = run(rows)
    for letter, name in (("R", "Recency"), ("F", "Frequency"), ("M", "Monetary")):
        assert (table.groupby(name)[letter].nunique() == 1).all()
    shuffled = random.Random(seed).sample(rows, len(rows))
    pd.testing.assert_frame_equal(table, run(shuffled))


@settings(max_examples=8, deadline=None)
@given(rows=st.lists(ORDER, min_size=1, max_size=60), bins=st.integers(2, 9))
def test_it_agrees_with_pandas(rows: list[tuple[Any, ...]], bins: int) -> None:
    table, expected = run(rows, bins=bins), customers(orders_frame(rows))
    assert table.index.tolist() == expected.index.tolist()
    if not len(expected):
        return
    assert table["Recency"].tolist() == expected["Recency"].tolist()
    assert table["Frequency"].tolist() == expected["Frequency"].tolist()
    assert (table["Monetary"] * 10_000).round().tolist() == expected["Monetary"].tolist()
    recency = bins + 1 - tie_safe(expected["Recency"], bins)
    assert table["R"].tolist() == recency.tolist()
    assert table["F"].tolist() == tie_safe(expected["Frequency"], bins).tolist()
    assert table["M"].tolist() == tie_safe(expected["Monetary"], bins).tolist()


@pytest.mark.parametrize("bins", range(2, 10))
def test_cuts_are_exact_for_every_number_of_scores(bins: int) -> None:
    # Sevenths and ninths have no end: a fraction rounded up would take the next customer's value.
    for count in (bins, 2 * bins, 2 * bins + 1):
        rows = [order(who, 1, f"I{who}", str(who)) for who in range(1, count + 1)]
        cuts = [-(-count * place // bins) for place in range(1, bins)]
        expected = [1 + sum(cut < who for cut in cuts) for who in range(1, count + 1)]
        assert run(rows, bins=bins)["M"].tolist() == expected


def test_rows_in_another_order_change_nothing_in_the_articles_scheme_either() -> None:
    rows = [order(who, 1 + who % 28, f"I{who}", "1") for who in range(1, 101)]
    table = run(rows, scheme="article")
    assert table["F"].tolist() == [1 + i // 20 for i in range(100)]
    assert set(table["RFM"].str.len()) == {2}
    pd.testing.assert_frame_equal(table, run(rows[::-1], scheme="article"))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Give the real file as the product has it after Prepare, all rows."""
    if not REAL.exists():
        pytest.skip("the Online Retail file is not beside the repository")
    folder = tmp_path_factory.mktemp("real")
    path = folder / "online_retail.csv"
    path.write_bytes(gzip.decompress(REAL.read_bytes()))
    connector = connectors.get("csv_file")()
    connector.read(path, connector.Options(), folder, NullProgress(), 2**30)
    return select(folder, folder / "part-0.parquet", "all", "CustomerID IS NOT NULL")


def select(folder: Path, file: Path, name: str, condition: str, order: str = "__row") -> Source:
    """Write the four columns of some rows, in some order, as another table."""
    out = folder / f"{name}.parquet"
    amount = "CAST(Quantity * UnitPrice AS DECIMAL(18, 4))" if name == "all" else "Amount"
    names = (
        "CustomerID AS Customer, InvoiceDate AS Date, InvoiceNo AS Invoice, Quantity, UnitPrice"
        if name == "all"
        else "Customer, Date, Invoice, Quantity, UnitPrice"
    )
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT row_number() OVER () AS __row, {names}, {amount} AS Amount FROM "
            f"(FROM read_parquet('{file}') WHERE {condition} ORDER BY {order})) TO '{out}'"
        )
    return Source([out], list(ORDER_COLUMNS))


def bought(real: Source, name: str = "bought", order: str = "__row") -> Source:
    condition = "Quantity > 0 AND UnitPrice > 0"
    return select(real.files[0].parent, real.files[0], name, condition, order)


def test_the_known_figures_of_the_real_file(real: Source, tmp_path: Path) -> None:
    table, facts = ours(bought(real), tmp_path / "bought")
    assert len(table) == 4_338
    assert facts["customers"][0]["zero_monetary"] == 0
    total = sum(row["monetary"] for row in facts["groups"])
    assert Decimal(str(round(total, 4))) == Decimal("8911407.904")
    assert facts["rows"][0]["reference_date"] == "2011-12-10"
    table, facts = ours(real, tmp_path / "all")
    assert len(table) == 4_358
    assert facts["customers"][0]["customers"] == 4_372
    assert facts["customers"][0]["zero_monetary"] == 14


def test_shuffled_rows_of_the_real_file_score_the_same(real: Source, tmp_path: Path) -> None:
    shuffled = bought(real, "shuffled", "hash(__row)")
    first, second = ours(bought(real), tmp_path / "a")[0], ours(shuffled, tmp_path / "b")[0]
    pd.testing.assert_frame_equal(first, second)


def test_the_real_file_scores_as_pandas_does(real: Source, tmp_path: Path) -> None:
    with duckdb.connect() as con:
        query = "SELECT Customer, Date, Invoice, Amount FROM read_parquet($1)"
        rows = con.execute(query, [str(real.files[0])]).fetchall()
    expected = customers(orders_frame(rows))
    table, _ = ours(real, tmp_path / "ours")
    assert table.index.tolist() == expected.index.tolist()
    assert table["R"].tolist() == (6 - tie_safe(expected["Recency"])).tolist()
    assert table["F"].tolist() == tie_safe(expected["Frequency"]).tolist()
    assert table["M"].tolist() == tie_safe(expected["Monetary"]).tolist()
    theirs, (mine, _) = article(expected), ours(real, tmp_path / "article", scheme="article")
    for name in ("R", "F", "RFM"):
        assert mine[name].tolist() == theirs[name].tolist()


def test_a_date_without_a_time_counts_the_same() -> None:
    rows = [order(1, 1, "A", "1"), order(2, 9, "B", "2")]
    days = [(who, str(when)[:10], *rest) for who, when, *rest in rows]
    columns = [ORDER_COLUMNS[0], Column("Date", "date"), *ORDER_COLUMNS[2:]]
    with TemporaryDirectory() as folder:
        source = write(Path(folder) / "in", columns, days)
        table, _ = ours(source, Path(folder) / "out")
    pd.testing.assert_frame_equal(table, run(rows))
