"""A client of MongoDB that knows only what it is told, and what goes wrong with it.

Errors: https://www.mongodb.com/docs/manual/reference/error-codes/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from pydantic import BaseModel

from datasets.engine.remote.kind_trust import authority_checked
from datasets.engine.remote.kind_words import (
    BROKEN_OFF,
    EXPIRED,
    NO_ANSWER,
    NO_HOST,
    NO_TLS,
    NOT_YET,
    OTHER_NAME,
    REFUSED,
    UNKNOWN_AUTHORITY,
    must_pass,
    network_sentence,
    one_line,
    said_by,
    said_of,
)
from segplatform.kernel.errors import UserError

CONNECT_SECONDS = 10
ANSWER_SECONDS = 300
_DENIED = "The user may not read that. Ask for the role “read” on the database."
_SIGN_IN = "The server does not accept this user and password. Check the sign-in database, too."
MEMBER = (
    "The replica set says that its server is {name}, which cannot be reached from here. Ask who "
    "runs it for a name that counts outside, or enter one host and no replica set."
)
OTHER_SET = (
    "{host} belongs to another replica set than the one that is entered, or to none. Correct its "
    "name, or leave it empty."
)
NO_SRV = (
    "No servers are listed under the name {host} (its SRV entry, _mongodb._tcp). Check the name, "
    "or enter the servers themselves and do not look them up."
)
SENTENCES = {
    13: _DENIED,
    18: _SIGN_IN,
    50: "The server took too long for that. Ask for less, or make it quicker with an index.",
    8000: _SIGN_IN,
}


class Told(Protocol):
    """What is told of a server."""

    host: str
    port: int
    srv: bool
    user: str
    sign_in_database: str
    replica_set: str
    authority: str

    @property
    def tls(self) -> str:
        """How the connection is protected."""


@contextmanager
def mongo_client(told: Told, password: str) -> Iterator[Any]:
    """Give a client; its threads end with it."""
    from pymongo import MongoClient

    with NamedTemporaryFile("w", suffix=".pem") as authority:
        authority.write(authority_checked(told.authority))
        authority.flush()
        client: Any = MongoClient(**_arguments(told, password, authority.name))
        try:
            yield client
        finally:
            client.close()


def _arguments(told: Told, password: str, authority: str) -> dict[str, Any]:
    milliseconds = CONNECT_SECONDS * 1_000
    hosts = [host.strip() for host in told.host.split(",") if host.strip()]
    where: dict[str, Any] = {"host": hosts, "port": told.port}
    if told.srv:
        where = {"host": f"mongodb+srv://{hosts[0]}/"}
    elif len(hosts) == 1 and not told.replica_set:
        where["directConnection"] = True  # else it would go on to where the server points
    signed = {
        "username": told.user, "password": password, "authSource": told.sign_in_database or "admin",
    }  # fmt: skip
    return {
        **where,
        **(signed if told.user else {}),
        **({"replicaSet": told.replica_set} if told.replica_set else {}),
        **_tls(told, authority),
        "appname": "Segplatform",
        "serverSelectionTimeoutMS": milliseconds,
        "connectTimeoutMS": milliseconds,
        "socketTimeoutMS": ANSWER_SECONDS * 1_000,
        "maxPoolSize": 2,
        "retryWrites": False,
        "readPreference": "secondaryPreferred",
        "datetime_conversion": "DATETIME_AUTO",
        "unicode_decode_error_handler": "replace",
    }


def _tls(told: Told, authority: str) -> dict[str, Any]:
    if told.tls == "off":
        return {"tls": False}
    trusted = {"tlsCAFile": authority} if told.authority.strip() else {}
    checked = {"tlsAllowInvalidCertificates": True} if told.tls == "encrypt" else trusted
    return {"tls": True, **checked}


def mongo_sentence(error: Exception, client: Any, hosts: str, secrets: BaseModel) -> UserError:
    """Put an error of PyMongo, or of the way to the server, into a sentence."""
    must_pass(error)
    from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

    entered = [host.strip() for host in hosts.split(",")]
    host = entered[0]
    if isinstance(error, OperationFailure):
        told = (error.details or {}).get("errmsg") or str(error)
        sentence = SENTENCES.get(error.code or 0)
        return UserError(sentence or said_by("The server", str(told), secrets))
    if said := _unknown_member(client, entered):
        return UserError(said)
    for below in (error, *_of_servers(client)):
        must_pass(below)
        if isinstance(below, OperationFailure):
            return mongo_sentence(below, None, hosts, secrets)
        if said := network_sentence(below, host, authority=True):
            return UserError(said)
    if isinstance(error, ConfigurationError) and "DNS" in str(error):
        return UserError(said_of(NO_SRV, host))
    if isinstance(error, ConfigurationError):
        return UserError(said_by("The connection", str(error), secrets))
    if isinstance(error, PyMongoError) and (said := _by_words(str(error), host)):
        return UserError(said)
    return UserError(f"{host} does not answer as a MongoDB server does. Check host and port.")


def _unknown_member(client: Any, entered: list[str]) -> str | None:
    """Say that a replica set leads on to a server which cannot be reached from here.

    It names its servers as they know each other, which is often not as others know them.
    """
    from pymongo.errors import AutoReconnect

    if client is None:
        return None
    known = {each.rpartition(":")[0] or each for each in entered} | set(entered)
    for (name, port), server in client.topology_description.server_descriptions().items():
        if name not in known and isinstance(server.error, AutoReconnect):
            return MEMBER.format(name=one_line(f"{name}:{port}", 100))
    return None


def _by_words(text: str, host: str) -> str | None:
    """Tell errors of the network apart by their words: PyMongo keeps nothing else of them."""
    told = (
        ("available for replica set name", OTHER_SET), ("belongs to a set named", OTHER_SET),
        ("is not valid for", OTHER_NAME), ("doesn't match", OTHER_NAME),
        ("certificate has expired", EXPIRED), ("certificate is not yet valid", NOT_YET),
        ("certificate verify failed", UNKNOWN_AUTHORITY),
        ("SSL", NO_TLS), ("TLS", NO_TLS), ("refused", REFUSED), ("not known", NO_HOST),
        ("nodename", NO_HOST), ("name resolution", NO_HOST), ("timed out", NO_ANSWER),
        ("closed", BROKEN_OFF), ("reset", BROKEN_OFF),
    )  # fmt: skip
    found = next((sentence for words, sentence in told if words in text), None)
    return said_of(found, host) if found else None


def _of_servers(client: Any) -> list[Exception]:
    """Give what went wrong with each server; the client's own error is only that none is left."""
    if client is None:
        return []
    servers = client.topology_description.server_descriptions().values()
    return [server.error for server in servers if server.error is not None]
