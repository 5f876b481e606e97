"""MongoDB, against the best server of its protocol that there is (see ``tests/servers/mongo``)."""

import datetime as dt
import json
import socketserver
import uuid
from pathlib import Path
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions, DatetimeConversion
from pydantic import ValidationError

from datasets.engine.remote.base import Remote
from datasets.engine.remote.kinds import mongodb
from datasets.engine.remote.kinds.mongodb import Mongodb
from datasets.engine.remote.mongodb_documents import Plain
from segplatform.kernel.errors import Cancelled, UserError
from tests.datasets.engine.kinds.asking import StopsAt, fetched, source_of
from tests.servers.answering import answering
from tests.servers.mongo import Mongo, SmallMongo
from tests.servers.programs import free_port

PASSWORD = "pässword"
NUMBERS = 2_500


@pytest.fixture(scope="module")
def shop(mongo: Mongo) -> Mongo:
    """Fill the database once."""
    mongo.insert("shop", "numbers", [{"_id": i, "even": i % 2 == 0} for i in range(NUMBERS)])
    mongo.insert(
        "shop", "orders",
        [
            {"_id": 1, "status": "paid", "to": {"city": "Ö", "tags": ["a", "b"]},
             "at": dt.datetime(2010, 12, 1, 8, 26, 0, 125_000)},
            {"_id": 2, "status": "open", "total": 12.5},
        ],
    )  # fmt: skip
    return mongo


