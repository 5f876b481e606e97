"""What goes wrong with MySQL and MariaDB, each as one sentence that says what to do.

Numbers: https://mariadb.com/docs/server/reference/error-codes and MySQL's mysqld_error.h.
"""

from pydantic import BaseModel

from datasets.engine.remote.kind_words import (
    NOT_OFFERED,
    must_pass,
    network_sentence,
    said_by,
    said_of,
)
from segplatform.kernel.errors import UserError

_READ_ONLY = "Only reading is allowed here. Enter a SELECT that changes nothing."
_DENIED = "The user may not read that. Ask for the right SELECT on it, or choose another."
_SLOW = "The server took too long for that. Ask for less, or make it quicker with an index."
SENTENCES = {
    1040: "The server has too many connections. Try again later.",
    1044: "The user may not use that database. Ask for the right SELECT on it.",
    1045: "The server does not accept this user and password, or not from this computer.",
    1046: "The SELECT names a table without its database. Enter the database in the connection.",
    1049: "There is no such database. Check its name.",
    1129: "The server blocks this computer after too many failures. Ask its operator.",
    1130: "The server accepts no connections from this computer. Ask its operator.",
    1142: _DENIED,
    1143: _DENIED,
    1146: "There is no such table. It may have been renamed; choose it anew.",
    1203: "This user has too many connections. Try again later.",
    1226: "This user has used up what the server grants. Try again later.",
    1227: _DENIED,
    1370: _DENIED,
    1698: "The server does not accept this user from a network. Choose a user with a password.",
    1792: _READ_ONLY,
    1836: _READ_ONLY,
    1862: "The password of this user is no longer valid. Ask the operator for a new one.",
    1969: _SLOW,
    2002: "The server could not be reached. Check host and port.",
    2006: "The server ended the connection. Try again.",
    2013: "The server ended the connection, or took too long. Try again, or ask for less.",
    2026: NOT_OFFERED,
    2059: "The server wants a way of signing in that is not supported. Ask its operator.",
    3024: _SLOW,
    3118: "This user is locked. Ask the operator of the server.",
    3159: "The server wants an encrypted connection. Choose encryption.",
    4151: "This user is locked. Ask the operator of the server.",
}  # fmt: skip


def mysql_sentence(error: Exception, host: str, secrets: BaseModel) -> UserError:
    """Put an error of PyMySQL, or of the way to the server, into a sentence."""
    must_pass(error)
    below = getattr(error, "original_exception", error)
    must_pass(below)
    number, text = _number_and_text(error)
    if said := network_sentence(below, host, authority=True):
        return UserError(said)
    if number in SENTENCES:
        return UserError(said_of(SENTENCES[number], host))
    if number:
        return UserError(said_by("The server", text, secrets))
    return UserError(
        f"{host} does not answer as a MySQL or MariaDB server does. Check host and port."
    )


def _number_and_text(error: Exception) -> tuple[int, str]:
    import pymysql

    if not isinstance(error, pymysql.err.MySQLError) or len(error.args) < 2:
        return 0, ""
    number, text = error.args[:2]
    return (number, str(text)) if isinstance(number, int) else (0, "")
