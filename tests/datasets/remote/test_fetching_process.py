"""The fetching process as a worker starts it: closed in, judged, ended, and silent."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.cage import landlock
from datasets.engine.cage.watch import Limits
from datasets.engine.remote.base import Thing
from datasets.engine.remote.fetch_answer import line_of
from datasets.engine.remote.kind_words import masked, one_line
from datasets.engine.remote.process import _Told
from datasets.engine.remote.request import FILE
from datasets.engine.remote.run import Call, environment, remote_call
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.remote.web_server import CSV, Answer, WebServer, web_server

SECRET = "token-of-the-shop"


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


def call(web: WebServer, folder: Path, path: str = "/orders.csv", **changed: Any) -> Call:
    told: dict[str, Any] = {
        "kind": "http_file", "settings": {"url": web.url(path), "sign_in": "bearer"},
        "secrets": {"secret": SECRET}, "folder": folder, "limits": Limits(60, 10**9, 10**9),
        "max_bytes": 10**6, "allow": (f"127.0.0.1:{web.port}",),
    }  # fmt: skip
    return Call(**{**told, **changed})


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def test_it_brings_a_file_and_its_name(web: WebServer, tmp_path: Path) -> None:
    web.answers["/orders.csv"] = Answer()
    brought = remote_call(call(web, tmp_path), "fetch", NullProgress()).brought
    assert brought is not None
    assert (brought.name, brought.whole) == ("orders.csv", True)
    assert (tmp_path / FILE).read_bytes() == CSV
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_nothing_is_reached_that_nobody_allowed(web: WebServer, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"127\.0\.0\.1.*SEGPLATFORM_OUTGOING_ALLOW"):
        remote_call(call(web, tmp_path, allow=(), plain=True), "check", NullProgress())
    assert web.asked == []


def test_a_redirect_to_a_forbidden_address_is_refused(web: WebServer, tmp_path: Path) -> None:
    with web_server("127.0.0.2", web.port) as inner:
        inner.answers["/orders.csv"] = Answer()
        there = {"Location": inner.url("/orders.csv", "127.0.0.2")}
        web.answers["/orders.csv"] = Answer(status=302, headers=there)
        with pytest.raises(UserError, match=r"127\.0\.0\.2"):
            remote_call(call(web, tmp_path, plain=True), "fetch", NullProgress())
        assert (len(web.asked), inner.asked) == (1, [])


def test_a_cancel_ends_it_while_the_server_keeps_it_waiting(web: WebServer, tmp_path: Path) -> None:
    go_on, asked, before = threading.Event(), threading.Event(), children()

    def wait() -> None:
        asked.set()
        go_on.wait(30)

    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            if asked.is_set():
                raise Cancelled

    web.answers["/orders.csv"] = Answer(before=wait)
    try:
        with pytest.raises(Cancelled):
            remote_call(call(web, tmp_path), "fetch", Stop())
        assert children() == before
    finally:
        go_on.set()


def test_what_takes_too_long_is_stopped_and_said(web: WebServer, tmp_path: Path) -> None:
    go_on = threading.Event()
    web.answers["/orders.csv"] = Answer(before=lambda: go_on.wait(30))
    limited = call(web, tmp_path, limits=Limits(1.5, 10**9, 10**9))
    try:
        with pytest.raises(TooLarge, match="longer than"):
            remote_call(limited, "check", NullProgress())
    finally:
        go_on.set()


def test_its_surroundings_hold_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "SECRET_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "HTTPS_PROXY",
        "DATABASE_URL",
        "PGPASSWORD",
    ):
        monkeypatch.setenv(name, "of-ours")
    told = environment(tmp_path)
    assert "of-ours" not in told.values()
    assert told["HOME"] == str(tmp_path)
    assert not {name for name in told if "PROXY" in name.upper()}


def test_credentials_show_in_no_text_of_a_call(web: WebServer, tmp_path: Path) -> None:
    assert SECRET not in repr(call(web, tmp_path))
    assert masked(f"token {SECRET}", [SECRET]) == "token •••"
    assert masked("https://x/?k=a%26b%2Fc", ["a&b/c"]) == "https://x/?k=•••"
    assert one_line("two\nlines\x1b[31m\u202e and" + "x" * 400, 20) == "two lines[31m andxx…"


def test_a_credential_that_is_a_word_of_ours_breaks_nothing() -> None:
    thing = Thing("file", "my-file.csv", item={"key": "my-file.csv"})
    out = StringIO()
    _Told(out, ["file"]).answer({"found": {"things": [asdict(thing)], "more": False}})
    answer = line_of(out.getvalue().encode()).answer
    assert answer is not None
    assert answer.found is not None
    assert answer.found.listing().things == (replace(thing, name="my-•••.csv"),)


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b'{"step": [2, ""]}', b'{"answer": {"said": 5}}', b'{"more": 1}',
     b'{"answer": {"brought": {"name": "x"}}}', b'{"log": "' + b"x" * 5000 + b'"}'],
)  # fmt: skip
def test_only_lines_of_the_right_form_are_believed(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        line_of(line)


def test_a_file_of_ours_is_closed_to_it(web: WebServer, tmp_path: Path) -> None:
    """An authority's certificate is read from the scratch folder; ours are not to be read."""
    if landlock.abi() < 1:
        pytest.skip("this kernel has no Landlock")
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from datasets.engine.remote import process\n"
        "from datasets.engine.remote.request import Request\n"
        "folder, secret = sys.argv[1:]\n"
        "process._close(Request(kind='http_file', act='check', settings={}, secrets={},\n"
        "    scratch=folder, memory_bytes=10**9, max_bytes=10**6))\n"
        "Path('mine').write_text('x'); assert Path('mine').read_text() == 'x'\n"
        "for act in (lambda: Path(secret).read_text(), lambda: Path(secret).write_text('')):\n"
        "    try: act()\n"
        "    except PermissionError: continue\n"
        "    sys.exit('not closed')\n"
    )
    secret, folder = tmp_path / "secret_key", tmp_path / "scratch"
    secret.write_text("ours")
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(secret)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