def reader(port: int, **others: Any) -> Remote:
    told = {"host": "127.0.0.1", "port": port, "tls": "off"} | others
    return source_of(Mongodb, told, {"password": PASSWORD})


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def refused(source: Remote) -> str:
    with pytest.raises(UserError) as caught:
        source.check()
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment only for servers that do not answer."""
    monkeypatch.setattr("datasets.engine.remote.mongodb_client.CONNECT_SECONDS", 0.4)


def test_it_says_what_answered(shop: Mongo) -> None:
    said = reader(shop.port).check()
    assert said.startswith("MongoDB ")
    assert said.endswith("not encrypted.")


def test_databases_and_collections_are_listed(shop: Mongo) -> None:
    top = reader(shop.port).browse("", "sho", 10)
    assert [(thing.kind, thing.name, thing.place) for thing in top.things] == [
        ("folder", "shop", "shop")
    ]
    inside = reader(shop.port).browse("shop", "", 10)
    assert [(thing.name, thing.detail) for thing in inside.things] == [
        ("numbers", "about 2,500 documents"), ("orders", "about 2 documents"),
    ]  # fmt: skip
    assert inside.things[0].item == {"database": "shop", "collection": "numbers"}
    assert reader(shop.port, database="shop").browse("", "", 1).more


def test_documents_come_as_lines(shop: Mongo, tmp_path: Path) -> None:
    item = {"database": "shop", "collection": "orders"}
    result = fetched(reader(shop.port), item, tmp_path / "f")
    assert (result.name, result.whole) == ("orders.jsonl", True)
    assert lines(tmp_path / "f") == [
        {"_id": 1, "status": "paid", "to": {"city": "Ö", "tags": ["a", "b"]},
         "at": "2010-12-01T08:26:00.125"},
        {"_id": 2, "status": "open", "total": 12.5},
    ]  # fmt: skip
    with pytest.raises(UserError, match="no such documents"):
        fetched(reader(shop.port), item | {"collection": "nowhere"}, tmp_path / "f")


def asked(port: int, target: Path, **question: Any) -> Any:
    told = {"query": json.dumps({"find": "orders"} | question)}
    return fetched(reader(port, database="shop"), told, target)


def test_a_question_is_an_item(shop: Mongo, tmp_path: Path) -> None:
    result = asked(shop.port, tmp_path / "f", filter={"status": "open"}, projection={"total": 1})
    assert lines(tmp_path / "f") == [{"_id": 2, "total": 12.5}]
    assert result.name == "orders.jsonl"
    asked(shop.port, tmp_path / "f", limit=1)
    assert [row["_id"] for row in lines(tmp_path / "f")] == [1]


def test_they_come_in_batches_and_the_first_only_if_asked(
    shop: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb, "BATCH", 400)
    item = {"collection": "numbers"}
    source = reader(shop.port, database="shop")
    assert fetched(source, item, tmp_path / "f").whole
    assert [row["_id"] for row in lines(tmp_path / "f")] == list(range(NUMBERS))
    assert not fetched(source, item, tmp_path / "f", head=500).whole
    assert len(lines(tmp_path / "f")) == 500
    assert fetched(source, item, tmp_path / "f", head=NUMBERS).whole
    with pytest.raises(Cancelled):
        fetched(source, item, tmp_path / "f", progress=StopsAt(2))


def test_every_type_has_its_plain_form() -> None:
    key = uuid.UUID(int=5)
    document = {
        "_id": bson.ObjectId("0123456789abcdef01234567"), "money": bson.Decimal128("12.30"),
        "long": bson.Int64(2**60), "nan": float("nan"), "not": bson.Decimal128("NaN"),
        "key": bson.Binary.from_uuid(key), "picture": b"\x00", "re": bson.Regex("^a"),
        "code": bson.Code("x"), "low": bson.MinKey(), "stamp": bson.Timestamp(1, 1),
        "ref": bson.DBRef("orders", bson.ObjectId("0123456789abcdef01234567")),
        "odd": "\ud800", "in": {"photo": b"x", "list": [b"x", None, True]},
        "far": bson.DatetimeMS(2**60),
    }  # fmt: skip
    packed = bson.encode({name: value for name, value in document.items() if name != "odd"})
    options: Any = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
    plain = Plain()
    made = json.loads(plain.line(bson.decode(packed, options) | {"odd": "\ud800"}))
    assert made == {
        "_id": "0123456789abcdef01234567", "money": "12.30", "long": 2**60, "nan": None,
        "not": None, "key": str(key), "re": "^a", "code": "x", "low": None,
        "stamp": "1970-01-01T00:00:01",
        "ref": {"$ref": "orders", "$id": "0123456789abcdef01234567"},
        "in": {"list": [None, True]}, "far": None, "odd": "\ud800",
    }  # fmt: skip
    assert plain.warnings() == [
        "Binary data is left out: “picture”, “photo”.",
        "1 dates before the year 1 or after 9999 are left empty.",
    ]
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    with pytest.raises(UserError, match="nested too deep"):
        Plain().line(deep)


@pytest.mark.parametrize(
    "question",
    [
        '{"$where": "sleep(1)"}', '{"a": {"$expr": [{"$function": {}}]}}', "[1]", "{",
        '{"\\u0024where": "1"}', '{"a": {"$accumulator": {}}}', '{"a": {"$code": "x"}}',
        '{"a": ' + "[" * 100_000,
    ],
)  # fmt: skip
def test_programs_are_no_filter(question: str) -> None:
    for name in ("filter", "projection"):
        with pytest.raises(ValidationError):
            Mongodb.Item.model_validate({"query": f'{{"find": "a", "{name}": {question}}}'})


@pytest.mark.parametrize(
    "question", ["[]", "{}", '{"find": 1}', '{"find": "a", "let": {}}', '{"find": "a", "skip": -1}']
)
def test_other_questions_are_refused(question: str) -> None:
    with pytest.raises(ValidationError):
        Mongodb.Item.model_validate({"query": question})
    with pytest.raises(ValidationError, match="one of them"):
        Mongodb.Item.model_validate({"query": '{"find": "a"}', "collection": "a"})


def test_special_values_stand_in_a_filter(shop: Mongo, tmp_path: Path) -> None:
    day = {"at": {"$date": "2010-12-01T08:26:00.125Z"}, "_id": {"$numberInt": "1"}}
    asked(shop.port, tmp_path / "f", filter=day)
    assert [row["_id"] for row in lines(tmp_path / "f")] == [1]
    with pytest.raises(UserError, match="cannot be read"):
        asked(shop.port, tmp_path / "f", filter={"_id": {"$oid": "x"}})


@pytest.mark.usefixtures("hasty")
def test_mistakes_are_said_in_a_sentence(tmp_path: Path) -> None:
    small = SmallMongo()
    with answering(small.talk) as port:
        assert "does not accept this user" in refused(reader(port, user="me"))
        with pytest.raises(UserError, match="may not read that"):
            asked(port, tmp_path / "f", filter={"fail": 13})
        with pytest.raises(UserError, match="The server says: because of •••") as caught:
            asked(port, tmp_path / "f", filter={"fail": 2})
        assert PASSWORD not in str(caught.value)
        assert refused(reader(port, tls="verify")).startswith("127.0.0.1 ")
    assert not any(PASSWORD in str(told) for told in small.heard)
    assert "refused the connection" in refused(reader(free_port()))
    assert "no host named" in refused(reader(1, host="nowhere.invalid"))


def garbage(here: socketserver.StreamRequestHandler) -> None:
    here.rfile.read(16)
    here.wfile.write(b"\xff" * 64)


@pytest.mark.usefixtures("hasty")
def test_what_is_no_mongodb_is_said_to_be_none() -> None:
    with answering(garbage) as port:
        assert len(refused(reader(port))) < 200


@pytest.mark.parametrize(
    "told",
    [
        {"host": "mongodb://x/?proxyHost=y"}, {"host": "/tmp/mongodb.sock"}, {"host": "a@b"},
        {"host": "%2Ftmp"}, {"host": "a, "}, {"host": "a:1", "srv": True},
        {"host": "a/?authMechanism=MONGODB-AWS"},
    ],
)  # fmt: skip
def test_only_hosts_are_hosts(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mongodb.Settings.model_validate(told)
