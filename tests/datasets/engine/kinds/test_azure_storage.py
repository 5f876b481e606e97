"""Azure's blob storage, against Microsoft's own emulator."""

import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from datasets.engine.remote.base import Remote
from datasets.engine.remote.kinds.azure_storage import AzureStorage
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from tests.datasets.engine.kinds.asking import StopsAt, fetched, source_of
from tests.servers.azurite import ACCOUNT, KEY, AzureServer
from tests.servers.programs import free_port

BYTES = os.urandom(9 * 2**20 + 7)
ODD = "odd/ü <b> & %2F+?#.csv"


@pytest.fixture(scope="module")
def shop(azure_server: AzureServer) -> AzureServer:
    """Fill a container once."""
    with azure_server.client() as client:
        for container in ("shop", "other"):
            client.create_container(container)
        for key in ("a.csv", "2010/12/sales.csv", "2010/more.csv", ODD):
            client.get_blob_client("shop", key).upload_blob(key.encode())
        client.get_blob_client("shop", "big.bin").upload_blob(BYTES)
    return azure_server


def reader(shop: AzureServer, secrets: dict[str, str] | None = None, **others: Any) -> Remote:
    told = {"account": ACCOUNT, "endpoint": shop.endpoint, "container": "shop"} | others
    return source_of(AzureStorage, told, {"key": KEY} if secrets is None else secrets)


def refused(source: Remote) -> str:
    with pytest.raises(UserError) as caught:
        source.check()
    assert KEY not in str(caught.value)
    return str(caught.value)


def test_it_says_what_answered(shop: AzureServer) -> None:
    assert reader(shop).check() == "The container shop answers."
    everything = reader(shop, container="").check()
    assert everything == "The storage answers; 2 containers can be seen."


def test_a_token_may_read(shop: AzureServer, tmp_path: Path) -> None:
    source = reader(shop, {"sas": "?" + shop.sas()}, sign_in="sas")
    assert source.check() == "The container shop answers."
    fetched(source, {"container": "shop", "key": "a.csv"}, tmp_path / "f")
    assert (tmp_path / "f").read_text() == "a.csv"


def test_containers_folders_and_files_are_listed(shop: AzureServer) -> None:
    top = reader(shop, container="").browse("", "SHO", 9)
    assert [(thing.kind, thing.name, thing.place) for thing in top.things] == [
        ("folder", "shop", "shop")
    ]
    inside = reader(shop).browse("", "", 9)
    assert {(t.kind, t.name) for t in inside.things} == {
        ("folder", "2010"), ("folder", "odd"), ("file", "a.csv"), ("file", "big.bin"),
    }  # fmt: skip
    big = next(thing for thing in inside.things if thing.name == "big.bin")
    assert big.detail.startswith("9.4 MB, 20")
    assert big.item == {"container": "shop", "key": "big.bin"}
    folder = next(thing for thing in inside.things if thing.name == "2010")
    deeper = reader(shop).browse(folder.place, "", 9)
    assert [(t.kind, t.name) for t in deeper.things] == [("folder", "12"), ("file", "more.csv")]


def test_a_file_comes_as_it_is(shop: AzureServer, tmp_path: Path) -> None:
    item = {"container": "shop", "key": "big.bin"}
    result = fetched(reader(shop), item, tmp_path / "f", head=5)
    assert (result.name, result.whole) == ("big.bin", True)
    assert (tmp_path / "f").read_bytes() == BYTES
    fetched(reader(shop), {"container": "shop", "key": ODD}, tmp_path / "odd")
    assert (tmp_path / "odd").read_text() == ODD
    with pytest.raises(Cancelled):
        fetched(reader(shop), item, tmp_path / "f", progress=StopsAt(2))
    small = source_of(
        AzureStorage, {"account": ACCOUNT, "endpoint": shop.endpoint}, {"key": KEY}, most=2**20
    )
    with pytest.raises(TooLarge, match=r"larger than 1\.0 MB"):
        fetched(small, item, tmp_path / "g")


def test_mistakes_are_said_in_a_sentence(
    shop: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid")
    wrong = b64encode(b"wrong").decode()
    assert "refuses this sign-in" in refused(reader(shop, {"key": wrong}))
    assert "is not whole" in refused(reader(shop, {"key": "abcde"}))
    assert "Enter the key or the SAS token" in refused(reader(shop, {}))
    assert "no such container" in refused(reader(shop, container="nowhere"))
    assert "refuses this sign-in" in refused(reader(shop, {}, sign_in="none"))
    nobody = f"http://127.0.0.1:{free_port()}/{ACCOUNT}"
    assert "refused the connection" in refused(reader(shop, endpoint=nobody))
    assert "no host named" in refused(reader(shop, endpoint="http://nowhere.invalid/a"))
    with pytest.raises(UserError, match="no longer there"):
        fetched(reader(shop), {"container": "shop", "key": "gone.csv"}, tmp_path / "f")


@pytest.mark.parametrize(
    "settings",
    [
        {"account": "evil.example/"}, {"account": "a@b"}, {"endpoint": "http://x?sig=1"},
        {"endpoint": "ftp://x"},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AzureStorage.Settings.model_validate({"account": "shop"} | settings)
    with pytest.raises(ValidationError, match="question mark"):
        AzureStorage.Secrets.model_validate({"sas": "https://x.blob.core.windows.net/?sv=1&sig=2"})
