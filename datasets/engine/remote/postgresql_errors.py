"""What PostgreSQL refuses, as sentences that say what to do.

States: https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from typing import Any

from pydantic import BaseModel

from datasets.engine.remote.kind_words import (
    BROKEN_OFF,
    NO_ANSWER,
    NOT_OFFERED,
    OTHER_NAME,
    REFUSED,
    UNPROTECTED,
    UNPROVEN,
    one_line,
    said_of,
    secret_values,
)
from segplatform.kernel.errors import UserError

_BY_STATE = {
    "28P01": "The server refuses user or password. Check both; it says the same where the password "
    "has expired.",
    "28000": "The server does not let this user in from here: {said}",
    "3D000": "The server has no such database: {said} Check the name.",
    "42501": "The user may not read this: {said} Choose another user or another table.",
    "42P01": "There is no such table (any more): {said}",
    "57014": "The server needed too long for this and was stopped. Choose a table, or a SELECT "
    "that finds its rows quicker.",
    "55P03": "Somebody else has locked this table. Try again later.",
    "53300": "The server has no connection free. Try again later.",
    "57P01": BROKEN_OFF,
    "57P02": BROKEN_OFF,
    "08003": BROKEN_OFF,
    "08006": BROKEN_OFF,
    "57P03": "The server is starting or stopping. Try again in a moment.",
    "25006": "Only reading is possible here: {said}",
}
_UNTRUSTED = UNPROVEN + (
    "it has expired, or who issued it is not known here. Ask who runs the server whether it has to "
    "be renewed; if not, enter the certificate of the authority that issued it."
)
# What libpq itself says comes without a state, always in English.
_BY_WORDS = (
    ("password authentication failed", _BY_STATE["28P01"]),
    ("no password supplied", "The server wants a password. Enter it."),
    ("fe_sendauth", "The server wants a password. Enter it."),
    ("requested a cleartext password", UNPROTECTED),
    ("no encryption", "The server wants an encrypted connection. Choose encryption."),
    ("no pg_hba.conf entry", _BY_STATE["28000"]),
    (
        "root certificate file",
        "This machine has no list of the authorities that it trusts. Enter the certificate of the "
        "authority that issued the server's, or tell the operator.",
    ),
    ("does not match host name", OTHER_NAME),
    ("certificate verify failed", _UNTRUSTED),
    ("signature failure", _UNTRUSTED),  # an authority of the same name, with another key
    (
        "valid client certificate",
        "The server wants a certificate of the user, which is not supported. Ask who runs it for a "
        "user with a password.",
    ),
    ("does not exist", _BY_STATE["3D000"]),
    ("server does not support SSL", NOT_OFFERED),
    ("Connection refused", REFUSED),
    ("closed the connection", BROKEN_OFF),
    ("closed unexpectedly", BROKEN_OFF),
    ("SYSCALL", BROKEN_OFF),
    ("could not receive data", BROKEN_OFF),
    ("connection to server was lost", BROKEN_OFF),
    ("multiple commands", "Enter one SELECT alone, without a second statement."),
    ("data-modifying", "Only reading is possible here. Enter a SELECT that changes nothing."),
    ("timeout", NO_ANSWER),
    ("timed out", NO_ANSWER),
    ("remaining connection slots", _BY_STATE["53300"]),
    ("SSL", "No encrypted connection came about: {said}"),
)


def postgresql_sentence(error: Any, host: str, secrets: BaseModel) -> UserError:
    """Give the sentence for an error of psycopg."""
    diagnosis = getattr(error, "diag", None)
    primary = diagnosis.message_primary if diagnosis else None
    text = primary or str(error)
    said = f"“{one_line(text, secrets=secret_values(secrets))}”."
    state = getattr(error, "sqlstate", None) or ""
    found = _BY_STATE.get(state) or next((told for words, told in _BY_WORDS if words in text), "")
    return UserError(said_of(found or "PostgreSQL says: {said}", host, said=said))
