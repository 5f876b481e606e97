"""PostgreSQL, a real one: every type, what only reads, what goes wrong in words."""

from datetime import date, datetime
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from datasets.engine.cage.watch import Limits
from datasets.engine.remote.base import Fetched, Reach
from datasets.engine.remote.kinds.postgresql import (
    Postgresql,
    PostgresqlItem,
    PostgresqlSecrets,
    PostgresqlSettings,
)
from datasets.engine.remote.run import Call, remote_call
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.remote.pg_server import PASSWORD, Server

TYPES = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE types (
  small smallint, whole int, big bigint, price numeric(12,4), free numeric, wide numeric,
  double float8, yes bool, day date, at timestamp, zoned timestamptz, id uuid, doc jsonb,
  tags text[], raw bytea, span interval, feels mood, word varchar(20), "Odd ""name" text
);
INSERT INTO types VALUES
 (1, 2, 9223372036854775807, 2.55, 3.14159, 1, 0.1, true, '2010-12-01', '2010-12-01 08:26:00.5',
  '2010-12-01 08:26:00+02', '6f2d7b3e-0000-4000-8000-000000000001', '{"a": [1]}', '{a,"b c"}',
  '\\xdead', '1 day 02:00', 'glad', 'ü€', ''),
 (NULL, NULL, -9223372036854775808, -2.5, -12345678901234567890.5, 1e50, 'NaN', false, 'infinity',
  '-infinity', 'infinity', NULL, NULL, NULL, NULL, NULL, 'sad', NULL, NULL),
 (NULL, NULL, NULL, NULL, 'NaN', NULL, 'Infinity', NULL, '0044-03-15 BC', '2011-12-09', NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""


@pytest.fixture(scope="module", autouse=True)
def tables(postgres: Server) -> None:
    postgres.run(
        "DROP SCHEMA public CASCADE",  # other tests of this process may have used it
        "CREATE SCHEMA public",
        *TYPES.strip().split(";\n"),
        "CREATE TABLE orders AS SELECT n AS id, n * 0.5 AS amount FROM generate_series(1, 3000) n",
        "ANALYZE orders",
        "CREATE VIEW large AS SELECT * FROM orders WHERE amount > 100",
        "CREATE SCHEMA archive",
        "CREATE TABLE archive.orders_2009 (id int)",
        "CREATE SCHEMA nothing",
        f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
        "GRANT SELECT ON orders TO reader",
    )


def kind(server: Server, password: str = PASSWORD, **options: Any) -> Postgresql:
    reach = Reach(lambda host, port: ["127.0.0.1"])
    told = PostgresqlSettings(**server.options(**options))
    return Postgresql(told, PostgresqlSecrets(password=password), reach)


def item(**told: str) -> PostgresqlItem:
    return PostgresqlItem.model_validate(told)


def fetched(
    server: Server, folder: Path, head: int | None = None, **told: str
) -> tuple[Fetched, Any]:
    target = folder / "rows"
    found = kind(server).fetch(item(**told), target, head, NullProgress())
    return found, pq.read_table(target)


def test_it_says_what_answers(postgres: Server) -> None:
    assert kind(postgres).check().startswith("PostgreSQL 1")


def test_it_lists_schemas_then_tables_and_views(postgres: Server) -> None:
    top = kind(postgres).browse("", "", 10)
    assert [(t.kind, t.name, t.detail) for t in top.things] == [
        ("folder", "public", "3 tables"),
        ("folder", "archive", "1 table"),
        ("folder", "nothing", "0 tables"),
    ]
    public = kind(postgres).browse("public", "", 10)
    assert [(t.name, t.detail) for t in public.things] == [
        ("large", "view"), ("orders", "about 3,000 rows"), ("types", ""),
    ]  # fmt: skip
    assert public.things[1].item == {"schema": "public", "table": "orders"}
    assert kind(postgres).browse("nothing", "", 10).things == ()


def test_it_searches_everywhere_and_says_that_there_is_more(postgres: Server) -> None:
    found = kind(postgres).browse("", "ORDERS", 10)
    assert [t.name for t in found.things] == ["archive.orders_2009", "public.orders"]
    cut = kind(postgres).browse("public", "", 2)
    assert (len(cut.things), cut.more) == (2, True)


def test_every_type_comes_as_what_it_is(postgres: Server, tmp_path: Path) -> None:
    found, table = fetched(postgres, tmp_path, schema="public", table="types")
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        **dict.fromkeys(("small", "whole", "big"), "int64"), "price": "decimal128(12, 4)",
        "free": "decimal128(25, 5)", "wide": "string", "double": "double", "yes": "bool",
        "day": "date32[day]", "at": "timestamp[us]", "zoned": "timestamp[us]",
        **dict.fromkeys(
            ("id", "doc", "tags", "raw", "span", "feels", "word", 'Odd "name'), "string"
        ),
    }  # fmt: skip
    first, second, third = table.to_pylist()
    assert first == {
        "small": 1, "whole": 2, "big": 2**63 - 1, "price": Decimal("2.5500"),
        "free": Decimal("3.14159"), "wide": "1", "double": 0.1, "yes": True,
        "day": date(2010, 12, 1), "at": datetime(2010, 12, 1, 8, 26, 0, 500_000),
        "zoned": datetime(2010, 12, 1, 6, 26), "id": "6f2d7b3e-0000-4000-8000-000000000001",
        "doc": '{"a": [1]}', "tags": '{a,"b c"}', "raw": "\\xdead", "span": "P1DT2H",
        "feels": "glad", "word": "ü€", 'Odd "name': "",
    }  # fmt: skip
    assert second["big"] == -(2**63)
    assert second["free"] == Decimal("-12345678901234567890.50000")
    assert second["wide"] == "1" + "0" * 50
    assert isnan(second["double"])
    assert (second["day"], second["at"], second["zoned"], third["free"]) == (None,) * 4
    assert found.whole
    said = "\n".join(found.warnings)
    assert "“free”, for it is no number that ends (such as infinity): 1 of the values." in said
    assert "“day”, for it is no day of the calendar (such as infinity): 2 of the values." in said
    assert "“wide” has numbers of more than 38 digits and is kept as text." in said
    assert "The times of “zoned” have a time zone and are written in UTC." in said


