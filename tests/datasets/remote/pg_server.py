"""A real PostgreSQL in a scratch folder, on loopback, with a password."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PASSWORD = "s3cret-of-the-shop"
HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@dataclass(frozen=True)
class Server:
    """Where it listens; its only user is ``postgres``."""

    port: int
    data: Path

    def options(self, **changed: Any) -> dict[str, Any]:
        """Give what a connection to it says."""
        told = {"host": "127.0.0.1", "port": self.port, "database": "postgres", "user": "postgres"}
        return {**told, "tls": "off", **changed}

    @property
    def secrets(self) -> dict[str, Any]:
        return {"password": PASSWORD}

    def settle(self, files: dict[str, str], *statements: str) -> None:
        """Write files of its own into its folder, run statements, and have it read all anew."""
        owner = self.data.stat()
        for name, text in files.items():
            (self.data / name).write_text(text)
            (self.data / name).chmod(0o600)
            os.chown(self.data / name, owner.st_uid, owner.st_gid)
        self.run(*statements, "SELECT pg_reload_conf()")

    def run(self, *statements: str) -> None:
        """Run statements, each committed."""
        address = f"host=127.0.0.1 port={self.port} user=postgres password={PASSWORD}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]


def programs() -> Path | None:
    """Say where the server's programs are, None where the machine has none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running(bin_folder: Path) -> Iterator[Server]:
    """Run a server until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="seg-pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    word = folder / "password"
    word.write_text(PASSWORD)
    word.chmod(0o644)
    data, port = folder / "data", _free_port()
    pg_ctl = [*prefix, str(bin_folder / "pg_ctl"), "-D", str(data)]
    made = [*prefix, str(bin_folder / "initdb"), "-D", str(data), "-U", "postgres", "--no-sync"]
    _quietly([*made, "-A", "scram-sha-256", f"--pwfile={word}", "--locale=C", "-E", "UTF8"])
    where = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories=''"
    try:
        _quietly([*pg_ctl, "-w", "-l", str(data / "log"), "-o", f"{HASTY} {where}", "start"])
        yield Server(port, data)
    finally:
        _quietly([*pg_ctl, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(command: list[str]) -> None:
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
