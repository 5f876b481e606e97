"""Awkward files with one expected outcome each: nothing is lost or changed silently."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from segplatform.kernel.errors import UserError
from tests.datasets.engine.csv_files import read

D = Decimal
ONE = b"id,name\n1,Ada\n2,Bob\n"
ONE_ROWS = [(1, "Ada"), (2, "Bob")]

WHOLE: dict[str, tuple[bytes, list[str], list[str], list[tuple[Any, ...]]]] = {
    "comma": (ONE, ["id", "name"], ["integer", "text"], ONE_ROWS),
    "semicolon and decimal comma": (
        b"article;price\nTea;1,50\nMilk;0,9\n",
        ["article", "price"], ["text", "decimal"], [("Tea", D("1.5")), ("Milk", D("0.9"))],
    ),
    "thousands points and decimal comma": (
        b"a;p\nx;1.234,56\ny;12,00\nz;1.234.567,8\n",
        ["a", "p"], ["text", "decimal"], [("x", D("1234.56")), ("y", D(12)), ("z", D("1234567.8"))],
    ),
    "tab": (
        b"id\tname\n1\tA,B\n2\tC\n", ["id", "name"], ["integer", "text"], [(1, "A,B"), (2, "C")],
    ),
    "bar": (b"id|name\n1|A\n2|B\n", ["id", "name"], ["integer", "text"], [(1, "A"), (2, "B")]),
    "utf-8 mark": (b"\xef\xbb\xbf" + ONE, ["id", "name"], ["integer", "text"], ONE_ROWS),
    "utf-16 mark": (ONE.decode().encode("utf-16"), ["id", "name"], ["integer", "text"], ONE_ROWS),
    "utf-16 without mark": (
        ONE.decode().encode("utf-16-be"), ["id", "name"], ["integer", "text"], ONE_ROWS,
    ),
    "windows-1252": (
        "id;ville\n1;Orléans\n2;Nîmes — 5 €\n".encode("cp1252"),
        ["id", "ville"], ["integer", "text"], [(1, "Orléans"), (2, "Nîmes — 5 €")],
    ),
    "cyrillic windows-1251": (
        "номер;город\n1;Москва\n2;Казань\n3;Новосибирск\n".encode("cp1251"),
        ["номер", "город"], ["integer", "text"], [(1, "Москва"), (2, "Казань"), (3, "Новосибирск")],
    ),
    "a few stray control characters": (
        b"a,b\n\x01\x02,1\n\x03,2\n", ["a", "b"], ["text", "integer"],
        [("\x01\x02", 1), ("\x03", 2)],
    ),
    "line break in a cell": (
        b'id,note\n1,"two\nlines"\n2,"a\r\nb"\n',
        ["id", "note"], ["integer", "text"], [(1, "two\nlines"), (2, "a\r\nb")],
    ),
    "CRLF": (ONE.replace(b"\n", b"\r\n"), ["id", "name"], ["integer", "text"], ONE_ROWS),
    "CR only": (ONE.replace(b"\n", b"\r"), ["id", "name"], ["integer", "text"], ONE_ROWS),
    "mixed line ends": (
        b"id,name\r\n1,Ada\n2,Bob\r\n", ["id", "name"], ["integer", "text"], ONE_ROWS,
    ),
    "no line end at the end": (ONE.rstrip(), ["id", "name"], ["integer", "text"], ONE_ROWS),
    "duplicate and empty names": (
        b"a,a,,A,a_2\n1,2,3,4,5\n",
        ["a", "a_3", "column_3", "A_4", "a_2"], ["integer"] * 5, [(1, 2, 3, 4, 5)],
    ),
    "reserved name": (b"__row,b\nx,1\n", ["__row_2", "b"], ["text", "integer"], [("x", 1)]),
    "right-to-left and emoji": (
        "שם,😀\nאבא,🎉\nאמא,👩‍👩‍👧\n".encode(),
        ["שם", "😀"], ["text", "text"], [("אבא", "🎉"), ("אמא", "👩‍👩‍👧")],
    ),
    "leading zeros and phones": (
        b"zip,phone,n\n00123,+33612345678,5\n75001,+33687654321,6\n",
        ["zip", "phone", "n"], ["text", "text", "integer"],
        [("00123", "+33612345678", 5), ("75001", "+33687654321", 6)],
    ),
    "20-digit ids": (
        b"id,n\n12345678901234567890,1\n12345678901234567891,2\n", ["id", "n"], ["text", "integer"],
        [("12345678901234567890", 1), ("12345678901234567891", 2)],
    ),
    "Namibia is not nothing": (
        b"code,n\nNA,1\nnull,2\nNone,\n,4\n", ["code", "n"], ["text", "integer"],
        [("NA", 1), ("null", 2), ("None", None), (None, 4)],
    ),
    "integers with .0": (
        b"customer,n\n17850.0,1\n,2\n13047.0,3\n", ["customer", "n"], ["integer", "integer"],
        [(17850, 1), (None, 2), (13047, 3)],
    ),
    "codes that look like exponents": (
        b"code,n\n12E5,1\n3E10,2\n", ["code", "n"], ["text", "integer"], [("12E5", 1), ("3E10", 2)],
    ),
    "floats": (
        b"x,n\n0.123456789,1\n1e-07,2\n5,3\n", ["x", "n"], ["float", "integer"],
        [(0.123456789, 1), (1e-07, 2), (5.0, 3)],
    ),
    "truth": (b"b,n\ntrue,1\nFALSE,2\n,3\n", ["b", "n"], ["boolean", "integer"],
              [(True, 1), (False, 2), (None, 3)]),
    "one date format": (
        b"d,n\n13/02/2020,1\n01/02/2020,2\n", ["d", "n"], ["date", "integer"],
        [(date(2020, 2, 13), 1), (date(2020, 2, 1), 2)],
    ),
    "a day that does not exist": (
        b"d,n\n31/02/2020,1\n13/02/2020,2\n", ["d", "n"], ["text", "integer"],
        [("31/02/2020", 1), ("13/02/2020", 2)],
    ),
    "no header": (b"1,x,2.5\n2,y,3.5\n", ["column_1", "column_2", "column_3"],
                  ["integer", "text", "decimal"], [(1, "x", D("2.5")), (2, "y", D("3.5"))]),
    "single quotes": (b"a,b\n'x,1',2\n'y,2',3\n", ["a", "b"], ["text", "integer"],
                      [("x,1", 2), ("y,2", 3)]),
    "blanks around quotes": (b'a, b\n1, "x, y"\n2, "z, w"\n', ["a", "b"], ["integer", "text"],
                             [(1, "x, y"), (2, "z, w")]),
    "text keeps its blanks": (b"a,b\n  x ,1\ny,2\n", ["a", "b"], ["text", "integer"],
                              [("  x ", 1), ("y", 2)]),
    "formulas are just text": (b"a,b\n=1+1,1\n@x,2\n", ["a", "b"], ["text", "integer"],
                               [("=1+1", 1), ("@x", 2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_it_reads_every_value_of_an_awkward_file(name: str, tmp_path: Path) -> None:
    data, names, types, rows = WHOLE[name]
    table = read(tmp_path, data)
    assert (table.names, table.types, table.rows) == (names, types, rows)
    assert table.numbers == list(range(1, len(rows) + 1))


REFUSED: dict[str, tuple[bytes, str]] = {
    "0 bytes": (b"", "empty"),
    "only blank lines": (b"\n" * 5000, "empty lines"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG"),
    "workbook": (b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml" + b"\0" * 99, "Excel workbook"),
    "zip": (b"PK\x03\x04" + b"\0" * 26 + b"other.txt" + b"\0" * 99, "ZIP"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, ".xls"),
    "HTML as a table": (b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "noise": (bytes(range(1, 9)) * 500, "no text"),
    "20,000 columns": (b",".join(b"c%d" % i for i in range(20_000)) + b"\n", "20,000 columns"),
    "5 MB cell": (b"a,b\n1,2\n3," + b"x" * 5_000_000 + b"\n", "Row 2 holds a cell|Line 3 holds"),
    "5 MB cell in quotes": (b'a,b\n1,"' + b"x\n" * 2_500_000 + b'"\n', "quote that is not closed"),
    "no line end in 9 MB": (b"x" * 9_000_000, "longer than 8 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_what_is_no_table_and_says_what_it_is(name: str, tmp_path: Path) -> None:
    data, words = REFUSED[name]
    with pytest.raises(UserError, match=words):
        read(tmp_path, data)


def test_it_reads_cyrillic_utf_16_without_a_mark_when_told(tmp_path: Path) -> None:
    data = ("город,имя\n" + "Москва,Ада\n" * 50).encode("utf-16-le")
    assert read(tmp_path, data, encoding="utf-16-le").rows == [("Москва", "Ада")] * 50
