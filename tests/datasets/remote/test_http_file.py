"""Files on the web, from a real server: names, redirects, credentials, sizes, errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from datasets.engine.remote.base import Reach
from datasets.engine.remote.kinds.http_file import HttpFile, HttpSecrets, HttpSettings
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.remote.web_server import CSV, Answer, WebServer, web_server

SECRET = "token-of-the-shop"


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


def kind(url: str, plain: bool = True, most: int = 10_000, **options: Any) -> HttpFile:
    reach = Reach(lambda host, port: [host], lambda host, port: plain, most)
    return HttpFile(HttpSettings(url=url, **options), HttpSecrets(secret=SECRET), reach)


def fetched(remote: HttpFile, folder: Path) -> tuple[str, bytes]:
    target = folder / "file"
    found = remote.fetch(remote.Item(), target, None, NullProgress())
    return found.name, target.read_bytes()


def test_a_file_is_fetched_as_it_is(web: WebServer, tmp_path: Path) -> None:
    web.answers["/exports/orders.csv"] = Answer()
    remote = kind(web.url("/exports/orders.csv?day=1"))
    assert fetched(remote, tmp_path) == ("orders.csv", CSV)
    assert remote.check() == f"127.0.0.1 answers: “orders.csv”, {len(CSV)} bytes."
    assert [thing.name for thing in remote.browse("", "", 10).things] == ["orders.csv"]
    assert web.asked[0][0] == "/exports/orders.csv?day=1"
    assert "authorization" not in web.asked[0][1]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="Sales of May.csv"', "Sales of May.csv"),
        ("attachment; filename*=UTF-8''caf%C3%A9.csv", "café.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment", "get"),
    ],
)
def test_the_server_says_what_the_file_is_called(
    web: WebServer, tmp_path: Path, header: str, name: str
) -> None:
    web.answers["/get"] = Answer(headers={"Content-Disposition": header})
    assert fetched(kind(web.url("/get")), tmp_path)[0] == name


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ({"sign_in": "bearer"}, "authorization", f"Bearer {SECRET}"),
        ({"sign_in": "basic", "user": "ann"}, "authorization",
         "Basic YW5uOnRva2VuLW9mLXRoZS1zaG9w"),
        ({"sign_in": "header", "header": "X-Api-Key"}, "x-api-key", SECRET),
    ],
)  # fmt: skip
def test_credentials_go_to_their_own_host_only(
    web: WebServer, tmp_path: Path, options: dict[str, str], name: str, value: str
) -> None:
    with web_server() as other:  # another port is another server
        web.answers["/a"] = Answer(status=302, headers={"Location": "/b"})
        web.answers["/b"] = Answer(status=307, headers={"Location": other.url("/c.csv")})
        other.answers["/c.csv"] = Answer()
        assert fetched(kind(web.url("/a"), **options), tmp_path) == ("c.csv", CSV)
        assert [headers.get(name) for _, headers in web.asked] == [value, value]
        assert SECRET not in str(other.asked)
        assert name not in other.asked[0][1]


def test_redirects_end(web: WebServer, tmp_path: Path) -> None:
    web.answers["/a"] = Answer(status=301, headers={"Location": "/a"})
    with pytest.raises(UserError, match="more than 5 times"):
        fetched(kind(web.url("/a")), tmp_path)
    assert len(web.asked) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x/y", "", "http://u:p@x/"])
def test_a_redirect_to_something_else_is_refused(
    web: WebServer, tmp_path: Path, location: str
) -> None:
    web.answers["/a"] = Answer(status=301, headers={"Location": location})
    with pytest.raises(UserError, match="redirects"):
        fetched(kind(web.url("/a")), tmp_path)


@pytest.mark.parametrize(
    ("status", "said"), [(401, "sign-in"), (403, "sign-in"), (404, "no such file"), (500, "500")]
)
def test_what_a_server_writes_into_an_error_is_not_shown(
    web: WebServer, tmp_path: Path, status: int, said: str
) -> None:
    web.answers["/a"] = Answer(b"<b>inner words</b>", status)
    with pytest.raises(UserError, match=said) as caught:
        fetched(kind(web.url("/a")), tmp_path)
    assert "inner words" not in str(caught.value)


def test_a_file_that_ends_too_early_is_none(web: WebServer, tmp_path: Path) -> None:
    web.answers["/a"] = Answer(claims=len(CSV) + 5)
    with pytest.raises(UserError, match="in the middle"):
        fetched(kind(web.url("/a")), tmp_path)


@pytest.mark.parametrize("claims", [None, -1])
def test_a_file_over_the_limit_is_refused(
    web: WebServer, tmp_path: Path, claims: int | None
) -> None:
    web.answers["/a"] = Answer(b"x" * 5000, claims=claims)
    with pytest.raises(TooLarge):
        fetched(kind(web.url("/a"), most=4999), tmp_path)


def test_http_is_only_spoken_where_the_operator_allows_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="https"):
        fetched(kind("http://127.0.0.1:1/a", plain=False), tmp_path)


@pytest.mark.parametrize(
    "url",
    ["orders.csv", "file:///etc/passwd", "https://", "https://u:p@example.com/a", "https://a b/c",
     "https://example.com:99999/", "javascript:alert(1)", "https://example.com\\@x/"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        HttpSettings(url=url)


def test_a_secret_of_two_lines_is_no_header() -> None:
    with pytest.raises(ValidationError):
        HttpSecrets(secret="a\r\nX: y")


def test_a_file_of_unknown_length_says_that_its_end_is_not_sure(
    web: WebServer, tmp_path: Path
) -> None:
    web.answers["/orders.csv"] = Answer(claims=-1)
    remote = kind(web.url("/orders.csv"))
    found = remote.fetch(remote.Item(), tmp_path / "file", None, NullProgress())
    assert "does not say how long the file is" in found.warnings[0]


def test_a_page_to_sign_in_is_no_file(web: WebServer, tmp_path: Path) -> None:
    page, headers = b"\n<!DOCTYPE html><html>Sign in", {"Content-Type": "text/html; charset=utf-8"}
    web.answers["/orders.csv"] = Answer(page, headers=headers)
    remote = kind(web.url("/orders.csv"))
    for act in (remote.check, lambda: fetched(remote, tmp_path)):
        with pytest.raises(UserError, match="a web page in place of a file"):
            act()
