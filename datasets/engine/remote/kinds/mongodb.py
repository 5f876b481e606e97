"""MongoDB: the documents of a collection, or those that fit a filter, as lines of JSON."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from datasets.engine.names import clean_name
from datasets.engine.remote.base import (
    Fetched,
    Listing,
    Misfit,
    Remote,
    Thing,
    Told,
    remotes,
    shown,
)
from datasets.engine.remote.kind_files import require_size
from datasets.engine.remote.kind_server import (
    Tls,
    authority_field,
    database_field,
    password_field,
    port_field,
    tls_field,
)
from datasets.engine.remote.kind_words import about, one_line, worded
from datasets.engine.remote.mongodb_client import mongo_client, mongo_sentence
from datasets.engine.remote.mongodb_documents import Plain, question_checked, question_of
from datasets.engine.remote.newer import NewerItem
from datasets.engine.remote.newer_mongodb import newer_filter, newer_fits
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

BATCH = 1_000
COUNTED = 200
"""How many collections of a listing are counted: each takes a question to the server."""

_SYSTEM = ("admin", "config", "local")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*)(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


class MongodbSettings(Told):
    """Where the servers are and who asks them."""

    host: str = Field(
        title="Host", min_length=1, max_length=1_000,
        description="Name or address, such as db.example.com; several of a replica set with "
        "commas between them.",
    )  # fmt: skip
    port: int = port_field(27017)
    srv: bool = Field(
        False, title="Look up the servers by the name",
        description="As with addresses that begin with mongodb+srv://; always encrypted.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip
    user: str = Field(
        "", title="User", max_length=200, description="One with the role “read”; may be empty."
    )
    sign_in_database: str = Field(
        "admin", title="Sign-in database", max_length=64, description="Where the user is defined."
    )
    database: str = database_field()
    replica_set: str = Field(
        "", title="Replica set", max_length=128,
        description="Its name, to read from any of its servers; empty for the one named here.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip
    tls: Tls = tls_field()
    authority: str = authority_field()

    @field_validator("host")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        # An address with options, or the path of a socket, would lead PyMongo elsewhere.
        hosts = [host.strip() for host in value.split(",")]
        if not all(_HOST.fullmatch(host) for host in hosts):
            raise ValueError("enter a host such as db.example.com, without mongodb://")
        return ", ".join(hosts)

    @model_validator(mode="after")
    def _fits(self) -> "MongodbSettings":
        if self.srv and ("," in self.host or ":" in self.host):
            raise Misfit("host", "To look up the servers enter one name, without a port")
        if self.srv and self.tls == "off":
            raise Misfit("tls", "Servers that are looked up by the name are always encrypted")
        return self


class MongodbSecrets(Told):
    """What proves who asks."""

    password: str = password_field(500)


class MongodbItem(NewerItem):
    """Documents of one collection, or what one question finds."""

    database: str = Field(
        "", title="Database", max_length=64,
        description="The one with the collection; empty for that of the connection.",
    )  # fmt: skip
    collection: str = Field(
        "", title="Collection", description="A collection or a view.", max_length=255
    )
    query: str = Field(
        "", title="Question", max_length=100_000, json_schema_extra={"rows": 6},
        description="In place of a collection: MongoDB's find, such as "
        '{"find": "orders", "filter": {"status": "paid"}, "projection": {"photo": 0}}.',
    )  # fmt: skip

    _query = field_validator("query")(question_checked)

    @model_validator(mode="after")
    def _one_thing(self) -> "MongodbItem":
        if bool(self.collection) == bool(self.query):
            raise ValueError("Choose a collection or enter a question, one of them")
        if self.newer_column:
            if any(part.startswith("$") for part in self.newer_column.split(".")):
                raise ValueError("a field whose name begins with $ cannot be compared")
            if {"skip", "limit"} & set(self.question()):
                raise ValueError("of a part of the documents nobody can say what is newer")
        return self

    def question(self) -> dict[str, Any]:
        """Give what is asked, in the form of a question."""
        return question_of(self.query) if self.query else {"find": self.collection}


@remotes.register
class Mongodb(Remote):
    key = "mongodb"
    title = "MongoDB"
    help = "Collections of a MongoDB database; nested fields become columns."
    icon = "leaf"
    group = "database"
    order = 30
    Settings = MongodbSettings
    Secrets = MongodbSecrets
    Item = MongodbItem
    settings: MongodbSettings
    secrets: MongodbSecrets

    def check(self) -> str:
        """Sign in, and look into the database."""
        with self._client() as client:
            version = one_line(str(client.server_info().get("version", "")), 40)
            if self.settings.database:
                client[self.settings.database].list_collection_names()
            elif self.settings.user:
                client.list_database_names()
        safe = "not encrypted" if self.settings.tls == "off" else "encrypted"
        return f"MongoDB {version} answers; the connection is {safe}."

    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List databases, or the collections of one."""
        database = place or self.settings.database
        with self._client() as client:
            if database:
                return self._collections(client[database], search, limit)
            names = [
                name for name in sorted(client.list_database_names())
                if name not in _SYSTEM and search.casefold() in name.casefold()
            ]  # fmt: skip
        things = (Thing("folder", one_line(n, 80), "database", place=n) for n in names[:limit])
        return Listing(tuple(things), more=len(names) > limit)

    def title_of(self, item: Told) -> str:
        """Name the collection."""
        told = MongodbItem.model_validate(item.model_dump())
        return clean_name(str(told.question()["find"])) or "Documents"

    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Write the documents, batch by batch."""
        told = MongodbItem.model_validate(item.model_dump())
        database, asked = told.database or self.settings.database, told.question()
        if not database:
            raise UserError("Enter the database of the collection in the connection.")
        plain, rows, whole = Plain(), 0, True
        with self._client() as client, target.open("wb") as file:
            collection = client[database][asked["find"]]
            all_of_it = told.collection and not told.newer_column
            expected = head or (_estimate(collection) if all_of_it else None)
            newer_fits(collection, asked.get("filter") or {}, told)
            cursor = _asked(collection, asked, told, head)
            with cursor:
                for document in cursor:
                    if rows == head:
                        whole = False
                        break
                    file.write(plain.line(document))
                    rows += 1
                    if rows % BATCH == 0:
                        require_size(file.tell(), self.reach.max_bytes)
                        share = min(rows / expected, 0.99) if expected else 0.0
                        progress.step(share, f"{rows:,} documents fetched")
        if not rows and not told.newer_column:
            raise UserError("There are no such documents. Check collection and filter.")
        warnings = tuple(plain.warnings())
        return Fetched(f"{self.title_of(item)}.jsonl", whole, warnings, nothing=not rows)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        def sentence(error: Exception, client: Any = None) -> UserError:
            return mongo_sentence(error, client, self.settings.host, self.secrets)

        # Twice, as what each server answered is known only until the client is closed.
        with (
            worded(sentence),
            mongo_client(self.settings, self.secrets.password) as client,
            worded(lambda error: sentence(error, client)),
        ):
            yield client

    def _collections(self, database: Any, search: str, limit: int) -> Listing:
        found = database.list_collections(nameOnly=True, authorizedCollections=True)
        told = sorted((str(each["name"]), str(each.get("type", ""))) for each in found)
        shown = [
            (name, kind) for name, kind in told
            if search.casefold() in name.casefold() and not name.startswith("system.")
        ]  # fmt: skip
        things = []
        for at, (name, kind) in enumerate(shown[:limit]):
            count = _estimate(database[name]) if kind != "view" and at < COUNTED else None
            detail = "view" if kind == "view" else about(count, "documents")
            item = {"database": database.name, "collection": name}
            things.append(Thing("table", one_line(name, 200), detail, item=item))
        return Listing(tuple(things), more=len(shown) > limit)


def _asked(collection: Any, asked: dict[str, Any], told: MongodbItem, head: int | None) -> Any:
    """Ask; with ``head`` one more than that, which tells whether there are more."""
    limit = int(asked.get("limit", 0))
    if head is not None:
        limit = min(limit or head + 1, head + 1)
    return collection.find(
        newer_filter(asked.get("filter") or {}, told),
        asked.get("projection") or None,
        sort=list(asked.get("sort", {}).items()) or None,
        skip=int(asked.get("skip", 0)),
        limit=limit,
        batch_size=min(limit, BATCH) if limit else BATCH,
    )


def _estimate(collection: Any) -> int | None:
    """Give the server's own count from its notes; None where the user may not know it."""
    from pymongo.errors import OperationFailure

    try:
        return int(collection.estimated_document_count())
    except OperationFailure:
        return None
