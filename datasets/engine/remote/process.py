"""The fetching process: does one thing with one connection, and ends.

Started by ``run``, with nothing of its parent but a request on its input and lines of JSON on its
output. Whatever connects is judged first; where the kernel can, files are closed to it as well.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from datasets.engine.cage import landlock, libc, paths
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.rlimits import address_space
from datasets.engine.remote.base import Reach, Remote, remotes
from datasets.engine.remote.guard import Guard
from datasets.engine.remote.guard_rules import WEB_PORTS, name_servers
from datasets.engine.remote.kind_address import host_of
from datasets.engine.remote.kind_words import masked, one_line, trouble_of
from datasets.engine.remote.own_addresses import own_addresses
from datasets.engine.remote.request import FILE, Request

STEP_SECONDS = 0.2
NAME, SENTENCE = 300, 1_000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_STACKS = 2**30
_CODE = Path(__file__).resolve().parents[3]
_NETWORK = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
    "/etc/services", "/etc/protocols", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
    "/etc/localtime", "/etc/os-release", "/etc/passwd", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/run/systemd/resolve",
)  # fmt: skip


def main() -> None:
    """Read the request, do it, answer."""
    request = Request.model_validate_json(sys.stdin.buffer.read())
    told = _Told(_own_output(), _texts(request.secrets))
    own = own_addresses()  # of files that are closed to us afterwards
    _close(request)
    guard = Guard(request.allow, own=own)
    guard.install()
    try:
        kind = remotes.get(request.kind)
        _narrow(guard, kind)
        reach = Reach(
            guard.addresses,
            lambda host, port: request.plain or guard.plain(host, port),
            request.max_bytes,
        )
        remote = kind(
            kind.Settings.model_validate(request.settings),
            kind.Secrets.model_validate(request.secrets),
            reach,
        )
        answer = _act(remote, request, told)
    except Exception as error:
        answer = _gone_wrong(guard.refusal or error, request, told)
    told.answer(answer)


def _narrow(guard: Guard, kind: type[Remote]) -> None:
    """Let a kind reach what its group needs: libraries of databases look up names themselves."""
    if kind.group == "database":
        guard.names = _name_servers()
    else:
        guard.ports = WEB_PORTS


def _name_servers() -> frozenset[str]:
    try:
        return name_servers(Path("/etc/resolv.conf").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return frozenset()


def _act(remote: Remote, request: Request, told: "_Told") -> dict[str, Any]:
    if request.act == "check":
        return {"said": told.line(remote.check())}
    if request.act == "browse":
        found = remote.browse(request.place, request.search, request.limit)
        return {"found": {"things": [asdict(each) for each in found.things], "more": found.more}}
    item = remote.Item.model_validate(request.item)
    fetched = remote.fetch(item, Path(request.scratch) / FILE, request.head, told)
    return {
        "brought": {
            "name": told.line(fetched.name, NAME),
            "title": told.line(remote.title_of(item), NAME),
            "whole": fetched.whole,
            "warnings": [told.line(each) for each in fetched.warnings],
            "nothing": fetched.nothing,
        }
    }


def _gone_wrong(error: BaseException, request: Request, told: "_Told") -> dict[str, Any]:
    """Give the sentence for an error, or, for a fault of ours, its kind and places alone."""
    where = request.settings
    host = where.get("host") or host_of(str(where.get("url") or where.get("endpoint") or ""))
    if known := trouble_of(error, str(host)):
        fields = {name: told.line(text, NAME) for name, text in known.fields.items()}
        return {"refused": {"code": known.code, "text": told.line(str(known)), "fields": fields}}
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
    return {"failed": {"kind": type(error).__name__, "where": places[:1000]}}


class _Told:
    """Passes on what happens, credentials taken out; a cancel ends this process from outside."""

    def __init__(self, out: IO[str], secrets: list[str]) -> None:
        self._out, self._secrets, self._next = out, secrets, 0.0

    def step(self, fraction: float, message: str = "") -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + STEP_SECONDS
            self._say({"step": [min(1.0, max(0.0, fraction)), self.line(message, NAME)]})

    def log(self, line: str) -> None:
        self._say({"log": self.line(line, NAME)})

    def line(self, text: str, longest: int = SENTENCE) -> str:
        return one_line(text, longest, self._secrets)

    def answer(self, answer: dict[str, Any]) -> None:
        self._say({"answer": answer})

    def _say(self, value: dict[str, Any]) -> None:
        self._out.write(json.dumps(self._masked(value)) + "\n")
        self._out.flush()

    def _masked(self, value: Any) -> Any:
        """Mask every text but those that name a thing, which are asked for again as they are, and
        the words of ours that the worker knows."""
        if isinstance(value, str):
            return masked(value, self._secrets)
        if isinstance(value, list):
            return [self._masked(each) for each in value]
        if isinstance(value, dict):
            kept = ("item", "place", "kind", "code")
            return {k: v if k in kept else self._masked(v) for k, v in value.items()}
        return value


def _own_output() -> IO[str]:
    """Keep the output for our own lines: what a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    return out


def _texts(secrets: Any) -> list[str]:
    """List every text among the credentials, however deep."""
    if isinstance(secrets, dict):
        return [text for value in secrets.values() for text in _texts(value)]
    if isinstance(secrets, list):
        return [text for value in secrets for text in _texts(value)]
    return [secrets] if isinstance(secrets, str) and secrets else []


def _close(request: Request) -> None:
    """Take from this process what it does not need: rights, memory, other people's files."""
    os.umask(0o077)
    scratch = Path(request.scratch)
    os.chdir(scratch)
    with suppress(OSError):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_DUMPABLE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, request.max_bytes)
    _limit(resource.RLIMIT_AS, address_space() + request.memory_bytes + _STACKS)
    code = [_CODE / "datasets", _CODE / "segplatform" / "kernel", _CODE / "segplatform/__init__.py"]
    readable = (*code, *paths.system_paths(), *map(Path, _NETWORK), scratch)
    # Connections are the guard's to judge: here they are what this process is for.
    with suppress(CageError, OSError):
        landlock.restrict(
            readable, (scratch, paths.SINK), without=frozenset({"landlock.net", "landlock.scope"})
        )


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


if __name__ == "__main__":
    main()
