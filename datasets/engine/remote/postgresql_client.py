"""A connection to PostgreSQL that knows only what it is told: no files, no environment.

Parameters: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from datasets.engine.remote.base import Reach
from datasets.engine.remote.kind_trust import authority_checked, machine_authorities
from datasets.engine.remote.postgresql_proof import unproven
from segplatform.kernel.errors import UserError

CONNECT_SECONDS = 10
_UNPROVEN = ("certificate verify failed", "signature failure")
_MODES = {"verify": "verify-full", "encrypt": "require", "off": "disable"}


class Told(Protocol):
    """What is told of a server."""

    host: str
    port: int
    database: str
    user: str
    authority: str

    @property
    def tls(self) -> str:
        """How the connection is protected."""


@contextmanager
def connected(told: Told, password: str, reach: Reach) -> Iterator[Any]:
    """Connect to one of the host's addresses, which the guard has judged all."""
    import psycopg

    arguments, failure = _arguments(told, password), None
    for address in reach.addresses(told.host, told.port):
        try:
            connection = psycopg.connect(hostaddr=address, **arguments)
        except psycopg.OperationalError as error:
            if told.tls == "verify" and any(words in str(error) for words in _UNPROVEN):
                _say_why(address, told)
            failure = error
            continue
        with connection:
            yield connection
        return
    if failure:
        raise failure


def _say_why(address: str, told: Told) -> None:
    """Raise the sentence for a certificate that is not believed, where the reason can be known."""
    authorities = _authority(told.authority)
    if why := unproven(address, told.host, told.port, authorities, CONNECT_SECONDS):
        raise why


def _arguments(told: Told, password: str) -> dict[str, Any]:
    """Give every parameter that would else come from elsewhere (files, the environment)."""
    verified = told.tls == "verify"
    return {
        "host": told.host, "port": told.port, "dbname": _database(told.database),
        "user": told.user, "password": password or None,
        "connect_timeout": CONNECT_SECONDS, "sslmode": _MODES[told.tls],
        "sslrootcert": _authority(told.authority) if verified else None,
        # Whoever answers in the server's place would only have to ask for it.
        "require_auth": None if verified else "!password",
        "sslcert": "", "sslkey": "", "gssencmode": "disable", "passfile": "/dev/null",
        "client_encoding": "utf8", "application_name": "Segplatform",
        "keepalives_idle": 30, "tcp_user_timeout": 60_000,
    }  # fmt: skip


def _database(name: str) -> str:
    """Refuse what libpq would read as a whole connection string in place of a name."""
    if "=" in name or "://" in name:
        raise UserError("Enter the name of the database alone.")
    return name


def _authority(entered: str) -> str:
    """Give the file of the authorities that are trusted: the one entered, or the machine's."""
    if text := authority_checked(entered):
        path = Path("authority.pem").resolve()  # in the scratch folder, where this process works
        path.write_text(text, encoding="utf-8")
        return str(path)
    return machine_authorities() or "/none"  # of which libpq says that there is none
