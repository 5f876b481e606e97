"""Only newer documents and records: MongoDB compares itself, of a web service each is looked at."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from datasets.engine.remote.kinds.mongodb import Mongodb, MongodbItem
from datasets.engine.remote.kinds.rest_api import RestApi
from datasets.engine.remote.newer_rest import newer_path, newer_records
from datasets.engine.remote.rest_options import RestItem
from segplatform.kernel.errors import UserError
from tests.datasets.engine.kinds.asking import fetched, source_of
from tests.servers.json_api import JsonApi
from tests.servers.mongo import Mongo

START = dt.datetime(2024, 1, 1)


@pytest.fixture(scope="module")
def events(mongo: Mongo) -> Mongo:
    """Five events, one of each six hours."""
    mongo.insert(
        "newer", "events",
        [{"_id": i, "n": i, "at": START + dt.timedelta(hours=6 * i), "in": {"n": i},
          "open": i % 2 == 0, "mixed": "x" if i == 3 else i} for i in range(1, 6)],
    )  # fmt: skip
    return mongo


def newer(mongo: Mongo, target: Path, column: str, than: str, **item: Any) -> list[Any]:
    source = source_of(Mongodb, {"host": "127.0.0.1", "port": mongo.port, "tls": "off"}, {})
    told = {"database": "newer", "newer_column": column, "newer_than": than}
    told |= item or {"collection": "events"}
    found = fetched(source, told, target)
    rows = [json.loads(line)["_id"] for line in target.read_bytes().splitlines()]
    assert found.nothing == (not rows)
    return rows


@pytest.mark.parametrize(
    ("column", "than", "found"),
    [
        ("n", "3", [4, 5]),
        ("in.n", "4", [5]),
        ("n", "5", []),
        ("n", "9999999999999999999", []),
        ("at", "2024-01-02 00:00:00", [5]),
        ("at", "2024-01-01 23:59:59.999", [4, 5]),
        ("at", "2024-01-01", [4, 5]),
    ],
)
def test_documents_above_a_value_are_fetched(
    events: Mongo, tmp_path: Path, column: str, than: str, found: list[int]
) -> None:
    assert newer(events, tmp_path / "f", column, than) == found


def test_a_filter_of_ones_own_stays(events: Mongo, tmp_path: Path) -> None:
    question = json.dumps({"find": "events", "filter": {"open": True}})
    assert newer(events, tmp_path / "f", "n", "3", query=question) == [4]


@pytest.mark.parametrize("column", ["mixed", "open", "nowhere", "at"])
def test_what_mongodb_would_pass_over_is_refused(
    events: Mongo, tmp_path: Path, column: str
) -> None:
    with pytest.raises(UserError, match="of another type in the source"):
        newer(events, tmp_path / "f", column, "1")


@pytest.mark.parametrize(
    "item",
    [
        {"newer_column": "$where"}, {"newer_column": "a.$expr"},
        {"newer_than": "2024-02-30"},
        {"collection": "", "query": '{"find": "events", "limit": 3}'},
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_no_item(item: dict[str, Any]) -> None:
    usual = {"collection": "events", "newer_column": "n", "newer_than": "1"}
    with pytest.raises(ValidationError):
        MongodbItem.model_validate(usual | item)


def item_of(column: str = "", than: str = "") -> RestItem:
    return RestItem(path="x", newer_column=column, newer_than=than)


@pytest.mark.parametrize(
    ("than", "path"),
    [
        ("", "orders?a=1"),
        ("2024-01-02 03:04:05.5", "orders?a=1&since=2024-01-02T03%3A04%3A05.5Z&d=2024-01-02"),
        ("2024-01-02", "orders?a=1&since=2024-01-02&d=2024-01-02"),
        ("7", "orders?a=1&since=7&d=7"),
    ],
)
def test_a_path_asks_for_newer_records(than: str, path: str) -> None:
    item = item_of("at" if than else "", than)
    assert newer_path("orders?a=1&since={newer}&d={newer_day}", item) == path
    assert newer_path("orders", item) == "orders"
    assert newer_path("orders?b", item) == "orders?b"


@pytest.mark.parametrize(
    ("than", "values", "kept"),
    [
        ("2", [1, 2, "3", 4.0, None, ""], ["3", 4.0]),
        ("2024-01-01", ["2024-01-01T23:59:59", "2024-01-02", None], ["2024-01-02"]),
        (
            "2024-01-01 10:00:00",
            ["2024-01-01T10:00:00Z", "2024-01-01T12:00:01+02:00", "2024-01-01T11:00:00"],
            ["2024-01-01T12:00:01+02:00", "2024-01-01T11:00:00"],
        ),
    ],
)
def test_records_that_are_not_newer_are_left_out(
    than: str, values: list[Any], kept: list[Any]
) -> None:
    records = [{"in": {"at": value}} for value in values]
    found = newer_records(records, item_of("in.at", than))
    assert [each["in"]["at"] for each in found] == kept


@pytest.mark.parametrize(("than", "value"), [("2", "two"), ("2024-01-01", "1/2/24"), ("2", [3])])
def test_a_record_that_cannot_be_compared_is_refused(than: str, value: Any) -> None:
    with pytest.raises(UserError, match="of another type"):
        list(newer_records([{"at": value}], item_of("at", than)))


def test_records_of_a_service_come_page_by_page(json_api: JsonApi, tmp_path: Path) -> None:
    told = {"url": json_api.url, "paging": "page", "max_pages": 10}
    item = {"path": "page?since={newer}", "newer_column": "id", "newer_than": "18"}
    source = source_of(RestApi, told, {})
    assert not fetched(source, item, tmp_path / "f").nothing
    rows = [json.loads(line)["id"] for line in (tmp_path / "f").read_bytes().splitlines()]
    assert rows == [19, 20, 21, 22, 23]
    assert all("since=18" in path for path, _, _ in json_api.heard)
    assert fetched(source, item | {"newer_than": "23"}, tmp_path / "f").nothing
    # What is left out at the end may be older than what came, and would never be asked for again.
    for limit in ({"max_pages": 1}, {"max_rows": 2}):
        with pytest.raises(UserError, match="so that nothing is added"):
            fetched(source_of(RestApi, told | limit, {}), item, tmp_path / "f")
    with pytest.raises(ValidationError):
        RestItem(path="orders/{newer}")
