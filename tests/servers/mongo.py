"""A MongoDB server: a real one where there is one, else the little of its protocol that is asked.

No package registry has MongoDB's server, whose licence keeps it out of Debian. ``mongod`` is used
where it is installed, then NX-27017 of PyPI, which speaks the protocol over SQLite; else what
stands below speaks OP_MSG with the BSON of PyMongo itself.
https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import shutil
import socketserver
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import bson
import pytest
from pymongo import MongoClient

from tests.servers.answering import answering
from tests.servers.programs import free_port, running

OP_MSG, OP_QUERY, OP_REPLY = 2013, 2004, 1
FIRST_BATCH = 101
Document = dict[str, Any]


@dataclass
class SmallMongo:
    """Keeps documents and answers the commands of PyMongo that read, and ``insert``."""

    data: dict[str, dict[str, list[Document]]] = field(default_factory=dict)
    cursors: dict[int, list[Document]] = field(default_factory=dict)
    heard: list[Document] = field(default_factory=list)

    def talk(self, here: socketserver.StreamRequestHandler) -> None:
        """Answer message after message."""
        while head := here.rfile.read(16):
            length, number, _, code = struct.unpack("<iiii", head)
            body = here.rfile.read(length - 16)
            if code == OP_MSG:
                reply = struct.pack("<IB", 0, 0) + bson.encode(self.answer(command_of(body)))
            else:  # the first question of a client is in the old form
                reply = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(self.hello())
            answered = OP_MSG if code == OP_MSG else OP_REPLY
            size = 16 + len(reply)
            here.wfile.write(struct.pack("<iiii", size, 0, number, answered) + reply)

    def hello(self) -> Document:
        return {
            "helloOk": True, "isWritablePrimary": True, "ismaster": True, "ok": 1,
            "maxBsonObjectSize": 2**24, "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 21,
            "readOnly": False,
        }  # fmt: skip

    def answer(self, told: Document) -> Document:
        self.heard.append(told)
        name = next(iter(told))
        answer = getattr(self, f"do_{name}", None)
        if name.casefold() in ("hello", "ismaster"):
            return self.hello()
        return {"ok": 1} | (answer(told) if answer else {})

    def do_saslStart(self, told: Document) -> Document:
        return {"ok": 0, "code": 18, "errmsg": "Authentication failed.", "codeName": "x"}

    def do_buildInfo(self, told: Document) -> Document:
        return {"version": "0.0 of the tests"}

    do_buildinfo = do_buildInfo

    def do_listDatabases(self, told: Document) -> Document:
        return {"databases": [{"name": name} for name in [*self.data, "admin"]]}

    def do_listCollections(self, told: Document) -> Document:
        found = [{"name": n, "type": "collection"} for n in self.data.get(told["$db"], {})]
        return self._cursor(told, found, len(found), f"{told['$db']}.$cmd.listCollections")

    def do_count(self, told: Document) -> Document:
        return {"n": len(self._all(told, "count"))}

    def do_insert(self, told: Document) -> Document:
        rows = told["documents"]
        self.data.setdefault(told["$db"], {}).setdefault(told["insert"], []).extend(rows)
        return {"n": len(rows)}

    def do_find(self, told: Document) -> Document:
        if told["filter"].get("fail"):
            return {"ok": 0, "code": told["filter"]["fail"], "errmsg": "because of pässword"}
        fits = [row for row in self._all(told, "find") if fits_filter(row, told["filter"])]
        for name, way in told.get("sort", {}).items():
            fits.sort(key=lambda row: rank_of(at(row, name)), reverse=way < 0)
        fits = fits[: told.get("limit") or None]
        names = [name for name, wanted in told.get("projection", {}).items() if wanted]
        rows = [{n: row[n] for n in ("_id", *names)} if names else row for row in fits]
        batch = told.get("batchSize", FIRST_BATCH)
        return self._cursor(told, rows, batch, f"{told['$db']}.{told['find']}")

    def do_getMore(self, told: Document) -> Document:
        rows = self.cursors.pop(told["getMore"])
        namespace = f"{told['$db']}.{told['collection']}"
        answer = self._cursor(told, rows, told.get("batchSize", FIRST_BATCH), namespace)
        answer["cursor"]["nextBatch"] = answer["cursor"].pop("firstBatch")
        return answer

    def _all(self, told: Document, name: str) -> list[Document]:
        return self.data.get(told["$db"], {}).get(told[name], [])

    def _cursor(self, told: Document, rows: list[Document], batch: int, namespace: str) -> Document:
        left, number = rows[batch:], 0
        if left:
            number = len(self.heard) + 1
            self.cursors[number] = left
        return {"cursor": {"id": bson.Int64(number), "ns": namespace, "firstBatch": rows[:batch]}}


def fits_filter(row: Document, condition: Document) -> bool:
    """Judge a document by equal values, ``$and``, ``$gt`` and ``$ne``, as MongoDB does."""
    fits = True
    for name, wanted in condition.items():
        value = at(row, name)
        if name == "$and":
            fits = fits and all(fits_filter(row, each) for each in wanted)
        elif not isinstance(wanted, dict):
            fits = fits and value == wanted
        elif "$gt" in wanted:
            than = rank_of(wanted["$gt"])
            fits = fits and rank_of(value)[0] == than[0] and rank_of(value) > than
        else:
            fits = fits and value != wanted["$ne"]
    return fits


def at(row: Document, name: str) -> Any:
    """Give what lies at a path."""
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def rank_of(value: Any) -> tuple[int, Any]:
    """Order values by their types first."""
    types: tuple[type, ...] = (int, str, bool, datetime)
    place = next((i for i, kind in enumerate(types, 1) if type(value) is kind), 0)
    return place, value if place else 0


def command_of(body: bytes) -> Document:
    """Read the sections of an OP_MSG: one document, and lists of more."""
    told: Document = {}
    at = 4
    while at < len(body):
        kind, at = body[at], at + 1
        size = struct.unpack_from("<i", body, at)[0]
        if kind == 0:
            told = bson.decode(body[at : at + size]) | told
        else:
            name, _, documents = body[at + 4 : at + size].partition(b"\x00")
            told[name.decode()] = bson.decode_all(documents)
        at += size
    first = [name for name in told if name != "documents"]
    return {name: told[name] for name in [*first, "documents"] if name in told}


@dataclass(frozen=True)
class Mongo:
    """Where one listens; ``small`` is the server of the tests, if it is that."""

    port: int
    small: SmallMongo | None = None

    def insert(self, database: str, collection: str, documents: list[Document]) -> None:
        with closing(MongoClient("127.0.0.1", self.port, directConnection=True)) as client:
            client[database][collection].insert_many(documents)


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo]:
    """Start the best there is."""
    found, other = shutil.which("mongod"), shutil.which("nx-27017")
    if not found and not other:
        small = SmallMongo()
        with answering(small.talk) as port:
            yield Mongo(port, small)
        return
    folder, port = tmp_path_factory.mktemp("mongo"), free_port()
    real = [str(found), "--dbpath", str(folder), "--bind_ip", "127.0.0.1", "--port", str(port)]
    sqlite = [str(other), "--data-dir", str(folder), "-p", str(port), "--log-file",
              f"{folder}/nx", "--pid-file", f"{folder}/pid"]  # fmt: skip

    def answers() -> None:
        with closing(MongoClient("127.0.0.1", port, serverSelectionTimeoutMS=500)) as client:
            client.server_info()

    with running(real if found else sqlite, folder, answers):
        yield Mongo(port)
