"""S3, against a real server that speaks it."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from datasets.engine.remote.base import Remote
from datasets.engine.remote.kinds.s3 import S3
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from tests.datasets.engine.kinds.asking import StopsAt, fetched, source_of
from tests.servers.programs import free_port
from tests.servers.seaweed import OWNER, READER, S3Server

BYTES = os.urandom(3 * 2**20 + 7)
ODD = "odd/ü <b> & %2F+?#.csv"


@pytest.fixture(scope="module")
def shop(s3_server: S3Server) -> S3Server:
    """Fill a bucket once."""
    client = s3_server.client()
    for bucket in ("shop", "other"):
        client.create_bucket(Bucket=bucket)
    for key in ("a.csv", "2010/12/sales.csv", "2010/more.csv", ODD):
        client.put_object(Bucket="shop", Key=key, Body=key.encode())
    client.put_object(Bucket="shop", Key="big.bin", Body=BYTES)
    client.put_object(Bucket="other", Key="a.csv", Body=b"secret")
    return s3_server


def reader(shop: S3Server, key: tuple[str, str] = READER, **others: Any) -> Remote:
    told = {"endpoint": shop.endpoint, "access_key": key[0], "bucket": "shop"} | others
    return source_of(S3, told, {"secret_key": key[1]})


def refused(source: Remote) -> str:
    with pytest.raises(UserError) as caught:
        source.check()
    assert READER[1] not in str(caught.value)
    return str(caught.value)


def test_it_says_what_answered(shop: S3Server) -> None:
    assert reader(shop).check() == "The bucket shop answers."
    assert reader(shop, OWNER, bucket="").check() == "The storage answers; 3 buckets can be seen."


def test_buckets_folders_and_files_are_listed(shop: S3Server) -> None:
    top = reader(shop, OWNER, bucket="").browse("", "o", 9)
    assert [(thing.name, thing.detail) for thing in top.things] == [
        ("other", "bucket"), ("probe", "bucket"), ("shop", "bucket"),
    ]  # fmt: skip
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
    assert [t.name for t in reader(shop).browse("shop/2010/", "MORE", 9).things] == ["more.csv"]
    assert reader(shop).browse("", "", 2).more


def test_a_file_comes_as_it_is(shop: S3Server, tmp_path: Path) -> None:
    result = fetched(reader(shop), {"bucket": "shop", "key": "big.bin"}, tmp_path / "f", head=5)
    assert (result.name, result.whole) == ("big.bin", True)
    same = hashlib.sha256((tmp_path / "f").read_bytes()).digest() == hashlib.sha256(BYTES).digest()
    assert same
    result = fetched(reader(shop), {"bucket": "shop", "key": ODD}, tmp_path / "odd")
    assert result.name == "ü <b> & %2F+?#.csv"
    assert (tmp_path / "odd").read_text() == ODD


def test_it_stops_when_asked_and_where_it_is_too_large(shop: S3Server, tmp_path: Path) -> None:
    item = {"bucket": "shop", "key": "big.bin"}
    with pytest.raises(Cancelled):
        fetched(reader(shop), item, tmp_path / "f", progress=StopsAt(2))
    assert (tmp_path / "f").stat().st_size <= 2 * 2**20
    told = {"endpoint": shop.endpoint, "access_key": READER[0]}
    small = source_of(S3, told, {"secret_key": READER[1]}, most=2**20)
    with pytest.raises(TooLarge, match=r"larger than 1\.0 MB"):
        fetched(small, item, tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_mistakes_are_said_in_a_sentence(shop: S3Server, tmp_path: Path) -> None:
    assert "does not know this access key" in refused(reader(shop, ("NOBODY", READER[1])))
    assert "does not belong to this access key" in refused(reader(shop, (READER[0], "wrong")))
    assert "no such bucket" in refused(reader(shop, OWNER, bucket="nowhere"))
    assert "may not read there" in refused(reader(shop, bucket="other"))
    assert "may not read there" in refused(reader(shop, ("", "")))
    port = free_port()
    assert "refused the connection" in refused(reader(shop, endpoint=f"http://127.0.0.1:{port}"))
    assert "no host named" in refused(reader(shop, endpoint="http://nowhere.invalid"))
    tls = shop.endpoint.replace("http:", "https:")
    assert "does not speak TLS" in refused(reader(shop, endpoint=tls))
    with pytest.raises(UserError, match="no longer there"):
        fetched(reader(shop), {"bucket": "shop", "key": "gone.csv"}, tmp_path / "f")


def test_nothing_of_the_machine_is_used(
    shop: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of the environment and of files, a profile, a proxy, an endpoint: none is looked at."""
    (tmp_path / ".aws").mkdir()
    owner = f"aws_access_key_id={OWNER[0]}\naws_secret_access_key={OWNER[1]}\n"
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text(f"[default]\n{owner}endpoint_url=http://x.invalid\n")
    environment = {
        "HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": OWNER[0], "AWS_SECRET_ACCESS_KEY": OWNER[1],
        "AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL": "http://x.invalid",
        "AWS_CA_BUNDLE": "/nowhere", "HTTP_PROXY": "http://x.invalid", "http_proxy": "http://x",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert "may not read there" in refused(reader(shop, ("", ""), bucket="other"))
    assert reader(shop).check() == "The bucket shop answers."


def test_keys_are_not_sent_in_the_clear_unless_the_operator_allows_it(shop: S3Server) -> None:
    told = {"endpoint": shop.endpoint, "access_key": READER[0]}
    assert "over http" in refused(source_of(S3, told, {"secret_key": READER[1]}, plain=False))


@pytest.mark.parametrize(
    "endpoint",
    ["s3.example.com", "ftp://x", "http://me:pw@x", "http://x/path?q=1", "http://x y", "http://"],
)
def test_only_an_address_is_an_endpoint(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="enter"):
        S3.Settings.model_validate({"endpoint": endpoint})
