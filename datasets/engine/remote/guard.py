"""The outgoing guard: in the fetching process, judges the address of every connection.

It is an audit hook of Python (https://docs.python.org/3/library/audit_events.html), so that what
counts is the address that a socket really connects to: neither a name that answers differently
the second time nor a redirect leads past it. A hook can never be taken out of its process.
"""

import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from datasets.engine.remote.guard_rules import (
    NAMES_PORT,
    Address,
    Rule,
    address_of,
    is_public,
    plain_host,
    rules_of,
)
from segplatform.kernel.errors import UserError

ALLOW = "SEGPLATFORM_OUTGOING_ALLOW"
Resolve = Callable[..., list[Any]]

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
_PROGRAMS = (
    "subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn",
    "os.system",
)  # fmt: skip


class OutgoingRefused(UserError):
    """A connection that this server does not make."""

    code = "outgoing_refused"


class Guard:
    """Judges connections by the operator's allow-list ``allow`` and, for the web, by ``ports``.

    ``names`` are the machine's own name servers, which are asked for every name anyway: some
    libraries do that themselves. ``own`` are the machine's own addresses: what listens there need
    not be open to the internet, as no firewall stands between a machine and itself.

    ``refusal`` is the first one that was refused: libraries wrap errors, and what they make of
    this one would tell nobody what to do.
    """

    def __init__(
        self,
        allow: Iterable[str] = (),
        ports: frozenset[int] | None = None,
        resolve: Resolve = socket.getaddrinfo,
        names: frozenset[str] = frozenset(),
        own: frozenset[Address] = frozenset(),
    ) -> None:
        self.names, self.own = names, own
        self.rules, self.ports, self._resolve = rules_of(allow), ports, resolve
        self._vouched: dict[str, tuple[Rule, str]] = {}
        self._names: dict[str, str] = {}
        self.refusal: OutgoingRefused | None = None

    def install(self) -> None:
        """Judge every connection of this process from now on, for good."""
        socket.getaddrinfo = self.getaddrinfo
        sys.addaudithook(self.event)

    def addresses(self, host: str, port: int) -> list[str]:
        """Give the addresses of a host, all of which may be connected to."""
        try:
            found = self.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise UserError(
                f"No server called “{host[:200]}” was found. Check the name, and that it is known "
                "outside your own network."
            ) from None
        return list(dict.fromkeys(entry[4][0] for entry in found))

    def getaddrinfo(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Resolve a name as ``socket.getaddrinfo`` does; refused where one address is forbidden."""
        found = self._resolve(host, port, *args, **kwargs)
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        for entry in found:
            address, number = str(entry[4][0]), int(entry[4][1])
            self._names[address] = name
            if rule := self._named(name, number):
                self._vouched[address] = (rule, plain_host(name))
            else:
                self.judge(address, number, name)
        return found

    def plain(self, host: str, port: int) -> bool:
        """Say whether the operator allows this very host: then it may be spoken to in the clear."""
        if self._named(host, port):
            return True
        try:
            found = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return False
        return bool(found) and all(self._allowed(str(each[4][0]), port) for each in found)

    def judge(self, address: str, port: int, name: str = "") -> None:
        """Raise ``OutgoingRefused`` unless this address may be connected to at this port."""
        if self._allowed(address, port):
            return
        literal = address_of(address)
        if literal is None:
            raise self._refused(address, "it is not an address of the internet")
        told = name or self._names.get(address, "")
        shown = f"{address} ({told})" if told and told != address else address
        if not is_public(literal):
            raise self._refused(shown, "it lies in a private or reserved network")
        if literal in self.own:
            raise self._refused(shown, "it is this machine itself")
        if self.ports is not None and port not in self.ports:
            ports = ", ".join(str(each) for each in sorted(self.ports))
            raise self._refused(f"{shown} at port {port}", f"for the web it uses the ports {ports}")

    def event(self, name: str, args: tuple[Any, ...]) -> None:
        """Hear of what this process is about to do; what must not be ends in an exception."""
        if name in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._outgoing(args[0], args[1])
        elif name == "socket.bind":
            self._listening(args[0], args[1])
        elif name == "socket.__new__":
            self._made(args[1], args[2])
        elif name in _PROGRAMS:
            raise PermissionError(f"the fetching process starts no programs ({name})")

    def _outgoing(self, connection: socket.socket, address: Any) -> None:
        if address is None:  # of a socket that is connected already
            return
        if connection.family not in _INTERNET or not isinstance(address, tuple):
            raise self._refused("a socket of this machine", "only internet addresses are connected")
        self.judge(_text(address[0]), int(address[1]))

    def _listening(self, connection: socket.socket, address: Any) -> None:
        if connection.family not in _INTERNET or int(address[1]) != 0:
            raise self._refused("its own ports", "nothing here listens")

    def _made(self, family: int, kind: int) -> None:
        if family in _INTERNET and kind & 0xF in _KINDS:
            return
        if family not in (-1, socket.AF_UNIX):  # a pair of pipes; connecting one is refused
            raise PermissionError("the fetching process opens no sockets of this kind")

    def _named(self, host: str, port: int) -> Rule | None:
        return next((rule for rule in self.rules if rule.fits_host(host, port)), None)

    def _allowed(self, address: str, port: int) -> bool:
        literal = address_of(address)
        if literal is None:
            return False
        if port == NAMES_PORT and address in self.names:
            return True
        if any(rule.fits_address(literal, port) for rule in self.rules):
            return True
        vouched = self._vouched.get(address)
        return vouched is not None and vouched[0].fits_host(vouched[1], port)

    def _refused(self, what: str, why: str) -> OutgoingRefused:
        refusal = OutgoingRefused(
            f"This server does not connect to {what[:300]}: {why}. If it is meant, ask the "
            f"operator to add it to {ALLOW}."
        )
        self.refusal = self.refusal or refusal
        return refusal


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)
