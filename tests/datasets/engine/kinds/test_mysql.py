"""MySQL and MariaDB, against a real MariaDB."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from datasets.engine.remote import mysql_fetch
from datasets.engine.remote.base import Remote
from datasets.engine.remote.kinds.mysql import Mysql
from segplatform.kernel.errors import Cancelled, UserError
from tests.datasets.engine.kinds.asking import StopsAt, fetched, source_of
from tests.servers.certificates import issued
from tests.servers.mariadb import PASSWORD, MariaDb
from tests.servers.programs import free_port

TYPES = """CREATE TABLE shop.kinds (
  id INT PRIMARY KEY, tiny TINYINT(1), big BIGINT UNSIGNED, price DECIMAL(10,2),
  huge DECIMAL(60,2), rate DOUBLE, at_time DATETIME(3), on_day DATE, took TIME, in_year YEAR,
  one_bit BIT(1), bits BIT(10), words TEXT, pick ENUM('a','b'), picks SET('x','y'),
  facts JSON, picture BLOB, fixed BINARY(2), `odd``name` VARCHAR(9)
)"""
ROWS = """INSERT INTO shop.kinds VALUES
  (1, 1, 18446744073709551615, 12.30, 123456789012345678901234567890123456789012345.67, 0.1,
   '2010-12-01 08:26:00.125', '2010-12-01', '-12:30:00', 2010, b'1', b'1000000001',
   'Ünï 🎁\n"x"', 'a', 'x,y', '{"a": [1, "é"]}', x'00ff', x'0aff', 'o'),
  (2, 7, 0, -0.05, 1, NULL, '0000-00-00 00:00:00', '2011-02-31', '838:59:59', 1999, b'0', b'0',
   '', NULL, '', NULL, NULL, NULL, NULL),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, '0000-00-00', NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL)"""


@pytest.fixture(scope="module")
def shop(mariadb: MariaDb) -> MariaDb:
    """Fill the database once."""
    mariadb.run(
        "USE shop",
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
        TYPES,
        ROWS,
        "CREATE TABLE shop.numbers (n INT) SELECT seq AS n FROM seq_1_to_2500",
        "CREATE VIEW shop.few AS SELECT n FROM shop.numbers WHERE n < 10",
    )
    return mariadb


def reader(shop: MariaDb, password: str = PASSWORD, **others: Any) -> Remote:
    return source_of(Mysql, shop.settings(**others), {"password": password})


def refused(source: Remote) -> str:
    with pytest.raises(UserError) as caught:
        source.check()
    return str(caught.value)


def test_it_says_what_answered(shop: MariaDb) -> None:
    said = reader(shop).check()
    assert said.startswith("MariaDB 1")
    assert said.endswith("not encrypted.")


def test_databases_tables_and_views_are_listed(shop: MariaDb) -> None:
    top = reader(shop).browse("", "", 10)
    assert [(thing.kind, thing.name) for thing in top.things] == [("folder", "shop")]
    inside = reader(shop).browse(top.things[0].place, "", 2)
    assert (inside.things[0].name, inside.things[0].detail) == ("few", "view")
    assert inside.more
    found = reader(shop, database="shop").browse("", "umb", 10)
    assert [thing.item for thing in found.things] == [{"database": "shop", "table": "numbers"}]
    assert found.things[0].detail.startswith("about 2,")


def test_every_type_keeps_its_value(shop: MariaDb, tmp_path: Path) -> None:
    target = tmp_path / "t"
    result = fetched(reader(shop), {"database": "shop", "table": "kinds"}, target)
    one, two, three = pq.read_table(target).to_pylist()
    assert one == {
        "id": 1, "tiny": 1, "big": 2**64 - 1, "price": Decimal("12.30"),
        "huge": "123456789012345678901234567890123456789012345.67", "rate": 0.1,
        "at_time": dt.datetime(2010, 12, 1, 8, 26, 0, 125_000), "on_day": dt.date(2010, 12, 1),
        "took": "-12:30:00", "in_year": 2010, "one_bit": True, "bits": 513,
        "words": 'Ünï 🎁\n"x"', "pick": "a", "picks": "x,y", "facts": '{"a": [1, "é"]}',
        "fixed": "0aff", "odd`name": "o",
    }  # fmt: skip
    assert (two["tiny"], two["price"], two["took"]) == (7, Decimal("-0.05"), "838:59:59")
    assert (two["at_time"], two["on_day"], two["words"], two["one_bit"]) == (None, None, "", False)
    assert set(three.values()) == {3, None}
    assert result.name == "kinds.parquet"
    assert result.whole
    assert [warning.split(":")[0] for warning in result.warnings] == [
        "Binary data is left out", "Column “at_time”", "Column “on_day”",
    ]  # fmt: skip
    assert "2 dates that no calendar has" in result.warnings[2]


def test_rows_come_in_pieces_and_the_first_only_if_asked(
    shop: MariaDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql_fetch, "PIECE_ROWS", 1_000)
    item = {"database": "shop", "table": "numbers"}
    assert fetched(reader(shop), item, tmp_path / "all").whole
    assert pq.ParquetFile(tmp_path / "all").num_row_groups == 3
    assert pq.read_table(tmp_path / "all")["n"].to_pylist() == list(range(1, 2501))
    assert not fetched(reader(shop), item, tmp_path / "some", head=40).whole
    assert pq.read_metadata(tmp_path / "some").num_rows == 40
    assert fetched(reader(shop), item | {"table": "few"}, tmp_path / "few", head=9).whole
    with pytest.raises(Cancelled):
        fetched(reader(shop), item, tmp_path / "stopped", progress=StopsAt(2))


def test_a_select_is_an_item(shop: MariaDb, tmp_path: Path) -> None:
    query = (
        "/* sums */ SELECT n % 2 AS odd, SUM(n), SUM(n), CONCAT('a', n) "
        "FROM numbers GROUP BY 1 ORDER BY 1 LIMIT 9"
    )
    source = reader(shop, database="shop")
    assert not fetched(source, {"query": query}, tmp_path / "q", head=1).whole
    row = pq.read_table(tmp_path / "q").to_pylist()[0]
    assert list(row) == ["odd", "SUM(n)", "SUM(n)_2", "CONCAT('a', n)"]
    assert row["SUM(n)"] == Decimal(1_563_750)
    assert fetched(source, {"query": "SELECT n FROM numbers WHERE n < 0"}, tmp_path / "e").whole
    assert pq.read_metadata(tmp_path / "e").num_rows == 0


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM numbers",
        "SELECT n FROM numbers INTO OUTFILE '/tmp/x'",
        "/*!50000 DROP TABLE numbers */",
        "/*! DELETE FROM numbers */ SELECT 1",
        "SELECT 1 /*M!100100 INTO OUTFILE 'x' */",
        "  ",
    ],
)
def test_what_writes_is_no_item(query: str) -> None:
    with pytest.raises(ValidationError, match="one"):
        Mysql.Item.model_validate({"query": query})


def test_nothing_can_be_changed_even_by_who_may(mariadb: MariaDb, tmp_path: Path) -> None:
    """The owner's rights, and what no pattern finds: the transaction only reads."""
    mariadb.run(
        "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
        "GRANT ALL ON shop.* TO writer@'127.0.0.1'",
        "CREATE TABLE shop.kept (a INT)",
        "CREATE FUNCTION shop.sneaky() RETURNS INT BEGIN INSERT INTO shop.kept VALUES (1); "
        "RETURN 1; END",
    )
    source = source_of(Mysql, mariadb.settings(user="writer", database="shop"), {"password": "w"})
    with pytest.raises(UserError, match="Only reading is allowed"):
        fetched(source, {"query": "SELECT sneaky()"}, tmp_path / "x")
    with pytest.raises(UserError, match="says"):
        fetched(source, {"query": "SELECT 1; DROP TABLE kept"}, tmp_path / "x")


