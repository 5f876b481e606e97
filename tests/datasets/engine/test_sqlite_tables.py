"""SQLite files: tables and views as they are; what is hostile ends in one sentence."""

import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from datasets.engine.connectors.base import connectors
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.format_files import import_file, preview_file

SHOP = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT, price REAL, day TEXT, big, photo BLOB);
INSERT INTO orders VALUES (1, '00123', 2.5, '2020-01-02', 12345678901234567, x'ff00');
INSERT INTO orders VALUES (2, '7', 17850.0, '2020-01-03', 'x', NULL);
CREATE TABLE "odd ""name" ("a b" TEXT);
CREATE VIEW dear AS SELECT id, price FROM orders WHERE price > 100;
"""
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT"


def made(folder: Path, script: str) -> Path:
    path = folder / "upload"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as con:
        con.executescript(script)
    return path


def test_a_table_arrives_as_it_is(tmp_path: Path) -> None:
    path = made(tmp_path, SHOP)
    before = path.read_bytes()
    shown, table = preview_file(path, table="orders"), import_file(path, table="orders")
    assert table.names == ["id", "code", "price", "day", "big", "photo"]
    assert table.types == ["integer", "text", "decimal", "date", "text", "text"]
    assert table.rows == [
        (1, "00123", Decimal("2.5"), date(2020, 1, 2), "12345678901234567", None),
        (2, "7", Decimal(17850), date(2020, 1, 3), "x", None),
    ]
    assert [column["type"] for column in shown.columns] == table.types
    assert table.report["rejected"] == [
        {"row": 1, "column": "photo", "text": "2 bytes: ff 00", "reason": "binary data"}
    ]
    assert path.read_bytes() == before
    assert list(tmp_path.glob("upload-*")) == []


def test_tables_and_views_are_offered(tmp_path: Path) -> None:
    path = made(tmp_path, SHOP)
    shown = preview_file(path)
    assert shown.choices["table"] == {
        'odd "name': 'odd "name', "orders": "orders", "dear": "dear (view)",
    }  # fmt: skip
    assert shown.options["table"] == "orders"
    assert shown.guesses["table"] == "The first with rows of 3, by name."
    shown = preview_file(path, table='odd "name')
    assert (shown.columns, shown.rows) == ([{"name": "a b", "type": "text"}], [])
    assert import_file(path, table="dear").rows == [(2, 17850)]
    with pytest.raises(UserError, match="no table “other”"):
        preview_file(path, table="other")


@pytest.mark.parametrize(
    ("script", "table"),
    [
        ("CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO b VALUES (1);", "b"),
        ("CREATE TABLE a (x); CREATE TABLE b (x);", "a"),
        ("CREATE TABLE t (x); CREATE VIEW e AS SELECT 1 WHERE 0; CREATE VIEW f AS SELECT 1;", "f"),
        (f"CREATE TABLE t (x); CREATE VIEW e AS {ENDLESS} x FROM n WHERE x < 0;", "t"),
    ],
)
def test_the_first_table_with_rows_is_taken_and_views_last(
    script: str, table: str, tmp_path: Path
) -> None:
    path = made(tmp_path, script)
    assert preview_file(path).options["table"] == table
    assert import_file(path).names == [c["name"] for c in preview_file(path).columns]


def test_types_hold_for_the_whole_table(tmp_path: Path) -> None:
    path = made(tmp_path, "CREATE TABLE t (n);")
    with closing(sqlite3.connect(path)) as con, con:
        con.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(3_000)])
        con.execute("INSERT INTO t VALUES ('C1')")
        con.execute("INSERT INTO t VALUES (NULL)")
    table = import_file(path)
    assert (table.types, table.rows[-1]) == (["text"], ("C1",))
    assert table.report["rows_empty"] == 1


def test_a_view_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = made(tmp_path, f"CREATE VIEW v AS {ENDLESS} x FROM n WHERE x < 0;")
    with pytest.raises(UserError, match="“v” does not give its first rows"):
        preview_file(path)

    class Stopped(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            if fraction:
                raise Cancelled

    out = tmp_path / "out"
    out.mkdir()
    connector = connectors.get("sqlite_file")()
    with pytest.raises(Cancelled):
        connector.read(path, connector.Options(), out, Stopped(), 2**30)


@pytest.mark.parametrize(
    "view",
    [
        "SELECT load_extension('x') AS a",
        "SELECT writefile('x', 'y') AS a",
        "SELECT * FROM missing",
        "SELECT " + "(" * 500 + "1" + ")" * 500 + " AS a",
        "SELECT zeroblob(1000000000) AS a",
    ],
)
def test_a_hostile_view_ends_in_one_sentence(view: str, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with closing(sqlite3.connect(path)) as con:
        con.executescript("CREATE TABLE t (a); CREATE VIEW v AS SELECT 1;")
        con.execute("PRAGMA writable_schema = ON")
        con.execute(
            "UPDATE sqlite_schema SET sql = ? WHERE name = 'v'", [f"CREATE VIEW v AS {view}"]
        )
        con.commit()
    with pytest.raises(UserError, match=r"SQLite file|over 8 MB"):
        preview_file(path, table="v")


def test_a_database_with_a_second_file_says_so(tmp_path: Path) -> None:
    path = made(
        tmp_path, "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);"
    )
    table = import_file(path)
    assert table.rows == [(1,)]
    assert "second file (-wal)" in table.said
    assert "second file (-wal)" in " ".join(preview_file(path).warnings)


def test_damaged_pages_end_in_one_sentence(tmp_path: Path) -> None:
    rows = "".join(f"INSERT INTO t VALUES ({n}, 'text {n}');" for n in range(2_000))
    path = made(tmp_path, f"CREATE TABLE t (a, b); BEGIN; {rows} COMMIT;")
    data = bytearray(path.read_bytes())
    for start, stop, fill in ((4096, 30_000, b"\xff"), (100, 4_000, b"\0"), (20_000, None, b"")):
        broken = bytearray(data)
        broken[start:stop] = fill * ((stop or 0) - start)
        path.write_bytes(broken)
        with pytest.raises(UserError, match="SQLite file"):
            import_file(path)
    path.write_bytes(b"SQLite format 3\0" + b"\xa5" * 5_000)
    with pytest.raises(UserError, match="damaged, encrypted or no database"):
        preview_file(path)


def test_a_cell_that_is_too_large_and_a_file_without_tables(tmp_path: Path) -> None:
    path = made(tmp_path, "CREATE TABLE t (a); INSERT INTO t VALUES (1), (hex(zeroblob(600000)));")
    with pytest.raises(UserError, match="Row 2 holds a cell of over 1 MB"):
        import_file(path)
    with pytest.raises(UserError, match="no table"):
        preview_file(made(tmp_path, "CREATE TABLE t (a); DROP TABLE t;"))


def test_cells_of_every_kind_after_many_usual_ones(tmp_path: Path) -> None:
    """Numbers are read by the column, texts as they are; what comes late is read as exactly."""
    path = made(tmp_path, "CREATE TABLE t (number, amount REAL, name TEXT);")
    with closing(sqlite3.connect(path)) as con, con:
        usual = ((n, n / 4, f"n{n}") for n in range(9_000))
        con.executemany("INSERT INTO t VALUES (?, ?, ?)", usual)
        con.execute("INSERT INTO t VALUES (-9223372036854775808, 1e300, '')")
        con.execute("INSERT INTO t VALUES (0.1, 0.00001, CAST(x'41ff42' AS TEXT))")
        con.execute("INSERT INTO t VALUES (NULL, -0.0, 'a' || char(0) || 'b')")
        con.execute("INSERT INTO t VALUES (x'00', 0.1 + 0.2, NULL)")
    table = import_file(path, types=dict.fromkeys(("number", "amount"), "text"))
    assert table.rows[:2] == [("0", "0", "n0"), ("1", "0.25", "n1")]
    assert table.rows[-5:] == [
        ("8999", "2249.75", "n8999"),
        ("-9223372036854775808", "1e+300", None),
        ("0.1", "0.00001", "A\ufffdB"),
        (None, "0", "ab"),
        (None, "0.30000000000000004", None),
    ]
    assert [each["row"] for each in table.report["rejected"]] == [9_004]
    assert "1 cells held NUL" in table.said
