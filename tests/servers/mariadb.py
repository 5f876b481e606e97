"""A real MariaDB, which also speaks for MySQL: one per test process, in a scratch folder."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.servers.certificates import issued
from tests.servers.programs import free_port, program, running

AS_ROOT = ["--user=root"] if os.geteuid() == 0 else []
PASSWORD = "pässwörd €/+'"


@dataclass(frozen=True)
class MariaDb:
    """Where it listens; ``reader`` may only read ``shop``."""

    port: int
    socket: str
    authority: str
    """Who has proved that it is "localhost"."""

    def run(self, *statements: str) -> None:
        """Run statements as the server's owner."""
        Path(self.socket).stat()  # while it starts, PyMySQL would leave its own socket open
        connection = pymysql.connect(unix_socket=self.socket, user="root", charset="utf8mb4")
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def settings(self, **others: Any) -> dict[str, Any]:
        """Give what a person would enter."""
        told = {"host": "127.0.0.1", "port": self.port, "user": "reader", "tls": "off"}
        return told | others


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """Start it; its files are thrown away afterwards."""
    server, install = program("mariadbd", "mysqld"), program("mariadb-install-db")
    folder = tmp_path_factory.mktemp("mariadb")
    data, socket = folder / "data", Path("/tmp") / f"{folder.parent.name}-{free_port()}.sock"
    subprocess.run(
        [install, "--no-defaults", *AS_ROOT, f"--datadir={data}", "--skip-test-db",
         "--auth-root-authentication-method=normal", "--innodb-log-file-size=4M"],
        check=True, capture_output=True,
    )  # fmt: skip
    proof = issued("localhost")
    (folder / "cert.pem").write_text(proof.certificate)
    (folder / "key.pem").write_text(proof.key)
    here = MariaDb(free_port(), str(socket), proof.authority)
    command = [
        server, "--no-defaults", *AS_ROOT, f"--datadir={data}", f"--socket={socket}",
        "--bind-address=127.0.0.1", f"--port={here.port}", "--skip-log-bin",
        "--innodb-flush-method=nosync", "--innodb-buffer-pool-size=64M", "--sql-mode=",
        "--innodb-log-file-size=4M", "--performance-schema=off", f"--pid-file={folder}/pid",
        f"--ssl-cert={folder}/cert.pem", f"--ssl-key={folder}/key.pem", "--ssl=1",
    ]  # fmt: skip
    with running(command, folder, lambda: here.run("SELECT 1")):
        quoted = PASSWORD.replace("'", "''")
        here.run(
            "CREATE DATABASE shop CHARACTER SET utf8mb4",
            "CREATE DATABASE other",
            "CREATE TABLE other.secret (a INT)",
            f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{quoted}'",
            "GRANT SELECT ON shop.* TO reader@'127.0.0.1'",
        )
        yield here
    socket.unlink(missing_ok=True)
