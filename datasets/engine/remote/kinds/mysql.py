"""MySQL and MariaDB: a table, a view or one SELECT, read without changing anything."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from datasets.engine.names import clean_name
from datasets.engine.remote.base import Fetched, Listing, Remote, Thing, Told, remotes
from datasets.engine.remote.kind_server import (
    Tls,
    authority_field,
    database_field,
    host_field,
    password_field,
    port_field,
    tls_field,
    user_field,
)
from datasets.engine.remote.kind_trust import authority_checked
from datasets.engine.remote.kind_words import UNPROTECTED, about, one_line, worded
from datasets.engine.remote.mysql_errors import mysql_sentence
from datasets.engine.remote.mysql_fetch import rows_to_parquet
from datasets.engine.remote.newer import NewerItem
from datasets.engine.remote.newer_mysql import newer_fits, newer_question
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

CONNECT_SECONDS = 10
ANSWER_SECONDS = 300
"""How long a server may think before its next bytes: a view may have to add up much first."""

_SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
_READS = re.compile(  # blanks, comments and brackets, then the first word
    r"(?>\s|--[^\n]*\n|#[^\n]*\n|/\*(?!M?!).*?\*/|\()*+(select|with|values|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_WRITES = re.compile(r"\binto\s+(?:outfile|dumpfile|@)|/\*M?!", re.IGNORECASE)


class MysqlSettings(Told):
    """Where the server is and who asks it."""

    host: str = host_field()
    port: int = port_field(3306)
    user: str = user_field(80)
    database: str = database_field()
    tls: Tls = tls_field()
    authority: str = authority_field()


class MysqlSecrets(Told):
    """What proves who asks."""

    password: str = password_field(500)


class MysqlItem(NewerItem):
    """One table, or one question."""

    database: str = Field(
        "", title="Database", description="The one with the table.", max_length=64
    )
    table: str = Field("", title="Table", description="A table or a view.", max_length=64)
    query: str = Field(
        "", title="SELECT", description="In place of a table: one SELECT.", max_length=100_000,
        json_schema_extra={"rows": 6},
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_thing(self) -> "MysqlItem":
        if bool(self.table) == bool(self.query.strip()):
            raise ValueError("choose a table or enter a SELECT, one of them")
        if self.query and (not _READS.match(self.query) or _WRITES.search(self.query)):
            raise ValueError("enter one SELECT that only reads")
        return self


@remotes.register
class Mysql(Remote):
    key = "mysql"
    title = "MySQL or MariaDB"
    help = "Tables, views and SELECTs of a MySQL or MariaDB database."
    icon = "database"
    group = "database"
    order = 20
    Settings = MysqlSettings
    Secrets = MysqlSecrets
    Item = MysqlItem
    settings: MysqlSettings
    secrets: MysqlSecrets

    def check(self) -> str:
        """Sign in and ask for the version."""
        with self._session() as connection:
            version = str(self._ask(connection, "SELECT VERSION()")[0][0])
            cipher = self._ask(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        product = "MariaDB" if "mariadb" in version.casefold() else "MySQL"
        number = one_line(version, 40).split("-")[0]
        safe = "encrypted" if cipher and cipher[0][1] else "not encrypted"
        return f"{product} {number} answers; the connection is {safe}."

    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List databases, or the tables of one."""
        database = place or self.settings.database
        with self._session() as connection:
            if not database:
                return self._databases(connection, search, limit)
            rows = self._ask(
                connection,
                "SELECT TABLE_NAME, TABLE_TYPE, TABLE_ROWS FROM information_schema.TABLES "
                "WHERE TABLE_SCHEMA = %s AND LOCATE(%s, TABLE_NAME) > 0 "
                "ORDER BY TABLE_NAME LIMIT %s",
                (database, search, limit + 1),
            )
        things = [
            Thing(
                "table", str(name),
                "view" if "VIEW" in str(kind) else about(count, "rows"),
                item={"database": database, "table": str(name)},
            )
            for name, kind, count in rows[:limit]
        ]  # fmt: skip
        return Listing(tuple(things), more=len(rows) > limit)

    def title_of(self, item: Told) -> str:
        """Name the table."""
        told = MysqlItem.model_validate(item.model_dump())
        return clean_name(told.table) or "Rows of a SELECT"

    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Stream the rows of a table or a SELECT into Parquet."""
        told = MysqlItem.model_validate(item.model_dump())
        database = told.database or self.settings.database
        with self._session(database) as connection:
            table = "" if told.newer_column else told.table
            expected = head or self._expected(connection, database, table)
            if head is not None:  # one more tells whether there are more
                self._ask(connection, "SET SESSION sql_select_limit = %s", (head + 1,))
            self._ask(connection, "START TRANSACTION READ ONLY")
            sql = told.query or f"SELECT * FROM {_quoted(database)}.{_quoted(told.table)}"
            with self._streaming(connection, *newer_question(sql, told)) as cursor:
                newer_fits(cursor, told)
                whole, warnings = rows_to_parquet(cursor, target, head, expected, progress)
        return Fetched(f"{self.title_of(item)}.parquet", whole, tuple(warnings))

    @contextmanager
    def _session(self, database: str = "") -> Iterator[Any]:
        """Give a connection on which nothing can be changed."""
        from pymysql import connect

        with worded(lambda error: mysql_sentence(error, self.settings.host, self.secrets)):
            connection = connect(**self._arguments(database or self.settings.database))
            try:
                self._ask(connection, "SET SESSION TRANSACTION READ ONLY")
                yield connection
            finally:
                if connection.open:
                    connection.close()

    def _arguments(self, database: str) -> dict[str, Any]:
        from pymysql.converters import conversions

        return {
            "host": self.settings.host,
            "port": self.settings.port,
            "user": self.settings.user,
            # As text PyMySQL would write it in Latin-1, and fail for all other letters.
            "password": self.secrets.password.encode(),
            "database": database or None,
            "charset": "utf8mb4",
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": CONNECT_SECONDS * 3,
            "local_infile": False,
            "autocommit": True,
            "conv": conversions,
            "auth_plugin_map": {} if self.settings.tls == "verify" else _NO_PLAIN_PASSWORDS,
            **self._tls(),
        }

    def _tls(self) -> dict[str, Any]:
        import ssl

        if self.settings.tls == "off":
            return {"ssl_disabled": True}
        authority = authority_checked(self.settings.authority)
        context = ssl.create_default_context(cadata=authority or None)
        if self.settings.tls == "encrypt":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return {"ssl": context}

    def _ask(self, connection: Any, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())

    def _databases(self, connection: Any, search: str, limit: int) -> Listing:
        rows = self._ask(
            connection,
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA "
            "WHERE SCHEMA_NAME NOT IN %s AND LOCATE(%s, SCHEMA_NAME) > 0 "
            "ORDER BY SCHEMA_NAME LIMIT %s",
            (_SYSTEM, search, limit + 1),
        )
        names = [str(row[0]) for row in rows]
        things = (Thing("folder", name, "database", place=name) for name in names[:limit])
        return Listing(tuple(things), more=len(names) > limit)

    def _expected(self, connection: Any, database: str, table: str) -> int | None:
        """Give the server's own estimate of a table's rows."""
        if not table:
            return None
        rows = self._ask(
            connection,
            "SELECT TABLE_ROWS FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s",
            (database, table),
        )
        return rows[0][0] if rows else None

    @contextmanager
    def _streaming(self, connection: Any, sql: str, values: tuple[str, ...] = ()) -> Iterator[Any]:
        """Give a cursor whose rows are bytes and come as they are read."""
        from pymysql.cursors import SSCursor

        connection.decoders, connection.use_unicode = {}, False
        cursor = connection.cursor(SSCursor)
        try:
            cursor.execute(sql, values or None)
            yield cursor
        finally:
            # To close it politely would be to read all rows that nobody wants.
            if (result := cursor._result) is not None:
                result.unbuffered_active = False
            cursor.connection = None
            connection.close()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class _Refuse:
    """Signing in by sending the password as it is, or nearly so, to whom nothing is known of."""

    def __init__(self, connection: Any) -> None:
        del connection

    def authenticate(self, packet: Any) -> None:
        """Refuse."""
        raise UserError(UNPROTECTED)


_NO_PLAIN_PASSWORDS = {
    b"mysql_clear_password": _Refuse,
    b"mysql_old_password": _Refuse,  # of before 2005, broken since
    b"dialog": _Refuse,
}
