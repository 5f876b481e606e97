"""A real S3 server, SeaweedFS: one per test process, in a scratch folder."""

import json
import random
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers.programs import program, running

READER, OWNER = ("READERKEY", "reader/secret+1"), ("OWNERKEY", "owner-secret")
FAR = 10_000  # where each part of SeaweedFS listens for the others


@dataclass(frozen=True)
class S3Server:
    """Where it listens; ``READER`` may only read the bucket ``shop``."""

    endpoint: str

    def client(self) -> Any:
        """Give a client with the owner's rights."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id=OWNER[0], aws_secret_access_key=OWNER[1],
            config=Config(proxies={}, s3={"addressing_style": "path"}),
        )  # fmt: skip


def identity(name: str, key: tuple[str, str], *actions: str) -> dict[str, Any]:
    credentials = [{"accessKey": key[0], "secretKey": key[1]}]
    return {"name": name, "credentials": credentials, "actions": actions}


def free_pair() -> int:
    """Give a port that is free, and the one so far above it."""
    while True:
        port = random.randrange(20_000, 30_000)
        try:
            for number in (port, port + FAR):
                with socket.socket() as sock:
                    sock.bind(("127.0.0.1", number))
            return port
        except OSError:
            continue


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Start it; its files are thrown away afterwards."""
    weed = program("weed")
    folder = tmp_path_factory.mktemp("seaweed")
    identities = [
        identity("reader", READER, "Read:shop", "List:shop"),
        identity("owner", OWNER, "Admin", "Read", "Write", "List"),
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    master, volume, filer, s3 = (free_pair() for _ in range(4))
    command = [
        weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
        f"-s3.port={s3}", "-s3", f"-s3.config={folder}/s3.json", "-s3.port.iceberg=0",
        "-s3.port.lance=0", "-s3.iam=false", "-volume.max=20", "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false", "-master.peers=none",
    ]  # fmt: skip
    here = S3Server(f"http://127.0.0.1:{s3}")

    def answers() -> None:
        with urllib.request.urlopen(f"{here.endpoint}/healthz", timeout=2):
            client = here.client()
        client.create_bucket(Bucket="probe")
        client.put_object(Bucket="probe", Key="a", Body=b"a")

    with running(command, folder, answers):
        yield here
