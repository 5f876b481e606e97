"""What every client of the web does alike: whom it believes over TLS, and where it is led.

The machine's authorities count, and the name; no credential follows a redirect, and no way leads
out of TLS; proxies of the environment are never asked.
"""

import json
import socketserver
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from datasets.engine.remote import azure_client, google_client, rest_client
from datasets.engine.remote.base import remotes
from segplatform.kernel.errors import UserError
from tests.datasets.engine.kinds.asking import fetched, source_of
from tests.servers.answering import answering
from tests.servers.certificates import Issued, issued

KINDS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "http_file": ("url", {}, {}),
    "rest_api": ("url", {}, {}),
    "s3": ("endpoint", {"bucket": "shop", "access_key": "A"}, {"secret_key": "s3cret-key"}),
    "google_storage": ("endpoint", {"bucket": "shop"}, {}),
    "azure_storage": ("endpoint", {"account": "shop", "container": "shop"}, {"key": "c2VjcmV0"}),
}


@pytest.fixture(scope="module")
def proof() -> Issued:
    return issued("localhost")


@pytest.fixture(scope="module")
def port(proof: Issued, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve 404 over TLS as ``localhost``."""
    folder = tmp_path_factory.mktemp("tls")
    (folder / "both.pem").write_text(proof.certificate + proof.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")

    def talk(here: Any) -> None:
        try:
            with context.wrap_socket(here.connection, server_side=True) as safe:
                safe.recv(2**16)
                safe.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except ssl.SSLError:
            return

    with answering(talk) as found:
        yield found


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try once only; and a proxy that leads nowhere, which none of them may ask."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    monkeypatch.setattr("datasets.engine.remote.kinds.google_storage.RETRY_SECONDS", 0.1)
    monkeypatch.setattr("datasets.engine.remote.s3_client.TRIES", 1)
    monkeypatch.setattr("datasets.engine.remote.azure_client.RETRIES", 0)


def said(kind: str, address: str) -> str:
    name, settings, secrets = KINDS[kind]
    try:
        return source_of(remotes.get(kind), {name: address, **settings}, secrets).check()
    except UserError as error:
        return str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_whom_the_machine_trusts_every_kind_does(
    kind: str, port: int, proof: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unproven = "The certificate of {0} does not prove that it is {0}: "
    (tmp_path / "machine.pem").write_text(issued("localhost").authority)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "machine.pem"))
    assert said(kind, f"https://localhost:{port}") == unproven.format("localhost") + (
        "who issued it is not known here. Check the address, or ask who runs the server for a "
        "certificate of a public authority."
    )
    (tmp_path / "machine.pem").write_text(proof.authority)
    assert "certificate" not in said(kind, f"https://localhost:{port}")  # but what a 404 is
    other = said(kind, f"https://127.0.0.1:{port}")
    assert other.startswith(unproven.format("127.0.0.1") + "it is for another name.")


def test_azure_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure_client, "READ_SECONDS", 0.2)
    told = {"account": "shop", "container": "shop"}
    with answering(lambda here: here.rfile.read()) as port:
        source = source_of(
            remotes.get("azure_storage"), told | {"endpoint": f"http://127.0.0.1:{port}/shop"},
            {"key": "c2VjcmV0"},
        )  # fmt: skip
        with pytest.raises(UserError, match="did not answer in time"):
            source.check()


Talk = socketserver.StreamRequestHandler


def asked(talk: Talk) -> str:
    """Read a request with its body; give it, small letters."""
    lines = [line := talk.rfile.readline().decode().lower()]
    while line.strip():
        lines.append(line := talk.rfile.readline().decode().lower())
    size = next((int(line[15:]) for line in lines if line.startswith("content-length:")), 0)
    return "".join(lines) + talk.rfile.read(size).decode()


def answer(talk: Talk, status: int, body: bytes = b"", headers: str = "") -> None:
    head = f"HTTP/1.1 {status} X\r\nConnection: close\r\n{headers}Content-Length: {len(body)}\r\n"
    talk.wfile.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)


@dataclass
class Storage:
    """One that sends everybody away, and where it sends them; ``elsewhere`` is what came there."""

    port: int = 0
    heard: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture
def storage() -> Iterator[Storage]:
    here = Storage()

    def leads_on(talk: Talk) -> None:
        here.heard.append(said := asked(talk))
        if said.startswith("post /token"):
            return answer(talk, 200, b'{"access_token": "t0ken-of-ours", "expires_in": 3600}')
        return answer(talk, 302, headers=f"Location: http://127.0.0.1:{other}/x\r\n")

    def other_one(talk: Talk) -> None:
        here.elsewhere.append(asked(talk))
        answer(talk, 200, b"{}")

    with answering(other_one) as other, answering(leads_on) as here.port:
        yield here


@pytest.mark.parametrize("kind", ["s3", "azure_storage"])
def test_two_follow_nobody(storage: Storage, kind: str) -> None:
    told = said(kind, f"http://127.0.0.1:{storage.port}")
    assert told.endswith(("Check the address.", "Enter the address that it leads to."))
    assert storage.heard
    assert storage.elsewhere == []


def key() -> str:
    private = rsa.generate_private_key(65_537, 2_048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return json.dumps({
        "type": "service_account", "project_id": "p", "private_key_id": "1",
        "private_key": private.decode(), "client_email": "a@p.iam.gserviceaccount.com",
    })  # fmt: skip


def test_google_follows_without_its_token_and_never_out_of_tls(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, told = f"http://127.0.0.1:{storage.port}", {"key_file": key()}
    monkeypatch.setattr(google_client, "TOKEN_ADDRESS", f"{here}/token")
    settings: dict[str, Any] = {"endpoint": here, "bucket": "shop"}
    source_of(remotes.get("google_storage"), settings, told).check()
    assert "bearer t0ken-of-ours" in storage.heard[-1]
    assert storage.elsewhere
    assert not any("t0ken" in said or "authorization" in said for said in storage.elsewhere)
    with google_client.google_client("", "", "")._http as session:
        assert list(session.adapters) == ["https://"]


@pytest.mark.parametrize(("method", "asked_for"), [("GET", 3), ("POST", 1)])
def test_a_page_that_breaks_off_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, asked_for: int
) -> None:
    """Asking again must not change anything, so that it is done with GET alone."""
    monkeypatch.setattr(rest_client.RestClient, "_wait", lambda self, seconds: None)
    heard: list[str] = []

    def talk(here: Talk) -> None:
        heard.append(asked(here))
        if len(heard) < 3:
            here.wfile.write(b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n[" * (len(heard) - 1))
            return
        answer(here, 200, b'[{"a": 1}]')

    with answering(talk) as port:
        told = {"url": f"http://127.0.0.1:{port}", "method": method}
        source = source_of(remotes.get("rest_api"), told)
        if method == "GET":
            assert fetched(source, {}, tmp_path / "f").whole
        else:
            with pytest.raises(UserError, match="ended the connection in the middle"):
                fetched(source, {}, tmp_path / "f")
    assert len(heard) == asked_for
