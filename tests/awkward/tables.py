"""Awkward tables: separators, quotes, line ends, headers, what lies above, within and below."""

from datetime import date
from decimal import Decimal

from tests.awkward.base import PEOPLE, Read, people

ONE = PEOPLE.encode()
D = Decimal
REPEATED = "1 rows with the column names again"

FILES: dict[str, Read] = {
    "comma": people(ONE),
    "semicolon and decimal comma": Read(
        b"article;price\nTea;1,50\nMilk;0,9\n", ["article", "price"], "text decimal",
        [("Tea", D("1.5")), ("Milk", D("0.9"))],
    ),
    "tab": Read(b"id\tname\n1\tA,B\n2\tC\n", ["id", "name"], "integer text", [(1, "A,B"), (2, "C")],
                file="orders.tsv"),
    "tabs in a file called .csv": Read(
        b"id\tname, first\n1\tAda, B\n2\tBob, C\n", ["id", "name, first"], "integer text",
        [(1, "Ada, B"), (2, "Bob, C")],
    ),
    "bar": people(ONE.replace(b",", b"|")),
    "a line that names the separator": people(
        b"sep=;\n" + ONE.replace(b",", b";"), "1 lines above the table were skipped"
    ),
    "a quoted line that names the separator": people(
        b'"sep=\t"\r\n' + ONE.replace(b",", b"\t"), "1 lines above the table were skipped"
    ),
    "no known separator": Read(
        b"id::name\n1::Ada\n2::Bob\n", ["id::name"], "text", [("1::Ada",), ("2::Bob",)],
        ("Only one column was found",),
    ),
    "line break in a cell": Read(
        b'id,note\n1,"two\nlines"\n2,"a\r\nb"\n', ["id", "note"], "integer text",
        [(1, "two\nlines"), (2, "a\r\nb")],
    ),
    "line break in a column's name": Read(
        b'"id","full\nname"\n1,Ada\n2,Bob\n', ["id", "full name"], "integer text",
        [(1, "Ada"), (2, "Bob")], ("1 column name was changed",),
    ),
    "CRLF": people(ONE.replace(b"\n", b"\r\n")),
    "CR only": people(ONE.replace(b"\n", b"\r")),
    "three kinds of line ends": people(b"id,name\r\n1,Ada\r2,Bob\n"),
    "no line end at the end": people(ONE.rstrip()),
    "the end mark of DOS": people(ONE + b"\x1a", "The end mark of DOS"),
    "line separators that are none": Read(
        "a,b\nx\u2028y,1\nz\x85,2\nv\x0bw,3\n".encode(), ["a", "b"], "text integer",
        [("x\u2028y", 1), ("z\x85", 2), ("v\x0bw", 3)],
    ),
    "single quotes": Read(b"a,b\n'x,1',2\n'y,2',3\n", ["a", "b"], "text integer",
                          [("x,1", 2), ("y,2", 3)]),
    "blanks around quotes": Read(b'a, b\n1, "x, y"\n2, "z, w"\n', ["a", "b"], "integer text",
                                 [(1, "x, y"), (2, "z, w")]),
    "quotes within cells": Read(
        b'a,b\n1,5" pipe\n2,"x"y\n3,"say ""hi"""\n', ["a", "b"], "integer text",
        [(1, '5" pipe'), (2, '"x"y'), (3, 'say "hi"')], ("1 lines have quotes that do not close",),
    ),
    "backslashes before quotes": Read(
        b'a,b\n1,"say \\"hi\\""\n2,"c:\\x,y"\n', ["a", "b"], "integer text",
        [(1, '"say \\"hi\\""'), (2, "c:\\x,y")], ("1 lines have quotes that do not close",),
    ),
    "a quote that is never closed": Read(
        b'a,b\n1,"abc\n2,def\n3,"g,h"\n', ["a", "b"], "integer text",
        [(1, '"abc'), (2, "def"), (3, "g,h")], ("(line 2)",),
    ),
    "lone quotes that happen to pair": Read(
        b'id,name\n1,"\n2,Bob\n3,"\n', ["id", "name"], "integer text", [(1, "\n2,Bob\n3,")],
    ),
    "text keeps its blanks": Read(b"a,b\n  x ,1\ny,2\n", ["a", "b"], "text integer",
                                  [("  x ", 1), ("y", 2)]),
    "blanks around names": people(b" id , name \n1,Ada\n2,Bob\n"),
    "duplicate and empty names": Read(
        b"a,a,,A,a_2\n1,2,3,4,5\n", ["a", "a_3", "column_3", "A_4", "a_2"],
        "integer integer integer integer integer",
        [(1, 2, 3, 4, 5)], ("2 column names were changed",),
    ),
    "a name like a format's": Read(b"ORCID,b\nx,1\n", ["ORCID", "b"], "text integer", [("x", 1)]),
    "tags as names": Read(b"<id>,</b>\n1,x\n", ["<id>", "</b>"], "integer text", [(1, "x")]),
    "a reserved name": Read(b"__row,b\nx,1\n", ["__row_2", "b"], "text integer", [("x", 1)],
                            ("1 column name was changed",)),
    "a name of 5,000 characters": Read(
        b"x" * 5_000 + b",b\n1,2\n", ["x" * 200, "b"], "integer integer", [(1, 2)],
        ("1 column name was changed",),
    ),
    "years as names": Read(
        b"city,2019,2020\nOslo,1,2\nRome,3,4\n", ["city", "2019", "2020"], "text integer integer",
        [("Oslo", 1, 2), ("Rome", 3, 4)],
    ),
    "no header": Read(b"1,x,2.5\n2,y,3.5\n", ["column_1", "column_2", "column_3"],
                      "integer text decimal", [(1, "x", D("2.5")), (2, "y", D("3.5"))]),
    "header only": Read(b"id,name,city\n", ["id", "name", "city"], "text text text", [],
                        ("There are no rows to read",)),
    "one column": Read(b"name\nAda\nBob\n", ["name"], "text", [("Ada",), ("Bob",)],
                       ("Only one column was found",)),
    "short and long rows": Read(
        b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n", ["a", "b", "c"], "integer integer integer",
        [(1, 2, 3), (4, 5, None), (10, 11, 12)],
        ("1 rows with more than 3 cells were rejected", "1 short rows were filled up"),
        ((3, None, "6,7,8,9"),),
    ),
    "the last row cut": Read(
        b"a,b,c\n1,2,3\n4,5,6\n7,8", ["a", "b", "c"], "integer integer integer",
        [(1, 2, 3), (4, 5, 6), (7, 8, None)], ("1 short rows were filled up",),
    ),
    "separators at the end of rows": Read(
        b"a,b\n1,2,\n3,4,\n", ["a", "b"], "integer integer", [(1, 2), (3, 4)],
        ("1 empty columns without a name",),
    ),
    "separators at the end of every line": people(
        b"id;name;\n1;Ada;\n2;Bob;\n", "1 empty columns without a name"
    ),
    "empty rows": Read(b"a,b\n1,2\n\n,\n3,4\n\n\n", ["a", "b"], "integer integer",
                       [(1, 2), (3, 4)], ("4 empty rows were left out",), empty=4),
    "a million empty rows": Read(
        lambda: b"a,b\n1,2\n" + b"\n" * 1_000_000 + b"3,4\n", ["a", "b"], "integer integer",
        [(1, 2), (3, 4)], ("1,000,000 empty rows were left out",), empty=1_000_000,
    ),
    "lines above the table": Read(
        b"Sales report\nMade on 2020-01-01\n\nid,name,n\n1,Ada,5\n2,Bob,6\n", ["id", "name", "n"],
        "integer text integer", [(1, "Ada", 5), (2, "Bob", 6)],
        ("3 lines above the table were skipped",),
    ),
    "comments above the table": people(
        b"# made by a shop\n# in 2020\n" + ONE, "2 lines above the table were skipped"
    ),
    "a title filled up with separators": Read(
        b"Sales;;\nid;name;n\n1;Ada;5\n2;Bob;6\n", ["id", "name", "n"], "integer text integer",
        [(1, "Ada", 5), (2, "Bob", 6)], ("1 lines above the table were skipped",),
    ),
    "the names again in the middle": people(
        b"id,name\n1,Ada\nid,name\n2,Bob\n", REPEATED, rejected=((2, None, "id,name"),)
    ),
    "two files joined, marks and all": people(
        b"\xef\xbb\xbfid,name\n1,Ada\n\xef\xbb\xbfid,name\n2,Bob\n",
        "1 byte order marks within the text", REPEATED, rejected=((2, None, "id,name"),),
    ),
    "names again late in a long file": Read(
        lambda: b"n,x\n" + b"1,2\n" * 2_000 + b"n,x\n3,4\n", ["n", "x"], "integer integer",
        [*[(1, 2)] * 2_000, (3, 4)], (REPEATED,), ((2_001, None, "n,x"),),
    ),
    "a row of totals at the end": Read(
        b"product,amount\nTea,10\nMilk,20\nTotal,30\n", ["product", "amount"], "text integer",
        [("Tea", 10), ("Milk", 20), ("Total", 30)],
        ("The last row (3) looks like a row of totals: “Total”",),
    ),
    "a product that is called total": Read(
        b"product,amount\nTotal,10\nMilk,20\n", ["product", "amount"], "text integer",
        [("Total", 10), ("Milk", 20)],
    ),
    "a report with bars and drawn lines": Read(
        b"-----------------------------\n|Material|Qty|Amount   |Date      |\n"
        b"-----------------------------\n|A-100   |  1|1.234,56-|31.12.2019|\n"
        b"-----------------------------\n|A-200   | 12|    12,00|01.01.2020|\n"
        b"-----------------------------\n",
        ["Material", "Qty", "Amount", "Date"], "text integer decimal date",
        [("A-100   ", 1, D("-1234.56"), date(2019, 12, 31)),
         ("A-200   ", 12, D(12), date(2020, 1, 1))],
        ("1 lines above the table were skipped", "3 empty rows were left out",
         "2 empty columns without a name", "signs were read as in accounts"), empty=3, file="a.txt",
    ),
    "a table as a database prints it": Read(
        b"+----+------+\n| id | name |\n+----+------+\n| 1  | Ada  |\n| 2  | Bob  |\n"
        b"+----+------+\n",
        ["id", "name"], "integer text", [(1, " Ada  "), (2, " Bob  ")],
        ("1 lines above the table were skipped", "2 empty rows were left out",
         "2 empty columns without a name"), empty=2, file="a.txt",
    ),
    "a sentence below the table": Read(
        b"id,product,amount\n1,Tea,10\n2,Milk,20\n\nMade by a shop\n", ["id", "product", "amount"],
        "text text integer",
        [("1", "Tea", 10), ("2", "Milk", 20), ("Made by a shop", None, None)],
        ("1 short rows were filled up", "1 empty rows were left out"), empty=1,
    ),
    "two tables below each other": Read(
        b"id,name\n1,Ada\n\nregion,city,sum\nN,Oslo,3\nS,Rome,4\n", ["region", "city", "sum"],
        "text text integer", [("N", "Oslo", 3), ("S", "Rome", 4)],
        ("3 lines above the table were skipped",),
    ),
    "NUL characters": Read(b"a,b\n1,x\0y\n2,\0z\n", ["a", "b"], "integer text",
                           [(1, "xy"), (2, "z")], ("2 NUL characters were dropped",)),
    "a few stray control characters": Read(
        b"a,b\n\x01\x02,1\n\x03,2\n", ["a", "b"], "text integer", [("\x01\x02", 1), ("\x03", 2)],
    ),
    "formulas are just text": Read(
        b'a,b\n=1+1,1\n@x,2\n="00123",3\n', ["a", "b"], "text integer",
        [("=1+1", 1), ("@x", 2), ('="00123"', 3)],
    ),
}  # fmt: skip
