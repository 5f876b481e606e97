"""PostgreSQL: a table, a view or one SELECT, read in a transaction that can change nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from datasets.engine.names import clean_name
from datasets.engine.remote.base import Fetched, Listing, Remote, Thing, Told, remotes
from datasets.engine.remote.kind_server import (
    Tls,
    authority_field,
    host_field,
    password_field,
    port_field,
    tls_field,
    user_field,
)
from datasets.engine.remote.kind_words import one_line
from datasets.engine.remote.newer import NewerItem
from datasets.engine.remote.newer_postgresql import newer_execute
from datasets.engine.remote.postgresql_client import connected
from datasets.engine.remote.postgresql_errors import postgresql_sentence
from datasets.engine.remote.postgresql_fetch import rows_to_parquet
from segplatform.kernel.progress import Progress

LOCK_SECONDS = 5
LOOK_SECONDS, HEAD_SECONDS, FETCH_SECONDS = 20, 60, 1_800
"""How long one statement may think: to look around, for the first rows, for the next ones."""

TLS = {
    "verify": "Encrypted, and the server proves who it is",
    "encrypt": "Encrypted, whoever answers",
    "off": "Not encrypted",
}
_HOST = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9_.:-]*")
_TABLES = """
    SELECT n.nspname, c.relname, c.relkind::text, c.reltuples
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND (%(schema)s = '' OR n.nspname = %(schema)s)
      AND strpos(lower(c.relname), lower(%(search)s)) > 0
      AND has_table_privilege(c.oid, 'SELECT')
    ORDER BY 1, 2 LIMIT %(limit)s
"""
_SCHEMAS = """
    SELECT n.nspname,
      (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid
       AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition)
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND has_schema_privilege(n.oid, 'USAGE')
    ORDER BY n.nspname = 'public' DESC, 1 LIMIT %(limit)s
