"""Any table → any dialect, encoding and wrapping → import = the same table.

``SEGPLATFORM_TEST_EXAMPLES=2000`` tries more of them than the few of every run.
"""

import csv
import gzip
import io
import os
import tempfile
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from datasets.engine.encoding_names import ENCODINGS
from datasets.engine.file_work import file_read
from datasets.engine.numbers import THOUSANDS
from datasets.engine.results import ReadResult
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import Rows, rows_of

EXAMPLES = int(os.environ.get("SEGPLATFORM_TEST_EXAMPLES", "12"))
some = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
AWKWARD = (
    *("", " ", "NA", "007", '"', '""', "a,b", "x;y", "é€", "-1", "1.50", "true", "\n", "a\r\nb"),
    *("'", '5" x', "=1+1", "sep=;", "Straße", "Łódź", "Москва", "Αθήνα", "İstanbul", "שלום"),
    *("محمد", "表示", "能力", "한국어", "台北", "👩\u200d👧", "\u2028", "\u00a0", "1.234,56", "$5"),
)
LETTERS = sorted({char for text in AWKWARD for char in text} | set("abcXYZ019 ,;\t|'.-"))
TABLES = st.integers(1, 5)


def fits(text: str, encoding: str) -> bool:
    """Say whether an encoding can write a text."""
    return text.encode(encoding, "ignore").decode(encoding, "ignore") == text


def cells(encoding: str) -> st.SearchStrategy[str]:
    known = [text for text in AWKWARD if fits(text, encoding)]
    letters = [char for char in LETTERS if char not in "\r\n" and fits(char, encoding)]
    return st.one_of(
        st.sampled_from(known),
        st.text(st.sampled_from(letters), max_size=8),
        st.integers().map(str),
    )


def wrapped(data: bytes, wrapping: str) -> bytes:
    """Pack a file, or leave it as it is."""
    if wrapping == "gz":
        return gzip.compress(data)
    if wrapping == "zip":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("table", data)
        return held.getvalue()
    return data


def imported(data: bytes, name: str, options: dict[str, Any]) -> tuple[ReadResult, Rows]:
    """Import a file as the product does."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "upload", Path(folder) / "out"
        path.write_bytes(data)
        out.mkdir()
        result = file_read(
            path, name, options, out_dir=out, progress=NullProgress(), memory_bytes=2**30
        )
        return result, rows_of(out)[0]


@st.composite
def files(draw: st.DrawFn) -> tuple[list[list[str]], bytes, dict[str, Any]]:
    """Draw a table, the bytes of its file and the options that describe it."""
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    width = draw(TABLES)
    row = st.lists(cells(encoding), min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=1, max_size=8))
    delimiter, quote = draw(st.sampled_from(",;\t|")), draw(st.sampled_from("\"'"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    if any(set("\r\n") & set(cell) for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the writer itself leaves line breaks bare that are not its own
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, quotechar=quote, quoting=quoting,
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )  # fmt: skip
    writer.writerow([f"c{i}" for i in range(width)])
    writer.writerows(rows)
    data = wrapped(out.getvalue().encode(encoding), draw(st.sampled_from(["", "gz", "zip"])))
    options = {
        "encoding": encoding,
        "delimiter": delimiter,
        "quote": quote,
        "header": True,
        "skip_rows": 0,
        "types": {f"c{i}": "text" for i in range(width)},
    }
    return rows, data, options


@some
@given(files())
def test_a_table_comes_back_as_it_was_written(
    drawn: tuple[list[list[str]], bytes, dict[str, Any]],
) -> None:
    rows, data, options = drawn
    result, found = imported(data, "table.csv", options)
    expected = [tuple(cell or None for cell in row) for row in rows]
    kept = [row for row in expected if any(row)]
    assert found == kept
    assert result.report["rows_empty"] == len(expected) - len(kept)
    assert result.report["rows_rejected"] == 0


def grouped(value: Decimal, sign: str, thousands: str) -> str:
    """Write a number in a spelling."""
    return f"{value:,.2f}".replace(",", "T").replace(".", sign).replace("T", thousands)


AMOUNTS = st.lists(
    st.tuples(
        st.decimals(Decimal(-(10**9)), Decimal(10**9), places=2), st.dates(date(1000, 1, 1))
    ),
    min_size=1, max_size=12,
)  # fmt: skip
DRESSES = ("{}", "${}", "{} €", "CHF {}")


@some
@given(AMOUNTS, st.sampled_from(".,"), st.sampled_from(["", *THOUSANDS]), st.sampled_from(DRESSES))
def test_amounts_come_back_from_any_spelling(
    rows: list[tuple[Decimal, date]], sign: str, thousands: str, dress: str
) -> None:
    if thousands == sign:
        thousands = ""
    lines = [f"{dress.format(grouped(n, sign, thousands))}|{day.isoformat()}" for n, day in rows]
    options = {"delimiter": "|", "decimal": sign, "thousands": thousands, "header": True}
    result, found = imported("\n".join(["n|d", *lines]).encode(), "table.txt", options)
    assert [column["type"] for column in result.columns] == ["decimal", "date"]
    assert found == rows


# To what reads workbooks a cell of nothing but blanks is empty; the saving program runs formulas.
CELLS = st.one_of(
    st.sampled_from([text for text in AWKWARD if text.strip() and text not in ("a\r\nb", "=1+1")]),
    st.text(st.sampled_from([c for c in LETTERS if c not in "\r="]), min_size=1, max_size=8).filter(
        str.strip
    ),
)


@some
@given(st.lists(st.tuples(CELLS, st.integers(-(10**9), 10**9), st.dates(date(1901, 1, 1))),
                min_size=1, max_size=8), st.sampled_from(["", "zip"]))  # fmt: skip
def test_a_workbook_comes_back_as_it_was_saved(
    rows: list[tuple[str, int, date]], wrapping: str
) -> None:
    book = Workbook()
    book.active.append(["text", "n", "day"])
    for row in rows:
        book.active.append(list(row))
    held = io.BytesIO()
    book.save(held)
    options = {"header": True, "skip_rows": 0, "types": {"text": "text"}}
    result, found = imported(wrapped(held.getvalue(), wrapping), "table.xlsx", options)
    assert [column["type"] for column in result.columns] == ["text", "integer", "date"]
    assert found == rows
