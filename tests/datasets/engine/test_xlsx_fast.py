"""The fast reader of sheets: what the exact one says, or nothing."""

import datetime
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pytest

from datasets.engine.source import Irregular
from datasets.engine.xlsx_fast import FastSheet, SheetColumns
from datasets.engine.xlsx_package import workbook_open
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.xlsx_files import preview, rewrite, save

SHEET = "xl/worksheets/sheet1.xml"
WORDS = (
    "a",
    " lead",
    "trail ",
    "x&y",
    "<b>",
    '"q"',
    "Ünï",
    "e\nf",
    "",
    "  ",
    "_x000D_x",
    "00",
    "😀",
)
DAY = datetime.datetime(2001, 1, 1)


def fast(path: Path) -> SheetColumns:
    book = workbook_open(path)
    sheet = FastSheet(book, book.sheets[0], NullProgress(), 2**30)
    sheet.look()
    return sheet.read()


def exact(path: Path) -> tuple[int, list[list[str | None]]]:
    sheet = fastexcel.read_excel(str(path)).load_sheet(
        0, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
    )
    first = min((column.absolute_index for column in sheet.selected_columns), default=0)
    return first, [column.to_pylist() for column in sheet.to_arrow().columns]


def require_same(path: Path) -> None:
    found = fast(path)
    first, columns = exact(path)
    assert found.first == first
    got = [[cell or None for cell in column.to_pylist()] for column in found.columns]
    assert got == [[cell or None for cell in column] for column in columns]


def anything(chance: random.Random) -> Any:
    return chance.choice(
        [
            *(None, chance.randint(-9_999, 10**6), round(chance.uniform(-99, 9_999), 4)),
            *(chance.choice(WORDS), chance.random() < 0.5, datetime.time(8, 26)),
            DAY + datetime.timedelta(seconds=chance.randint(0, 10**9)),
        ]
    )


def test_both_readers_agree(tmp_path: Path) -> None:
    chance = random.Random(20)
    for number in range(8):
        rows = [
            [anything(chance) for _ in range(chance.randint(1, 30))]
            if chance.random() < 0.9
            else []
            for _ in range(chance.randint(2, 110))
        ]

        def change(book: Any) -> None:
            sheet = book["S"]
            sheet.cell(chance.randint(1, 9), 31).number_format = "0.00"
            cell = sheet.cell(chance.randint(1, 9), 5)
            cell.value, cell.data_type = "#N/A", "e"

        folder = tmp_path / str(number)
        folder.mkdir()
        require_same(save(folder, ("S", [("head",), *rows]), change=change))


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    written = ("15.299999999999999", "0.30000000000000004", "1E-10", "40513.35138888889", "5e-324")
    path = save(tmp_path, ("S", [("n",), *((number,) for number in range(5))]))

    def change(data: bytes) -> bytes:
        for number, text in enumerate(written):
            data = data.replace(b"<v>%d</v>" % number, b"<v>%s</v>" % text.encode())
        return data

    rewrite(path, SHEET, change)
    shown = ["15.3", "0.3", "0.0000000001", "40513.35138888889", f"{Decimal('5e-324'):f}"]
    assert fast(path).columns[0].to_pylist()[1:] == shown
    assert [row[0] for row in preview(path).rows] == shown


def test_formulas_and_texts_without_characters(tmp_path: Path) -> None:
    cells = (
        b'<row r="2" spans="1:4"><c r="B2" t="str"><f>IF(A1&gt;1,"a","")</f><v></v></c>'
        b'<c r="C2"><f t="shared" ref="C2:C9" si="0">A1+1</f><v>2.5</v></c>'
        b'<c r="D2" t="inlineStr"><is><t> kept not </t></is></c><c r="E2" s="1"/></row>'
        b'<row r="12" ht="15.75"><c r="C12"><f t="shared" si="0"/><v>4</v></c>'
        b'<c r="D12" t="b"><f>TRUE()</f><v>1</v></c></row><row r="13"/></sheetData>'
    )
    path = save(tmp_path, ("S", [("id",)]))
    rewrite(path, SHEET, lambda data: data.replace(b"</sheetData>", cells))
    require_same(path)
    assert fast(path).columns[3].to_pylist()[1] == "kept not"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<v>1</v>", b"<v>1</v>\n"),
        (b"<v>1</v>", b"<v>1</v><!-- -->"),
        (b"<v>1</v>", b"<v><![CDATA[1]]></v>"),
        (b"<v>1</v>", b"<v>one</v>"),
        (b"<v>1</v>", b"<v> 1</v>"),
        (b"<v>1</v>", b"<v>1e999</v>"),
        (b'r="A2" t="n"', b'r="A2" t="d"'),
        (b'r="A2"', b'r="A3"'),
        (b'r="B2"', b'r="A2"'),
        (b'r="A2"', b"r='A2'"),
        (b'r="A2"', b""),
        (b'<row r="2">', b'<row r="1">'),
        (b"<t>a</t>", b"<r><t>a</t></r>"),
        (b"<t>a</t>", b"<t>a > b</t>"),
        (b"<t>a</t>", b"<t>a></t>"),
        (b"<t>a</t>", b"<t>&nbsp;</t>"),
        (b"<t>a</t>", b"<t>a\x01</t>"),
        (b"<t>a</t>", b"<t>\xff</t>"),
        (b"<t>a</t>", b"<t>_xD83D_</t>"),
        (b"<t>a</t>", b"<t>a</t><t>b</t>"),
        (b"</is></c></row></sheetData>", b"</is></row></sheetData>"),
        (b"</sheetData>", b""),
        (b"<sheetData>", b"<!-- --><sheetData>"),
    ],
)
def test_whatever_is_written_otherwise_is_left_to_the_exact_reader(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    path = save(tmp_path, ("S", [("id", "name"), (1, "a")]))

    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    rewrite(path, SHEET, change)
    with pytest.raises(Irregular):
        fast(path)
