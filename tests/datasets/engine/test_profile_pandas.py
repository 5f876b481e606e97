"""The profile against pandas, on tables of any values and on one that is larger than a batch."""

import math
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.engine import profile_groups, profile_sql, profile_values
from datasets.engine.profile import profile
from datasets.engine.types import Column
from segplatform.kernel.progress import NullProgress
from tests.factories.datasets import write_rows

FLOATS = st.one_of(
    st.floats(-1e9, 1e9, allow_nan=False, allow_subnormal=False),
    st.sampled_from([0.0, -0.0, 0.1, math.nan, math.inf, -math.inf]),
)
CENTS = st.integers(-(10**9), 10**9).map(lambda cents: f"{cents / 100:.2f}")
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.one_of(st.integers(-5, 5), st.integers(-(2**40), 2**40)),
    "decimal": CENTS,
    "float": FLOATS,
    "text": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Column], list[tuple[Any, ...]]]:
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4))
    columns = [Column(f"c {place}", kind) for place, kind in enumerate(kinds)]  # type: ignore[arg-type]
    row = st.tuples(*(st.none() | CELLS[kind] for kind in kinds))
    return columns, draw(st.lists(row, max_size=40))


@settings(max_examples=30, deadline=None)
@given(tables(), st.sampled_from([1, 10**9]))
def test_it_says_what_pandas_says(
    table: tuple[list[Column], list[tuple[Any, ...]]], repeats: int
) -> None:
    columns, rows = table
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / file["name"] for file in write_rows(Path(folder), columns, rows)]
        with patch.object(profile_groups, "REPEATS", repeats):
            found = profile(files, columns, NullProgress())
    for place, (column, said) in enumerate(zip(columns, found, strict=True)):
        cells = [row[place] for row in rows if row[place] is not None]
        assert said["missing"] == len(rows) - len(cells)
        if column.type == "text":
            _texts_compare(said, pd.Series(cells, dtype=object))
        else:
            _numbers_compare(said, pd.Series([float(cell) for cell in cells], dtype=float))


def _texts_compare(said: dict[str, Any], cells: "pd.Series[Any]") -> None:
    assert said["distinct"] == cells.nunique()
    counts = sorted(cells.value_counts().items(), key=lambda item: (-item[1], item[0].encode()))
    assert said["top"] == [{"value": value[:200], "count": n} for value, n in counts[:10]]


def _numbers_compare(said: dict[str, Any], cells: "pd.Series[float]") -> None:
    assert said["distinct"] == cells.nunique(dropna=False)
    finite = cells[np.isfinite(cells)]
    assert said.get("not_finite", 0) == len(cells) - len(finite)
    if finite.empty:
        assert said["quantiles"] is said["std"] is said["min"] is None
        return
    assert (said["min"], said["max"]) == (finite.min(), finite.max())
    assert (said["zeros"], said["negatives"]) == ((finite == 0).sum(), (finite < 0).sum())
    size = max(abs(finite.min()), abs(finite.max()))
    near = {"rel": 1e-9, "abs": size * 1e-12}
    assert said["mean"] == pytest.approx(finite.mean(), **near)
    assert said["median"] == pytest.approx(finite.median(), **near)
    for name, value in said["quantiles"].items():
        assert value == pytest.approx(finite.quantile(float(name)), **near)
    _shape_compare(said, finite, near)


def _shape_compare(
    said: dict[str, Any], finite: "pd.Series[float]", near: dict[str, float]
) -> None:
    if len(finite) == 1:
        assert said["std"] is None
    else:
        tiny = max(near["abs"], 1e-150)  # below, the squares that pandas sums are 0
        assert said["std"] == pytest.approx(finite.std(), rel=1e-9, abs=tiny)
    if finite.min() == finite.max():
        assert said["skew"] is said["histogram"] is None
        return
    scaled = (finite - finite.mean()) / (finite.max() - finite.min())
    moment = (scaled**2).mean()
    assert said["skew"] == pytest.approx((scaled**3).mean() / moment**1.5, rel=1e-6, abs=1e-6)
    edges, counts = said["histogram"]["edges"], said["histogram"]["counts"]
    assert (edges[0], edges[-1], sum(counts)) == (finite.min(), finite.max(), len(finite))
    for place, edge in enumerate(edges[1:-1], 1):  # a value on an edge may fall to either side
        slack = (edges[-1] - edges[0]) * 1e-9
        below = (finite < edge - slack).sum(), (finite <= edge + slack).sum()
        assert below[0] <= sum(counts[:place]) <= below[1]


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Write 60,000 rows, one value of each text in seven of them."""
    file = tmp_path / "long.parquet"
    query = """SELECT range + 1 AS __row, (range * 7919) % 60000 AS n,
        CASE WHEN range % 7 = 0 THEN 'often' ELSE 'k' || range END AS t,
        range % 100 AS few,
        CASE WHEN range % 20000 = 0 THEN range / 2 END::DOUBLE AS rare FROM range(60000)"""
    duckdb.execute(f"COPY ({query}) TO '{file}'")
    return file


def test_beyond_the_limit_it_estimates_and_says_so(
    long: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (profile_sql, profile_values):
        monkeypatch.setattr(module, "EXACT_VALUES", 10_000)
    monkeypatch.setattr(profile_sql, "CHEAP_VALUES", 100)
    kinds = {"n": "integer", "t": "text", "rare": "float", "few": "integer"}
    columns = [Column(name, kind) for name, kind in kinds.items()]  # type: ignore[arg-type]
    number, text, rare, few = profile([long], columns, NullProgress())
    assert number["distinct_is_estimate"] is number["quantiles_are_estimates"] is True
    assert number["distinct"] == pytest.approx(60_000, rel=0.1)
    assert number["quantiles"]["0.95"] == pytest.approx(57_000, rel=0.01)
    assert number["median"] == pytest.approx(30_000, rel=0.03)
    assert (number["mean"], number["max"]) == (29_999.5, 59_999)
    assert text["top"][0] == {"value": "often", "count": 8572}
    assert (text["distinct_is_estimate"], len(text["top"])) == (True, 10)
    assert (rare["distinct"], rare["median"], "distinct_is_estimate" in rare) == (3, 10_000, False)
    assert (few["median"], few["distinct"], few["top"][0]["count"]) == (49.5, 100, 600)
    assert not {"distinct_is_estimate", "quantiles_are_estimates"} & few.keys()
    again = profile([long], columns, NullProgress())
    for key in ("quantiles", "distinct", "top"):
        assert [each[key] for each in again] == [each[key] for each in (number, text, rare, few)]