def test_only_the_first_rows_where_that_is_asked_for(postgres: Server, tmp_path: Path) -> None:
    found, table = fetched(postgres, tmp_path, head=1000, schema="public", table="orders")
    assert (found.whole, table.num_rows, found.name) == (False, 1000, "orders.parquet")
    found, table = fetched(postgres, tmp_path, head=3000, schema="public", table="orders")
    assert (found.whole, table.num_rows) == (True, 3000)


def test_a_select_of_ones_own(postgres: Server, tmp_path: Path) -> None:
    query = "WITH x AS (SELECT * FROM orders) SELECT count(*) n, sum(amount) AS n FROM x;"
    found, table = fetched(postgres, tmp_path, query=query)
    assert table.to_pylist() == [{"n": 3000, "n_2": Decimal("2250750.0")}]
    assert found.name == "Rows of a SELECT.parquet"


def test_nothing_comes_of_no_rows_but_the_columns(postgres: Server, tmp_path: Path) -> None:
    _, table = fetched(postgres, tmp_path, query="SELECT id, amount FROM orders WHERE false")
    assert (table.num_rows, table.column_names) == (0, ["id", "amount"])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP TABLE orders", "DELETE FROM orders", "SELECT 1 INTO copied",
        "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x", "COMMIT",
        "SELECT set_config('transaction_read_only', 'off', false)", "CREATE TABLE x (a int)",
        "SELECT nextval('counted')", "COPY orders TO PROGRAM 'true'",
    ],
)  # fmt: skip
def test_what_is_more_than_reading_is_refused(postgres: Server, tmp_path: Path, query: str) -> None:
    postgres.run("CREATE SEQUENCE IF NOT EXISTS counted")
    with pytest.raises(UserError):
        fetched(postgres, tmp_path, query=query)
    assert fetched(postgres, tmp_path, query="SELECT count(*) c FROM orders")[1].to_pylist() == [
        {"c": 3000}
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "wrong"}, "user or password"),
        ({"password": ""}, "wants a password"),
        ({"database": "none"}, "no such database"),
        ({"port": 1}, "nothing answers at this port"),
        ({"tls": "encrypt"}, "speaks no TLS"),
        ({"database": "host=10.0.0.1"}, "the database alone"),
    ],
)
def test_what_goes_wrong_is_said(postgres: Server, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        kind(postgres, **changed).check()
    assert PASSWORD not in str(caught.value)


def test_what_the_user_may_not_read_is_neither_listed_nor_read(
    postgres: Server, tmp_path: Path
) -> None:
    reader = kind(postgres, user="reader")
    assert [t.name for t in reader.browse("public", "", 10).things] == ["orders"]
    with pytest.raises(UserError, match="may not read"):
        reader.fetch(item(schema="public", table="types"), tmp_path / "x", 1, NullProgress())


@pytest.mark.parametrize("host", ["/tmp", "a,b", "@abstract", "a b", "", "host=x"])
def test_a_host_that_is_more_than_one_host_is_refused(host: str) -> None:
    with pytest.raises(ValidationError):
        PostgresqlSettings(host=host, database="x", user="y")


def test_the_guard_holds_a_library_that_connects_by_itself(
    postgres: Server, tmp_path: Path
) -> None:
    told: dict[str, Any] = {
        "kind": "postgresql", "settings": postgres.options(host="localhost"), "folder": tmp_path,
        "secrets": postgres.secrets, "limits": Limits(60, 10**9, 10**9), "max_bytes": 10**6,
    }  # fmt: skip
    with pytest.raises(UserError, match=r"localhost.*private or reserved"):
        remote_call(Call(**told), "check", NullProgress())
    allowed = Call(**told, allow=(f"localhost:{postgres.port}",))
    assert "PostgreSQL" in str(remote_call(allowed, "check", NullProgress()).said)


def test_a_locked_table_does_not_keep_one_waiting(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.engine.remote.kinds.postgresql.LOCK_SECONDS", 1)
    where = f"host=127.0.0.1 port={postgres.port} user=postgres password={PASSWORD}"
    with psycopg.connect(where) as holder:
        holder.execute("LOCK TABLE archive.orders_2009 IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(UserError, match="locked"):
            fetched(postgres, tmp_path, schema="archive", table="orders_2009")


def test_only_newer_rows_are_fetched(postgres: Server, tmp_path: Path) -> None:
    postgres.run(
        """CREATE TABLE ticks (id int, "100% ""at"" it" timestamptz, day date, word text)""",
        """INSERT INTO ticks SELECT n, timestamptz '2011-12-09 12:50:00Z' + n * interval '1 second',
           date '2011-12-09' + n, 'a%b' FROM generate_series(-2, 2) n""",
        "INSERT INTO ticks VALUES (NULL, NULL, NULL, NULL)",
    )
    at, place = '100% "at" it', {"schema": "public", "table": "ticks"}
    for column, than, count in (
        (at, "2011-12-09 12:50:00", 2), (at, "2011-12-09 12:50:00.5", 2), (at, "2011-12-08", 5),
        (at, "2011-12-09", 0), ("day", "2011-12-09", 2), ("day", "2011-12-09 12:50:00", 2),
        ("id", "-1", 3),
    ):  # fmt: skip
        told = {**place, "newer_column": column, "newer_than": than}
        assert fetched(postgres, tmp_path, **told)[1].num_rows == count, (column, than)
    query = "SELECT * FROM ticks WHERE word LIKE 'a%' -- all; of them"
    told = {"query": query, "newer_column": "id", "newer_than": "1"}
    assert fetched(postgres, tmp_path, **told)[1]["id"].to_pylist() == [2]
    with pytest.raises(UserError, match="of another type in the source"):
        fetched(postgres, tmp_path, **place, newer_column="word", newer_than="2011-12-09")
    for wrong in ("1 OR 1", "2011-12-09'", ""):
        with pytest.raises(ValidationError):
            item(**place, newer_column="id", newer_than=wrong)
