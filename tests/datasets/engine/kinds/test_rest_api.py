"""A REST API, against a server that gives its pages in every way."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from datasets.engine.remote import rest_client
from datasets.engine.remote.base import Fetched, Remote
from datasets.engine.remote.kinds.rest_api import RestApi
from datasets.engine.remote.rest_client import RestClient
from datasets.engine.remote.rest_options import RestSecrets, RestSettings
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.kinds.asking import StopsAt, fetched, source_of
from tests.servers.answering import answering
from tests.servers.json_api import ROWS, JsonApi
from tests.servers.programs import free_port

SECRET = "s3cret/+token"


def service(api: JsonApi, path: str = "", **settings: Any) -> Remote:
    return source_of(RestApi, {"url": api.url + path} | settings, {"secret": SECRET})


def brought(
    api: JsonApi, path: str, target: Path, head: int | None = None, **others: Any
) -> Fetched:
    return fetched(service(api, **others), {"path": path}, target, head)


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def refused(api: JsonApi, path: str, target: Path, **settings: Any) -> str:
    with pytest.raises(UserError) as caught:
        brought(api, path, target, **settings)
    assert SECRET not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


STYLES: dict[str, dict[str, Any]] = {
    "list": {},
    "page": {"paging": "page"},
    "offset": {"paging": "offset", "parameter": "skip", "size_parameter": "take"},
    "cursor": {"paging": "cursor", "parameter": "after"},
    "next": {"paging": "next"},
    "link": {"paging": "link"},
}


@pytest.mark.parametrize("style", STYLES)
def test_all_pages_of_every_style_come_once(json_api: JsonApi, tmp_path: Path, style: str) -> None:
    result = brought(json_api, style, tmp_path / "f", **STYLES[style])
    assert lines(tmp_path / "f") == ROWS
    assert (result.name, result.whole, result.warnings) == (f"{style}.jsonl", True, ())


@pytest.mark.parametrize("style", STYLES)
def test_the_first_rows_need_the_first_pages_only(
    json_api: JsonApi, tmp_path: Path, style: str
) -> None:
    assert not brought(json_api, style, tmp_path / "f", 5, **STYLES[style]).whole
    assert lines(tmp_path / "f") == ROWS[:5]
    assert len(json_api.heard) == 1


def test_limits_of_the_person_end_it_with_a_warning(json_api: JsonApi, tmp_path: Path) -> None:
    few = brought(json_api, "next", tmp_path / "f", paging="next", max_pages=2)
    assert (len(lines(tmp_path / "f")), few.whole) == (20, True)
    assert few.warnings == ("It ended after 2 pages, as said. There may be more.",)
    few = brought(json_api, "next", tmp_path / "f", paging="next", max_rows=12)
    assert (len(lines(tmp_path / "f")), few.whole) == (12, True)
    assert few.warnings == ("It ended after 12 records, as said. There are more.",)


def test_the_paths_that_were_named_are_listed(json_api: JsonApi) -> None:
    source = service(json_api, "/v1", paths=" orders?status=paid \n\ncustomers\nold/orders")
    listed = source.browse("", "orders", 1)
    assert [(thing.name, thing.detail) for thing in listed.things] == [
        ("orders", "orders?status=paid")
    ]
    assert listed.more
    assert len(source.browse("", "", 9).things) == 3
    alone = service(json_api, "/v1").browse("", "", 9).things[0]
    assert (alone.name, alone.item) == ("v1", {"path": ""})


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ({"sign_in": "bearer"}, "Authorization", f"Bearer {SECRET}"),
        ({"sign_in": "header", "name": "X-Api-Key"}, "X-Api-Key", SECRET),
        ({"sign_in": "basic", "user": "me"}, "Authorization",
         "Basic " + b64encode(f"me:{SECRET}".encode()).decode()),
        ({"headers": "Accept-Language: en\nX-A: b: c"}, "X-A", "b: c"),
    ],
)  # fmt: skip
def test_it_signs_in(json_api: JsonApi, settings: dict[str, str], name: str, value: str) -> None:
    assert service(json_api, "/list", **settings).check() == "127.0.0.1 answers with JSON."
    assert json_api.heard[0][1][name] == value


def test_a_parameter_signs_every_page(json_api: JsonApi, tmp_path: Path) -> None:
    told = {"sign_in": "parameter", "name": "key", "paging": "next"}
    brought(json_api, "next?a=1&b=x+y%26z", tmp_path / "f", **told)
    paths = [path for path, _, _ in json_api.heard]
    assert paths[0] == "/next?a=1&b=x+y%26z&key=s3cret%2F%2Btoken"
    assert len(paths) == 3
    assert all("key=s3cret%2F%2Btoken" in path for path in paths)


def test_a_question_can_be_posted(json_api: JsonApi, tmp_path: Path) -> None:
    source = service(json_api, "/v1/", method="POST", body='{"status": "ü"}')
    result = fetched(source, {"path": "orders"}, tmp_path / "f")
    assert lines(tmp_path / "f") == ROWS[:2]
    assert result.name == "orders.jsonl"
    assert json.loads(json_api.heard[0][2]) == {"status": "ü"}


def test_records_are_found_wherever_they_are(json_api: JsonApi, tmp_path: Path) -> None:
    for path, rows in {
        "scalars": [{"value": 1}, {"value": "x"}, {"column_1": 2, "column_2": 3}],
        "one": [{"id": 1, "tags": {"a": 1}}],
    }.items():
        brought(json_api, path, tmp_path / "f")
        assert lines(tmp_path / "f") == rows
    brought(json_api, "cursor", tmp_path / "f", records="data.items.1")
    assert lines(tmp_path / "f") == [ROWS[1]]
    said = refused(json_api, "cursor", tmp_path / "f", records="data.rows")
    assert "no list at “data.rows”" in said or "no records" in said
    assert "no records" in refused(json_api, "empty", tmp_path / "f")


def test_no_digit_is_lost(json_api: JsonApi, tmp_path: Path) -> None:
    brought(json_api, "digits", tmp_path / "f")
    assert lines(tmp_path / "f") == [
        {"a": 12.3, "b": "1234567890123456.789", "c": "1e999", "d": None, "e": 100.0,
         "f": 123456789012345678901234567890}
    ]  # fmt: skip
    brought(json_api, "odd", tmp_path / "f")
    assert lines(tmp_path / "f") == [{"a": "\ud800 ü"}]


def test_a_busy_service_is_asked_again(json_api: JsonApi, tmp_path: Path) -> None:
    json_api.busy = 2
    brought(json_api, "list", tmp_path / "f")
    assert len(json_api.heard) == 3
    assert "asked too often" in refused(json_api, "status/429", tmp_path / "f")
    assert len(json_api.heard) == 3 + rest_client.TRIES
    json_api.busy = 1
    source = service(json_api, pause=9_000, paging="page")
    with pytest.raises(Cancelled):
        fetched(source, {"path": "page"}, tmp_path / "f", None, StopsAt(2))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("status/401", "Check the sign-in and the token"), ("status/404", "Check the path"),
        ("status/400", "does not accept the question"), ("status/503", "Try again later"),
        ("html", "does not answer with JSON"), ("broken", "does not answer with JSON"),
        ("deep", "does not answer with JSON"),
    ],
)  # fmt: skip
def test_mistakes_are_said_in_a_sentence(
    json_api: JsonApi, tmp_path: Path, path: str, sentence: str
) -> None:
    assert sentence in refused(json_api, path, tmp_path / "f", sign_in="bearer")


def test_an_address_without_a_service_is_said(json_api: JsonApi, tmp_path: Path) -> None:
    assert "enter a path, too" in service(json_api, "/").check()
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "refused the connection" in refused(json_api, "", tmp_path / "f", url=nobody)
    said = refused(json_api, "", tmp_path / "f", url="http://nowhere.invalid")
    assert "no host named" in said
    with answering(lambda talk: talk.wfile.write(b"SSH-2.0-x\r\n\r\n")) as port:
        said = refused(json_api, "", tmp_path / "f", url=f"http://127.0.0.1:{port}")
    assert "does not answer as a web server" in said or "ended the connection" in said
    with pytest.raises(UserError, match="over http"):
        source_of(RestApi, {"url": json_api.url}, plain=False).check()


def test_an_answer_of_any_size_does_not_fill_the_memory(json_api: JsonApi, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="larger than 32 MB"):
        brought(json_api, "bomb", tmp_path / "f")
    small = source_of(RestApi, {"url": json_api.url}, most=100)
    with pytest.raises(TooLarge, match="larger than 100 bytes"):
        fetched(small, {"path": "list"}, tmp_path / "f")


def test_pages_in_a_circle_end(json_api: JsonApi, tmp_path: Path) -> None:
    for told in ({"paging": "page"}, {"paging": "cursor", "at": "items.0.id"}):
        assert "the same page twice" in refused(json_api, "circle", tmp_path / "f", **told)


def test_no_other_host_gets_the_token(json_api: JsonApi, tmp_path: Path) -> None:
    heard: list[bytes] = []
    told = {"paging": "next", "sign_in": "bearer"}
    with answering(lambda talk: heard.append(talk.rfile.readline())) as port:
        for host in (f"127.0.0.1:{port}", f"localhost:{json_api.port}", "x.invalid"):
            json_api.elsewhere = f"http://{host}"
            assert "would get the token" in refused(json_api, "away", tmp_path / "f", **told)
            moved = f"moved?to=http://{host}/"
            assert "would get the token" in refused(json_api, moved, tmp_path / "f", **told)
    assert heard == []
    brought(json_api, "moved", tmp_path / "f", sign_in="bearer")
    assert lines(tmp_path / "f") == ROWS


def test_a_next_page_over_http_is_asked_over_https() -> None:
    """What stands behind a proxy often does not know that it is asked over https."""
    url = "https://[2606:4700::1111]/a"
    source = source_of(RestApi, {"url": url})
    client = RestClient(RestSettings(url=url), RestSecrets(), source.reach, NullProgress())
    for link in ("http://[2606:4700::1111]/b?c", "http://[2606:4700::1111]:80/b?c", "b?c"):
        assert client.own(url, link) == "https://[2606:4700::1111]/b?c"
    client.close()


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://x/a"}, {"url": "https://me:pw@example.com"}, {"headers": "no colon"},
        {"headers": "Host: x"}, {"headers": "authorization: x"}, {"sign_in": "header"},
        {"sign_in": "parameter"}, {"body": "{"}, {"body": "{}"}, {"paths": "a\n../b"},
        {"headers": "A\x7fB: x"}, {"sign_in": "basic"},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RestApi.Settings.model_validate({"url": "https://example.com"} | settings)


@pytest.mark.parametrize(
    "item",
    [
        {"path": "//evil.example/x"}, {"path": "../admin"}, {"path": "a?b?c"},
        {"path": "a%2E%2e/b"}, {"path": "a b"}, {"path": "a#b"},
    ],
)  # fmt: skip
def test_items_that_cannot_be_are_refused(item: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RestApi.Item.model_validate(item)
