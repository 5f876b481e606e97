"""Google Cloud Storage, against an emulator of it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from datasets.engine.remote import google_client
from datasets.engine.remote.base import Remote
from datasets.engine.remote.kinds.google_storage import GoogleStorage
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from tests.datasets.engine.kinds.asking import StopsAt, fetched, source_of
from tests.servers.google import GoogleServer
from tests.servers.json_api import JsonApi
from tests.servers.programs import free_port

BYTES = os.urandom(3 * 2**20 + 7)
ODD = "odd/ü <b> & +.csv"  # the emulator splits at ? and %2F, which Google does not


@pytest.fixture(scope="module")
def shop(google_server: GoogleServer) -> GoogleServer:
    """Fill a bucket once."""
    google_server.bucket("shop")
    for key in ("a.csv", "2010/12/sales.csv", "2010/more.csv", ODD):
        google_server.put("shop", key, key.encode())
    google_server.put("shop", "big.bin", BYTES)
    return google_server


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    """Make the key of a service account that nobody knows."""
    private = rsa.generate_private_key(65_537, 2_048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account", "project_id": "p", "private_key_id": "1",
        "private_key": pem.decode(), "client_email": "a@p.iam.gserviceaccount.com",
        "token_uri": "http://evil.invalid/token", "universe_domain": "evil.invalid",
    }  # fmt: skip


def reader(shop: GoogleServer, key: dict[str, str] | None = None, **others: Any) -> Remote:
    told = {"endpoint": shop.endpoint, "bucket": "shop"} | others
    return source_of(GoogleStorage, told, {"key_file": json.dumps(key) if key else ""})


def refused(source: Remote) -> str:
    with pytest.raises(UserError) as caught:
        source.check()
    return str(caught.value)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try once only."""
    monkeypatch.setattr("datasets.engine.remote.kinds.google_storage.RETRY_SECONDS", 0.2)


def test_it_says_what_answered(shop: GoogleServer) -> None:
    assert reader(shop).check() == "The bucket shop answers."
    assert reader(shop, bucket="").check() == "The storage answers; 2 buckets can be seen."


def test_buckets_folders_and_files_are_listed(shop: GoogleServer) -> None:
    top = reader(shop, bucket="").browse("", "SHO", 9)
    assert [(thing.kind, thing.name, thing.place) for thing in top.things] == [
        ("folder", "shop", "shop")
    ]
    inside = reader(shop).browse("", "", 9)
    assert {(t.kind, t.name) for t in inside.things} == {
        ("folder", "2010"), ("folder", "odd"), ("file", "a.csv"), ("file", "big.bin"),
    }  # fmt: skip
    big = next(thing for thing in inside.things if thing.name == "big.bin")
    assert big.detail.startswith("3.1 MB, 20")
    assert big.item == {"bucket": "shop", "key": "big.bin"}
    folder = next(thing for thing in inside.things if thing.name == "2010")
    deeper = reader(shop).browse(folder.place, "", 9)
    assert [(t.kind, t.name) for t in deeper.things] == [("folder", "12"), ("file", "more.csv")]


def test_a_file_comes_as_it_is(shop: GoogleServer, tmp_path: Path) -> None:
    result = fetched(reader(shop), {"bucket": "shop", "key": "big.bin"}, tmp_path / "f", head=5)
    assert (result.name, result.whole) == ("big.bin", True)
    assert (tmp_path / "f").read_bytes() == BYTES
    fetched(reader(shop), {"bucket": "shop", "key": ODD}, tmp_path / "odd")
    assert (tmp_path / "odd").read_text() == ODD


def test_it_stops_when_asked_and_where_it_is_too_large(shop: GoogleServer, tmp_path: Path) -> None:
    item = {"bucket": "shop", "key": "big.bin"}
    with pytest.raises(Cancelled):
        fetched(reader(shop), item, tmp_path / "f", progress=StopsAt(2))
    small = source_of(GoogleStorage, {"endpoint": shop.endpoint}, most=2**20)
    with pytest.raises(TooLarge, match=r"larger than 1\.0 MB"):
        fetched(small, item, tmp_path / "g")


@pytest.mark.usefixtures("hasty")
def test_mistakes_are_said_in_a_sentence(shop: GoogleServer, tmp_path: Path) -> None:
    assert "no such bucket" in refused(reader(shop, bucket="nowhere"))
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "refused the connection" in refused(reader(shop, endpoint=nobody))
    assert "no host named" in refused(reader(shop, endpoint="http://nowhere.invalid"))
    with pytest.raises(UserError, match="no longer there"):
        fetched(reader(shop), {"bucket": "shop", "key": "gone.csv"}, tmp_path / "f")
    with pytest.raises(UserError, match="over http"):
        source_of(GoogleStorage, {"endpoint": shop.endpoint}, plain=False).check()


@pytest.mark.usefixtures("hasty")
def test_what_google_says_is_a_sentence(json_api: JsonApi) -> None:
    told = {"endpoint": json_api.url, "bucket": "shop"}
    assert "no such bucket" in refused(source_of(GoogleStorage, told))
    json_api.busy = 99
    assert "asked too often" in refused(source_of(GoogleStorage, told))


def test_a_key_leads_nowhere_but_to_google(
    shop: GoogleServer, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", shop.endpoint)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    client = google_client.google_client(json.dumps(key), "", "")
    assert client._credentials._token_uri == "https://oauth2.googleapis.com/token"
    assert client._credentials.universe_domain == "googleapis.com"
    assert client._connection.API_BASE_URL == "https://storage.googleapis.com"
    assert not client._http.trust_env
    client.close()


@pytest.mark.usefixtures("hasty")
def test_a_key_that_is_not_accepted_is_not_shown(
    shop: GoogleServer, key: dict[str, str], json_api: JsonApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_client, "TOKEN_ADDRESS", f"{json_api.url}/status/400")
    assert "does not accept this key" in refused(reader(shop, key))
    broken = key | {"private_key": "-----BEGIN PRIVATE KEY-----\nabc\n"}
    assert refused(reader(shop, broken)).endswith("Paste the file anew.")


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", '{"type": "external_account", "credential_source": {"executable": {}}}',
        '{"type": "authorized_user"}', '{"type": "service_account"}',
        '{"type": "service_account", "private_key": ["x"]}',
    ],
)  # fmt: skip
def test_other_keys_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="paste the"):
        GoogleStorage.Secrets.model_validate({"key_file": text})
