"""A program like the app: a secret in environment and memory, open ports, a count of every touch.

Run as ``python -I -S victim.py <folder> <uid>``; tells where it listens, then answers each line of
its input with its state.
"""

import ctypes
import json
import os
import resource
import selectors
import signal
import socket
import sys
from typing import Any

COUNTS = {"tcp": 0, "tcp6": 0, "udp": 0, "unix": 0, "abstract": 0}
SIGNALS: list[int] = []


def become(uid: int) -> None:
    """Change to a user, and stay as open to that user's other programs as one started by it."""
    if os.getuid() != uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)


def listeners(folder: str) -> dict[str, socket.socket]:
    """Open a port of every kind that an attempt knocks at."""
    found = {"tcp": socket.socket(), "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM)}
    for one in found.values():
        one.bind(("127.0.0.1", 0))
    if socket.has_ipv6:
        found["tcp6"] = socket.socket(socket.AF_INET6)
        found["tcp6"].bind(("::1", 0))
    for name, address in (("unix", f"{folder}/app.sock"), ("abstract", f"\0seg-{os.getpid()}")):
        found[name] = socket.socket(socket.AF_UNIX)
        found[name].bind(address)
    for name, one in found.items():
        one.setblocking(False)
        if name != "udp":
            one.listen()
    return found


def state(secret: Any) -> dict[str, object]:
    """Say everything about this process that an attempt could have changed."""
    with open("/proc/self/status") as file:
        tracer = next(line for line in file if line.startswith("TracerPid"))
    return {
        **COUNTS,
        "signals": [int(one) for one in SIGNALS],
        "memory": secret.value.decode(),
        "files": list(resource.getrlimit(resource.RLIMIT_NOFILE)),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "policy": os.sched_getscheduler(0),
        "cores": sorted(os.sched_getaffinity(0)),
        "tracer": tracer.split()[1],
    }


def touched(name: str, one: socket.socket) -> None:
    """Count a touch and take it off the queue."""
    COUNTS[name] += 1
    if name == "udp":
        one.recv(4096)
    else:
        one.accept()[0].close()


def main() -> None:
    """Serve until the input ends."""
    folder, uid = sys.argv[1], int(sys.argv[2])
    become(uid)
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGIO, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: SIGNALS.append(got))
    secret = ctypes.create_string_buffer(os.environ["SECRET_KEY"].encode())
    doors = listeners(folder)
    ports = {name: doors[name].getsockname()[1] for name in ("tcp", "tcp6", "udp") if name in doors}
    about = {"victim": os.getpid(), "secret_address": ctypes.addressof(secret), "tcp6": 0, **ports}
    print(json.dumps(about), flush=True)
    watch = selectors.DefaultSelector()
    watch.register(0, selectors.EVENT_READ, "stdin")
    for name, one in doors.items():
        watch.register(one, selectors.EVENT_READ, name)
    while True:
        names = [key.data for key, _events in watch.select()]
        for name in names:
            if name != "stdin":
                touched(name, doors[name])
        if "stdin" in names:
            if not os.read(0, 4096):
                return
            print(json.dumps(state(secret)), flush=True)


main()
