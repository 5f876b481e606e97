"""A server that speaks like Google Cloud Storage: gcp-storage-emulator, in memory."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from tests.servers.programs import free_port, program, running


@dataclass(frozen=True)
class GoogleServer:
    """Where it listens; it lets everybody in."""

    endpoint: str

    def bucket(self, name: str) -> None:
        self._post(f"/storage/v1/b?project=test&name={name}", json.dumps({"name": name}).encode())

    def put(self, bucket: str, key: str, data: bytes) -> None:
        name = quote(key, safe="")
        self._post(f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}", data)

    def _post(self, path: str, data: bytes) -> None:
        headers = {"Content-Type": "application/json" if "upload" not in path else "text/csv"}
        request = urllib.request.Request(f"{self.endpoint}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()


@pytest.fixture(scope="session")
def google_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleServer]:
    """Start it; what it holds is gone afterwards."""
    emulator, port = program("gcp-storage-emulator"), free_port()
    folder = tmp_path_factory.mktemp("google")
    here = GoogleServer(f"http://127.0.0.1:{port}")
    command = [emulator, "start", "--host", "127.0.0.1", f"--port={port}", "--in-memory", "-q"]
    with running(command, folder, lambda: here.bucket("probe")):
        yield here