def test_mistakes_are_said_in_a_sentence(shop: MariaDb, tmp_path: Path) -> None:
    assert "does not accept this user and password" in refused(reader(shop, "wrong"))
    assert "may not use that database" in refused(reader(shop, database="other"))
    assert "refused the connection" in refused(reader(shop, port=free_port()))
    assert "no host named" in refused(reader(shop, host="nowhere.invalid"))
    for item, sentence in {
        ("shop", "gone"): "There is no such table",
        ("other", "secret"): "may not use that database",
    }.items():
        told = dict(zip(("database", "table"), item, strict=True))
        with pytest.raises(UserError, match=sentence):
            fetched(reader(shop), told, tmp_path / "x")
    with pytest.raises(UserError, match="The server says: You have an error in your SQL syntax"):
        fetched(reader(shop), {"query": "SELECT FROM"}, tmp_path / "x")


def test_the_server_proves_who_it_is(shop: MariaDb) -> None:
    authority = shop.authority
    trusted = {"host": "localhost", "tls": "verify", "authority": authority}
    assert reader(shop, **trusted).check().endswith("is encrypted.")
    assert reader(shop, tls="encrypt").check().endswith("is encrypted.")
    unknown = (
        "The certificate of localhost does not prove that it is localhost: who issued it is not "
        "known here. Enter the certificate of the authority that issued it, or ask who runs the "
        "server."
    )
    assert refused(reader(shop, host="localhost", tls="verify")) == unknown
    other = trusted | {"authority": issued("localhost").authority}
    assert refused(reader(shop, **other)) == unknown
    assert refused(reader(shop, tls="verify", authority=authority)) == (
        "The certificate of 127.0.0.1 does not prove that it is 127.0.0.1: it is for another name. "
        "Enter the host by the name that the certificate is for, or ask who runs the server."
    )
    assert "cannot be read" in refused(reader(shop, tls="verify", authority="no certificate"))


