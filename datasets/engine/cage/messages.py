"""The little protocol between the worker, the zygote and one run.

A request is one packet on the zygote's socket that carries four file descriptors: the job (JSON,
read by the forked child alone, so that one run's code never enters the memory that the next run
inherits), the log pipe, the report pipe and the run's own control socket. On the control socket
the zygote says which process runs and how it ended; its closing by the worker ends the run. The
report pipe carries one JSON object a line, written by the confined child: nothing on it is to be
trusted.
"""

import json
import math
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REQUEST = b"run"
FDS_OF_A_REQUEST = 4
MAX_PACKET = 4096
MAX_MESSAGE = 2**20
MAX_STEP_TEXT = 200

REPORT_FD, SCRATCH_FD, INPUTS_FD = 3, 4, 5

ANSWER_FILE = "answer.json"
"""What a task leaves in its scratch folder where its answer may be larger than a message."""

EXIT_THREADS, EXIT_REFUSED = 97, 98


def pack(message: dict[str, Any]) -> bytes:
    """Write one message as a line of JSON; raises ``ValueError`` over 1 MiB."""
    data = json.dumps(message, allow_nan=False).encode() + b"\n"
    if len(data) > MAX_MESSAGE:
        raise ValueError("The message is larger than 1 MiB.")
    return data


def unpack(data: bytes) -> dict[str, Any]:
    """Read one message; anything that is not a JSON object gives an empty one."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def send_all(fd: int, data: bytes) -> None:
    """Write everything to a pipe (``write`` alone: the confined child has no ``send``)."""
    while data:
        data = data[os.write(fd, data) :]


def request(to: socket.socket, fds: list[int]) -> None:
    """Ask the zygote for a run; raises ``OSError`` when it is gone."""
    socket.send_fds(to, [REQUEST], fds)


def job_file(job: dict[str, Any]) -> int:
    """Put the job in memory that only the holder of the descriptor reads."""
    fd = os.memfd_create("job", os.MFD_CLOEXEC)
    send_all(fd, json.dumps(job).encode())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def read_job(fd: int) -> dict[str, Any]:
    """Read the job and close its descriptor."""
    with open(fd, "rb") as file:
        return dict(json.load(file))


class Lines:
    """Cuts a stream of bytes into lines; a line over ``longest`` bytes comes in pieces."""

    def __init__(self, longest: int) -> None:
        self.longest, self.rest = longest, b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines that are complete now."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            yield from self._pieces(line)
        while len(self.rest) > self.longest:
            piece, self.rest = self.rest[: self.longest], self.rest[self.longest :]
            yield piece

    def end(self) -> Iterator[bytes]:
        """Yield what was written after the last line break."""
        rest, self.rest = self.rest, b""
        if rest:
            yield rest

    def _pieces(self, line: bytes) -> Iterator[bytes]:
        for start in range(0, max(len(line), 1), self.longest):
            yield line[start : start + self.longest]


def plain_text(value: object, longest: int) -> str:
    """Return text fit for a log or a page: no control characters, at most ``longest`` long."""
    text = value if isinstance(value, str) else str(value)
    text = text[: longest + 1].replace("\t", "    ")
    text = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def fraction(value: object) -> float | None:
    """Return a fraction of 0 to 1, or None for anything that is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return min(max(number, 0.0), 1.0) if math.isfinite(number) else None


def alias(fd: int) -> Path:
    """Name an open folder so that no folder above it needs to be readable."""
    return Path(f"/proc/self/fd/{fd}")
