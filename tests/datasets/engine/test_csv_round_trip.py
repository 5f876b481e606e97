"""Any table → CSV in any dialect and encoding → import = the same table."""

import csv
import io
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.engine import csv_read
from tests.datasets.engine.csv_files import read

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15", "utf-16-le"]
AWKWARD = [
    *("", " ", "NA", "007", '"', '""', "a,b", "x;y", "é€", "-1"),
    *("1.50", "true", "\n", "a\r\nb", "'", '5" x'),
]


def cells(encoding: str) -> st.SearchStrategy[str]:
    """Texts that the encoding can write, without NUL (dropped, and said so) and other control.

    A file with many control characters is refused as no text.
    """
    codec = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(encoding, encoding)
    letters = st.characters(
        codec=codec, exclude_characters="\0\ufeff", exclude_categories=["Cs", "Cc"]
    )
    known = [text for text in AWKWARD if _fits(text, codec)]
    return st.one_of(st.sampled_from(known), st.text(letters, max_size=8), st.integers().map(str))


def _fits(text: str, codec: str) -> bool:
    return text.encode(codec, "ignore").decode(codec) == text


@st.composite
def files(draw: st.DrawFn) -> tuple[list[list[str]], bytes, dict[str, Any]]:
    """Draw a table, the bytes of its CSV and the options that describe it."""
    encoding = draw(st.sampled_from(ENCODINGS))
    width = draw(st.integers(1, 5))
    row = st.lists(cells(encoding), min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=1, max_size=8))
    delimiter, quote = draw(st.sampled_from(",;\t|")), draw(st.sampled_from("\"'"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    if any(set("\r\n") & set(cell) for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the writer itself leaves line breaks bare that are not its own
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        quoting=quoting,
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )
    writer.writerow([f"c{i}" for i in range(width)])
    writer.writerows(rows)
    options = {
        "encoding": encoding.removesuffix("-sig"),
        "delimiter": delimiter,
        "quote": quote,
        "header": True,
        "skip_rows": 0,
        "types": {f"c{i}": "text" for i in range(width)},
    }
    return rows, out.getvalue().encode(encoding), options


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(files())
def test_a_table_comes_back_as_it_was_written(drawn: tuple[list[list[str]], bytes, Any]) -> None:
    rows, data, options = drawn
    with tempfile.TemporaryDirectory() as folder:
        table = read(Path(folder), data, **options)
    expected = [tuple(cell or None for cell in row) for row in rows]
    kept = [(i, row) for i, row in enumerate(expected, 1) if any(row)]
    assert table.rows == [row for _, row in kept]
    assert table.numbers == [i for i, _ in kept]
    assert table.report["rows_empty"] == len(expected) - len(kept)
    assert table.report["rows_rejected"] == 0


DAYS = st.dates(min_value=date(1000, 1, 1))
SIGNS = "ab1, \"'\n\r;.-0é"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(SIGNS, min_size=1, max_size=60))
def test_the_fast_reader_agrees_with_the_exact_one(text: str) -> None:
    data = b"x,y\n1,2\n3,4\n" + text.encode()
    options = {"delimiter": ",", "quote": '"', "header": True, "skip_rows": 0, "encoding": "utf-8"}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        fast = read(Path(folder), data, **options)
        patch.setattr(csv_read, "is_regular", lambda *_: False)
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