def test_only_newer_rows_are_fetched(shop: MariaDb, tmp_path: Path) -> None:
    shop.run(
        "USE shop",
        "CREATE TABLE shop.ticks (id INT, `at``100%` DATETIME(3), day DATE, word TEXT)",
        "INSERT INTO shop.ticks SELECT seq, TIMESTAMP '2011-12-09 12:50:00' + INTERVAL seq SECOND,"
        " DATE '2011-12-09' + INTERVAL seq DAY, 'a%b' FROM seq_0_to_4",
        "INSERT INTO shop.ticks VALUES (NULL, NULL, NULL, NULL)",
    )
    place = {"database": "shop", "table": "ticks"}
    for column, than, count in (
        ("at`100%", "2011-12-09 12:50:02", 2), ("at`100%", "2011-12-09 12:50:02.5", 2),
        ("at`100%", "2011-12-08", 5), ("at`100%", "2011-12-09", 0), ("day", "2011-12-10", 3),
        ("day", "2011-12-10 12:00:00", 3), ("id", "3", 1), ("ID", "-1", 5),
    ):  # fmt: skip
        told = {**place, "newer_column": column, "newer_than": than}
        fetched(reader(shop), told, tmp_path / "rows")
        assert pq.read_table(tmp_path / "rows").num_rows == count, (column, than)
    query = "SELECT * FROM shop.ticks WHERE word LIKE 'a%'; # all of them"
    told = {"query": query.replace(";", ""), "newer_column": "id", "newer_than": "3"}
    fetched(reader(shop), told, tmp_path / "rows")
    assert pq.read_table(tmp_path / "rows").num_rows == 1
    with pytest.raises(UserError, match="of another type in the source"):
        fetched(reader(shop), {**place, "newer_column": "word", "newer_than": "3"}, tmp_path / "r")
