"""Microsoft's own emulator of its blob storage, Azurite of npm; skipped where it is not installed.

It brings hundreds of packages, so that it is none of ours: ``npm install --global azurite``.
"""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.servers.programs import free_port, program, running

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own account and key, which everybody knows."""


@dataclass(frozen=True)
class AzureServer:
    """Where it listens."""

    endpoint: str

    def client(self) -> Any:
        from azure.storage.blob import BlobServiceClient

        return BlobServiceClient(self.endpoint, credential={"account_name": ACCOUNT,
                                                            "account_key": KEY})  # fmt: skip

    def sas(self) -> str:
        """Give a token that may only read."""
        from azure.storage.blob import (
            AccountSasPermissions,
            ResourceTypes,
            generate_account_sas,
        )

        return generate_account_sas(
            ACCOUNT, KEY, ResourceTypes(container=True, object=True),
            AccountSasPermissions(read=True, list=True), datetime.now(UTC) + timedelta(hours=1),
        )  # fmt: skip


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    """Start it; what it holds is thrown away afterwards."""
    azurite, port = program("azurite-blob"), free_port()
    folder = tmp_path_factory.mktemp("azurite")
    command = [
        azurite, "--silent", "--skipApiVersionCheck", "--disableProductStyleUrl",
        "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder),
        "--disableTelemetry",
    ]  # fmt: skip

    def answers() -> None:
        with closing(socket.create_connection(("127.0.0.1", port), 1)):
            return

    with running(command, folder, answers):
        yield AzureServer(f"http://127.0.0.1:{port}/{ACCOUNT}")
