"""Replica sets and looked-up servers of MongoDB: what leads nowhere is named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo.errors import ConfigurationError

from datasets.engine.remote.kinds.mongodb import Mongodb, MongodbSecrets
from datasets.engine.remote.mongodb_client import mongo_sentence
from segplatform.kernel.errors import UserError
from tests.datasets.engine.kinds.asking import source_of
from tests.servers.answering import answering
from tests.servers.mongo import SmallMongo


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment only for servers that do not answer."""
    monkeypatch.setattr("datasets.engine.remote.mongodb_client.CONNECT_SECONDS", 0.4)


@contextmanager
def member(told: Callable[[int], dict[str, Any]]) -> Iterator[tuple[int, SmallMongo]]:
    """Run a server that says so of itself and of its replica set."""
    small = SmallMongo()
    usual = small.hello()
    with answering(small.talk) as port:
        own = {"setVersion": 1, "me": f"127.0.0.1:{port}"}
        small.hello = lambda: usual | own | told(port)  # type: ignore[method-assign]
        yield port, small


def said(port: int, **settings: Any) -> str:
    told = {"host": "127.0.0.1", "port": port, "tls": "off"} | settings
    try:
        return source_of(Mongodb, told, {"password": "secret"}).check()
    except UserError as error:
        return str(error)


def test_a_member_of_the_set_is_asked() -> None:
    with member(lambda port: {"setName": "rs0", "hosts": [f"127.0.0.1:{port}"]}) as (port, _):
        assert "answers" in said(port, replica_set="rs0")


def test_names_that_count_only_there_are_told() -> None:
    away = {"setName": "rs0", "hosts": ["mongo-1.internal.invalid:27017"], "me": "x:1"}
    with member(lambda port: away) as (port, _):
        assert "its server is mongo-1.internal.invalid:27017, which cannot be reached" in said(
            port, replica_set="rs0"
        )
        assert "answers" in said(port)  # that one alone


@pytest.mark.parametrize("told", [{}, {"setName": "rs0", "hosts": ["127.0.0.1:1"]}])
def test_another_set_is_told(told: dict[str, Any]) -> None:
    with member(lambda port: told) as (port, _):
        assert "belongs to another replica set" in said(port, replica_set="other")


def test_a_user_signs_in_where_that_is_said() -> None:
    with member(lambda port: {}) as (port, small):
        assert "does not accept this user" in said(port, user="ann", sign_in_database="shop")
    started = [each for each in small.heard if "saslStart" in each]
    assert [each["$db"] for each in started] == ["shop"]


def test_a_name_without_servers_is_told() -> None:
    error = ConfigurationError("The DNS query name does not exist: _mongodb._tcp.x.example.com.")
    found = mongo_sentence(error, None, "x.example.com", MongodbSecrets())
    assert str(found).startswith("No servers are listed under the name x.example.com")
