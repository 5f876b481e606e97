"""The zygote: starts with an empty environment, imports the libraries, forks one child a run.

It is started by its path with ``-I -B``: it never sees the app's settings, secrets or sockets,
so that a child, which inherits all its memory, has nothing to find. It has one thread: Landlock
and seccomp bind per thread, and a fork of more than one could take a lock along.
"""

import gc
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets.engine.cage.setup import Setup

ROOT = str(Path(__file__).resolve().parents[3])
PRELOADED = (
    *("numpy", "pandas", "pyarrow", "pyarrow.compute", "pyarrow.parquet", "duckdb"),
    *("sklearn.cluster", "sklearn.decomposition", "sklearn.ensemble", "sklearn.impute"),
    *("sklearn.linear_model", "sklearn.metrics", "sklearn.mixture", "sklearn.model_selection"),
    *("sklearn.neighbors", "sklearn.pipeline", "sklearn.preprocessing"),
    *("multiprocessing", "tempfile", "traceback", "zoneinfo"),
)


class Zygote:
    """Waits for requests on ``door`` until it closes or its owner is gone."""

    def __init__(self, door: socket.socket, owner: int, setup: "Setup") -> None:
        self.door, self.owner, self.setup = door, owner, setup
        self.runs: dict[int, tuple[int, socket.socket]] = {}  # pidfd → pid, control socket
        self.poll = select.poll()
        self.poll.register(door, select.POLLIN)
        self.poll.register(owner, select.POLLIN)

    def serve(self) -> None:
        """Serve until the door closes; the runs' own death signal then ends them."""
        while True:
            ready = [fd for fd, _ in self.poll.poll()]
            if self.owner in ready:
                return
            for fd in ready:
                if fd in self.runs:
                    self._ended(fd)
            controls = {control.fileno(): at for at, (_, control) in self.runs.items()}
            for fd in ready:
                if fd in controls:
                    signal.pidfd_send_signal(controls[fd], signal.SIGKILL)
                    self.poll.unregister(fd)
            if self.door.fileno() in ready and not self._request():
                return

    def _request(self) -> bool:
        """Take one request and fork its child; False once the door is closed."""
        from datasets.engine.cage.messages import FDS_OF_A_REQUEST, MAX_PACKET

        packet, fds, _, _ = socket.recv_fds(self.door, MAX_PACKET, FDS_OF_A_REQUEST)
        if not packet:
            return False
        if len(fds) == FDS_OF_A_REQUEST:
            self._fork(fds)
        else:
            _close(fds)
        return True

    def _fork(self, fds: list[int]) -> None:
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            from datasets.engine.cage.child import live

            live(self.setup, fds, parent)
        *rest, control = fds
        _close(rest)
        run = os.pidfd_open(pid), socket.socket(fileno=control)
        self.runs[run[0]] = pid, run[1]
        self.poll.register(run[0], select.POLLIN)
        self.poll.register(run[1], select.POLLIN)
        _tell(run[1], {"pid": pid})

    def _ended(self, at: int) -> None:
        """Reap a child and tell its worker how it went."""
        pid, control = self.runs.pop(at)
        _, status, usage = os.wait4(pid, 0)
        self.poll.unregister(at)
        os.close(at)
        with suppress(KeyError):  # it is out already where its worker had it killed
            self.poll.unregister(control)
        _tell(control, {"status": status, "memory": usage.ru_maxrss * 1024})
        control.close()


def _close(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)


def _tell(control: socket.socket, message: dict[str, int]) -> None:
    from datasets.engine.cage.messages import pack

    with suppress(OSError):  # nobody may listen any more
        control.send(pack(message), socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)


def preload() -> None:
    """Import the libraries, so that a run finds them in memory."""
    from importlib import import_module

    for name in PRELOADED:
        import_module(name)


def main() -> None:
    """Start: arguments are the door's descriptor, the owner's pidfd and the set-up."""
    sys.path.insert(0, ROOT)
    from datasets.engine.cage import child, confine, tasks  # noqa: F401 (a child finds it in memory)
    from datasets.engine.cage.confine import prepare
    from datasets.engine.cage.setup import Setup

    os.umask(0o077)
    door, owner, setup = int(sys.argv[1]), int(sys.argv[2]), Setup.read(sys.argv[3])
    if setup.preload:
        preload()
        tasks.load_all()
    prepare()
    confine.prepare()
    sys.path.remove(ROOT)
    gc.collect()
    gc.freeze()  # the collector then leaves the shared pages alone in the children
    Zygote(socket.socket(fileno=door), owner, setup).serve()
    # Nothing is left to clean up, and DuckDB's bindings would report every frozen object as lost.
    os._exit(0)


if __name__ == "__main__":
    main()
