"""Servers that pretend to be MySQL: they get no file, no plain password, and no crash."""

import socketserver
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from datasets.engine.remote.kinds.mysql import Mysql
from segplatform.kernel.errors import UserError
from tests.datasets.engine.kinds.asking import source_of
from tests.servers.answering import answering

PASSWORD = "s3cret/word"
Talk = socketserver.StreamRequestHandler
OK = b"\x00\x00\x00\x02\x00\x00\x00"


def send(talk: Talk, number: int, payload: bytes) -> None:
    talk.wfile.write(struct.pack("<I", len(payload))[:3] + bytes([number]) + payload)


def receive(talk: Talk) -> bytes:
    head = talk.rfile.read(4)
    if len(head) < 4:
        raise ConnectionError
    return talk.rfile.read(int.from_bytes(head[:3], "little"))


def greet(talk: Talk, plugin: bytes = b"mysql_native_password") -> bytes:
    """Say hello as MySQL 8 does; give what the client says of itself."""
    capabilities = 0x00AAFFFF & ~0x0800  # without TLS
    low, high = capabilities & 0xFFFF, capabilities >> 16
    payload = (
        b"\x0a8.0.99\x00" + struct.pack("<I", 1) + b"12345678\x00" + struct.pack("<H", low)
        + b"\x2d" + struct.pack("<HHB", 2, high, 21) + b"\x00" * 10 + b"123456789012\x00"
        + plugin + b"\x00"
    )  # fmt: skip
    send(talk, 0, payload)
    return receive(talk)


def error_packet(number: int, text: str) -> bytes:
    return b"\xff" + struct.pack("<H", number) + b"#HY000" + text.encode()


def check(port: int) -> str:
    settings = {"host": "127.0.0.1", "port": port, "user": "me", "tls": "off"}
    with pytest.raises(UserError) as caught:
        source_of(Mysql, settings, {"password": PASSWORD}).check()
    said = str(caught.value)
    assert PASSWORD not in said
    assert len(said) < 400
    assert "\n" not in said
    return said


def test_no_file_is_sent_to_a_server_that_asks_for_one() -> None:
    """Rogue servers answer a query by asking for a file: CVE-2019-2534 and its kin."""
    heard: list[bytes] = []

    def talk(here: Talk) -> None:
        heard.append(greet(here))
        send(here, 2, OK)
        while True:
            heard.append(query := receive(here))
            answer = b"\xfb/etc/passwd" if b"VERSION" in query else OK
            send(here, 1, answer)

    with answering(talk) as port:
        check(port)
    assert not struct.unpack("<I", heard[0][:4])[0] & 0x80, "LOCAL INFILE was offered"
    assert b"VERSION" in heard[-1] or heard[-1] == b"\x01", "something was sent after it"
    assert not any(b"root:" in packet for packet in heard)


@pytest.mark.parametrize("plugin", [b"mysql_clear_password", b"mysql_old_password", b"dialog"])
def test_the_password_is_never_sent_as_it_is(plugin: bytes) -> None:
    heard: list[bytes] = []

    def talk(here: Talk) -> None:
        heard.append(greet(here))
        send(here, 2, b"\xfe" + plugin + b"\x00" + b"\x05Password: ")
        heard.append(receive(here))

    with answering(talk) as port:
        assert "wants the password unprotected" in check(port)
    assert not any(PASSWORD.encode() in packet for packet in heard)


def test_what_a_server_says_is_masked_and_short() -> None:
    def talk(here: Talk) -> None:
        greet(here)
        send(here, 2, error_packet(1999, f"no\n{PASSWORD} s3cret%2Fword \u202e" + "x" * 9_000))

    with answering(talk) as port:
        assert check(port).startswith("The server says: no ••• ••• xxx")


def garbage(here: Talk) -> None:
    here.wfile.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def silence(here: Talk) -> None:
    greet(here)


def broken_result(here: Talk) -> None:
    greet(here)
    send(here, 2, OK)
    while True:
        send(here, 1, b"\x03abc" if b"VERSION" in receive(here) else OK)


@pytest.mark.parametrize("talk", [garbage, silence, broken_result])
def test_what_is_no_mysql_is_said_to_be_none(
    talk: Callable[[Talk], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.engine.remote.kinds.mysql.ANSWER_SECONDS", 1)
    began = time.monotonic()
    with answering(talk) as port:
        check(port)
    assert time.monotonic() - began < 5
