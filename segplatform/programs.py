"""Which programs make up a running Segplatform, for the supervisor."""

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from django.conf import settings

from segplatform.processes import spawn
from segplatform.queue_server import QueueServer
from segplatform.supervisor import Service

Spawner = Callable[[], subprocess.Popen[bytes]]

# Every kind of work keeps a worker that takes it first; with two, each also helps the other.
FIRST_QUEUES = "interactive,default"
OTHER_QUEUES = "heavy,default,interactive"
ONLY_QUEUES = "interactive,default,heavy"
OURS = ("-m", "segplatform.cli")
WORKER_GRACE_SECONDS = 10.0
KERNEL_ADVICE = "Memory overcommit must be enabled"  # for servers of many gigabytes
STREAM_SECONDS = "3"  # an open event stream would otherwise hold the stop for a minute


def free_address(host: str, port: int) -> str | None:
    """Return the IP address to listen on, or ``None`` when the port is taken.

    Raises ``OSError`` for a host that is not this machine's.
    """
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return None
            raise
    return str(address[0])


def worker_queues(count: int) -> list[str]:
    """Return the queues of each of ``count`` workers, in the order they are asked."""
    if count == 1:
        return [ONLY_QUEUES]
    return [FIRST_QUEUES, *[OTHER_QUEUES] * (count - 1)][:count]


def services(*, host: str, port: int, workers: int) -> list[Service]:
    """Return everything ``segplatform up`` runs; stopped as web, workers, reconciler, queue."""
    asked = worker_queues(workers)
    found = [
        Service("reconcile", command("reconcile", *OURS, "reconcile", "--forever"), stage=3),
        *[worker(f"worker-{number}", queues) for number, queues in enumerate(asked, 1)],
        Service("web", command("web", "-m", "granian", *web_options(host, port)), stage=1),
    ]
    if not os.environ.get("REDIS_URL"):
        queue = QueueServer(settings.DATA_DIR / "queue")
        found.insert(0, Service("queue", queue.spawn, stage=4, noise=KERNEL_ADVICE))
    return found


def worker(name: str, queues: str) -> Service:
    """Return a worker of these queues; a killed supervisor must not leave one behind."""
    words = (*OURS, "worker", "--queues", queues)
    start = command(name, *words, death=signal.SIGKILL)
    return Service(name, start, stage=2, grace=WORKER_GRACE_SECONDS)


def web_options(host: str, port: int) -> list[str]:
    """Return granian's arguments; Django runs sync views in threads of its own."""
    return [
        "--interface", "asginl", "--host", host, "--port", str(port), "--workers", "1",
        "--workers-kill-timeout", STREAM_SECONDS, "--respawn-failed-workers", "--no-ws",
        "--log-level", "warning", "segplatform.asgi:application",
    ]  # fmt: skip


def command(name: str, *arguments: str, death: int = signal.SIGTERM) -> Spawner:
    """Return what starts our own Python with these arguments; ``death`` is its parent-death signal.

    ``name`` is what its log lines call it, in the format of this process (its own is no terminal).
    ``cwd`` is the folder of the code, so that no ``datasets`` folder elsewhere is imported instead.
    """
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "segplatform.settings",
        "SEGPLATFORM_DATA_DIR": str(settings.DATA_DIR),
        "PYTHONUNBUFFERED": "1",
        "SEGPLATFORM_PROGRAM": name,
        "SEGPLATFORM_LOG_FORMAT": settings.LOG_FORMAT,
    }
    return partial(
        spawn, [sys.executable, *arguments], env=env, cwd=settings.BASE_DIR, death_signal=death
    )
