"""A small service that gives its records in every way of paging, and misbehaves where asked."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

ROWS = [{"id": i, "price": i / 4, "to": {"city": f"Ö{i}"}} for i in range(1, 24)]
SIZE = 10


@dataclass
class JsonApi:
    """Where it listens, and what it heard: path with query, headers, body."""

    port: int = 0
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    busy: int = 0
    """How often it still says that it is busy."""
    elsewhere: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def slice_of(values: dict[str, str]) -> tuple[list[dict[str, Any]], int]:
    start = int(values.get("start", 0))
    return ROWS[start : start + SIZE], start + SIZE


def by_page(values: dict[str, str], api: JsonApi) -> Any:
    page = int(values.get("page", 1))
    rows = ROWS[(page - 1) * SIZE : page * SIZE]
    return {"count": len(ROWS), "results": rows} if rows or page < 4 else None


def by_offset(values: dict[str, str], api: JsonApi) -> Any:
    start, size = int(values["skip"]), min(int(values["take"]), 7)
    return ROWS[start : start + size]


def by_cursor(values: dict[str, str], api: JsonApi) -> Any:
    rows, after = slice_of({"start": values.get("after", "0")})
    cursor = str(after) if after < len(ROWS) else None
    return {"data": {"items": rows, "none": []}, "meta": {"next_cursor": cursor}}


def by_next(values: dict[str, str], api: JsonApi) -> Any:
    rows, after = slice_of(values)
    link = f"/next?start={after}" if after < len(ROWS) else None
    return {"value": rows, "@odata.nextLink": link}


def in_circles(values: dict[str, str], api: JsonApi) -> Any:
    return {"items": ROWS[:3]}


def leads_away(values: dict[str, str], api: JsonApi) -> Any:
    return {"items": ROWS[:3], "next": f"{api.elsewhere}/stolen"}


ANSWERS = {
    "/page": by_page, "/offset": by_offset, "/cursor": by_cursor, "/next": by_next,
    "/circle": in_circles, "/away": leads_away, "/list": lambda v, a: ROWS,
    "/scalars": lambda v, a: [1, "x", [2, 3]], "/one": lambda v, a: {"id": 1, "tags": {"a": 1}},
    "/empty": lambda v, a: {"items": []}, "/v1/orders": lambda v, a: {"orders": ROWS[:2]},
}  # fmt: skip
RAW = {
    "/html": b"<html>no</html>", "/broken": b'{"items": [1,', "/deep": b"[" * 200_000,
    "/digits": b'[{"a": 12.30, "b": 1234567890123456.789, "c": 1e999, "d": NaN, "e": 1e2, '
    b'"f": 123456789012345678901234567890}]',
    "/bomb": gzip.compress(b" " * (40 * 2**20)), "/odd": '[{"a": "\\ud800 ü"}]'.encode(),
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: JsonApi

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        values = dict(parse_qsl(parts.query))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.api.heard.append((self.path, dict(self.headers), body))
        if self.api.busy:
            self.api.busy -= 1
            return self._send(429, b"", {"Retry-After": "0"})
        if parts.path == "/moved":
            return self._send(302, b"", {"Location": values.get("to", "/list")})
        if parts.path == "/link":
            return self._link(values)
        if parts.path in RAW:
            packed = {"Content-Encoding": "gzip"} if parts.path == "/bomb" else {}
            return self._send(200, RAW[parts.path], packed)
        if parts.path.startswith("/status/"):
            status = int(parts.path.rpartition("/")[2])
            return self._send(status, b"the token is s3cret", {"Retry-After": "0"})
        answer = ANSWERS[parts.path](values, self.api) if parts.path in ANSWERS else None
        if answer is None:
            return self._send(404, b"{}", {})
        return self._send(200, json.dumps(answer).encode(), {})

    def do_POST(self) -> None:
        self.do_GET()

    def _link(self, values: dict[str, str]) -> None:
        rows, after = slice_of(values)
        link = f'<{self.api.url}/link?start={after}>; rel="last next"; title="a, b"'
        headers = {"Link": f'</first>; rel="first", {link}'} if after < len(ROWS) else {}
        self._send(200, json.dumps(rows).encode(), headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def json_api() -> Iterator[JsonApi]:
    """Serve until the test is done."""
    api = JsonApi()
    handler = type("ApiHandler", (Handler,), {"api": api})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        api.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield api
        server.shutdown()
        thread.join()