"""
_KINDS = {"v": "view", "m": "materialised view", "f": "foreign table"}


class PostgresqlSettings(Told):
    """Where the server is and who asks it."""

    host: str = host_field()
    port: int = port_field(5432)
    database: str = Field(title="Database", description="Its name.", min_length=1, max_length=63)
    user: str = user_field(63)
    tls: Tls = tls_field(TLS)
    authority: str = authority_field()

    @field_validator("host")
    @classmethod
    def _is_one_host(cls, host: str) -> str:
        # A list of hosts, a folder (a socket) or "@" would lead libpq elsewhere.
        if not _HOST.fullmatch(host.strip()):
            raise ValueError("Enter one host: a name such as db.example.com, or an address")
        return host.strip()


class PostgresqlSecrets(Told):
    """What proves who asks."""

    password: str = password_field(1_000)


class PostgresqlItem(NewerItem):
    """One table, or one question."""

    schema_name: str = Field("", title="Schema", max_length=63, alias="schema")
    table: str = Field("", title="Table", max_length=63)
    query: str = Field(
        "", title="SELECT", max_length=100_000, json_schema_extra={"rows": 6},
        description="One SELECT in place of a table. It is run read-only, with the rights of the "
        "connection's user.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_thing(self) -> "PostgresqlItem":
        if bool(self.table) == bool(self.query.strip()):
            raise ValueError("Choose a table or enter a SELECT, one of them")
        return self


@remotes.register
class Postgresql(Remote):
    key = "postgresql"
    title = "PostgreSQL"
    help = "Tables, views and SELECTs of a PostgreSQL database."
    icon = "database"
    group = "database"
    order = 10
    Settings = PostgresqlSettings
    Secrets = PostgresqlSecrets
    Item = PostgresqlItem
    settings: PostgresqlSettings
    secrets: PostgresqlSecrets

    def check(self) -> str:
        """Sign in and ask for the version."""
        with self._session(LOOK_SECONDS) as connection:
            version = connection.execute("SHOW server_version").fetchone()[0]
            safe = "encrypted" if connection.pgconn.ssl_in_use else "not encrypted"
        return (
            f"PostgreSQL {one_line(version, 40).split(' ')[0]} answers; the connection is {safe}."
        )

    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List schemas, or the tables and views of one; a search at the top looks in all."""
        values = {"schema": place, "search": search, "limit": limit + 1}
        with self._session(LOOK_SECONDS) as connection:
            if not place and not search:
                rows = connection.execute(_SCHEMAS, values).fetchall()
                things = [
                    Thing("folder", str(name), _count(int(count), "table"), place=str(name))
                    for name, count in rows[:limit]
                ]
                return Listing(tuple(things), len(rows) > limit)
            rows = connection.execute(_TABLES, values).fetchall()
        return Listing(tuple(_table(row, bool(place)) for row in rows[:limit]), len(rows) > limit)

    def title_of(self, item: Told) -> str:
        """Name the table."""
        told = _item(item)
        return clean_name(told.table) or "Rows of a SELECT"

    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Stream the rows of a table or a SELECT into Parquet."""
        from psycopg import sql

        told, seconds = _item(item), FETCH_SECONDS if head is None else HEAD_SECONDS
        with self._session(seconds) as connection:
            expected = head or _expected(connection, told)
            names = [part for part in (told.schema_name, told.table) if part]
            question: Any = sql.SQL("SELECT * FROM {}").format(sql.Identifier(*names or [""]))
            if told.query:
                question = sql.SQL(told.query.strip().rstrip(";"))
            with connection.cursor(name="segplatform") as cursor:
                newer_execute(cursor, question, told)
                whole, warnings = rows_to_parquet(cursor, target, head, expected, progress)
        return Fetched(f"{self.title_of(item)}.parquet", whole, tuple(warnings))

    @contextmanager
    def _session(self, seconds: int) -> Iterator[Any]:
        """Give a connection within a transaction that only reads, every value as its text."""
        import psycopg
        from psycopg.types.string import TextLoader

        told = self.settings
        try:
            with connected(told, self.secrets.password, self.reach) as connection:
                connection.read_only = True
                connection.execute(
                    "SELECT set_config(k, v, false) FROM unnest(%s::text[], %s::text[]) AS t(k, v)",
                    _as_columns({
                        "statement_timeout": f"{seconds}s", "lock_timeout": f"{LOCK_SECONDS}s",
                        "datestyle": "ISO", "timezone": "UTC", "intervalstyle": "iso_8601",
                        "bytea_output": "hex", "extra_float_digits": "1",
                    }),
                )  # fmt: skip
                for known in psycopg.postgres.types:
                    for oid in filter(None, (known.oid, known.array_oid)):
                        connection.adapters.register_loader(oid, TextLoader)
                yield connection
        except psycopg.Error as error:
            raise postgresql_sentence(error, told.host, self.secrets) from None


def _item(item: Told) -> PostgresqlItem:
    if not isinstance(item, PostgresqlItem):
        raise TypeError(type(item).__name__)
    return item


def _as_columns(values: dict[str, str]) -> tuple[list[str], list[str]]:
    return list(values), list(values.values())


def _table(row: tuple[Any, ...], in_schema: bool) -> Thing:
    schema, name, kind, rows = (str(part) for part in row)
    estimate = int(float(rows))
    known = f"about {estimate:,} rows" if estimate > 0 else ""
    detail = _KINDS.get(kind, known)
    shown = name if in_schema else f"{schema}.{name}"
    return Thing("table", shown, detail, item={"schema": schema, "table": name})


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _expected(connection: Any, item: PostgresqlItem) -> int | None:
    """Give the server's own estimate of a table's rows."""
    if not item.table or item.newer_column:
        return None
    found = connection.execute(
        "SELECT c.reltuples FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s",
        (item.schema_name, item.table),
    ).fetchone()
    return max(int(float(found[0])), 0) or None if found else None
