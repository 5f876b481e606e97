"""Two ways of reading are one: fast and exact, and typed values in any spelling."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.engine import csv_read
from datasets.engine.source import Irregular
from tests.datasets.engine.csv_files import read

DAYS = st.dates(min_value=date(1000, 1, 1))
SIGNS = "ab1, \"'\n\r;.-0é"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(SIGNS, min_size=1, max_size=60))
def test_the_fast_reader_agrees_with_the_exact_one(text: str) -> None:
    data = b"x,y\n1,2\n3,4\n" + text.encode()
    options = {"delimiter": ",", "quote": '"', "header": True, "skip_rows": 0, "encoding": "utf-8"}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        fast = read(Path(folder), data, **options)
        patch.setattr(csv_read, "regular_parts", Mock(side_effect=Irregular))
        exact = read(Path(folder), data, **options)
    assert (fast.types, fast.rows, fast.numbers) == (exact.types, exact.rows, exact.numbers)
    assert fast.report == exact.report


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(-(10**14), 10**14), st.decimals(-(10**9), 10**9, places=4), DAYS),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(",;"),
)
def test_typed_values_come_back_with_their_types(drawn: list[Any], decimal: str) -> None:
    sign = "." if decimal == "," else ","
    lines = [f"{i}|{str(f'{d:.4f}').replace('.', sign)}|{day.isoformat()}" for i, d, day in drawn]
    data = "\n".join(["n|x|d", *lines]).encode()
    with tempfile.TemporaryDirectory() as folder:
        table = read(Path(folder), data, delimiter="|", decimal=sign, thousands="", header=True)
    assert table.types == ["integer", "decimal", "date"]
    assert table.rows == [tuple(row) for row in drawn]
