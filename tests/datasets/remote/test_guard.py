"""The outgoing guard: judged by the address, whatever led to it; and held by the hook alone."""

import json
import socket
import subprocess
import sys
from contextlib import nullcontext
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.remote import process
from datasets.engine.remote.base import Remote, remotes
from datasets.engine.remote.guard import Guard, OutgoingRefused
from datasets.engine.remote.guard_rules import (
    WEB_PORTS,
    address_of,
    is_public,
    name_servers,
    rules_of,
)
from datasets.engine.remote.own_addresses import own_addresses
from segplatform.kernel.errors import UserError

FORBIDDEN = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "192.88.99.1",
    "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "0.1.2.3", "169.254.170.2", "fd20:ce::254",
    "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "::ffff:0.0.0.0", "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "4000::1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"]


def answering(*addresses: str) -> Any:
    """Give a resolver that answers every name with these."""

    def resolve(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return resolve


class Connecting:
    family = socket.AF_INET


@pytest.mark.parametrize("address", FORBIDDEN)
def test_it_refuses_what_is_not_on_the_internet(address: str) -> None:
    guard = Guard()
    with pytest.raises(OutgoingRefused, match="SEGPLATFORM_OUTGOING_ALLOW"):
        guard.event("socket.connect", (Connecting(), (address, 443)))
    assert guard.refusal
    found = address_of(address)
    assert found is not None
    assert not is_public(found)


@pytest.mark.parametrize("address", PUBLIC)
def test_it_lets_the_internet_pass(address: str) -> None:
    Guard().event("socket.connect", (Connecting(), (address, 5432)))


@pytest.mark.parametrize(
    "host", ["example.com", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", ""]
)
def test_a_host_that_was_not_resolved_before_is_refused(host: str) -> None:
    with pytest.raises(OutgoingRefused):
        Guard().event("socket.connect", (Connecting(), (host, 443)))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"), ("①②⑦.⓪.⓪.①", "127.0.0.1"), ("127。0。0。1", "127.0.0.1"),
        ("0", "0.0.0.0"), ("0xa9fea9fe", "169.254.169.254"), ("::ffff:7f00:1", "127.0.0.1"),
        ("fe80::1%1", "fe80::1"),
    ],
)  # fmt: skip
def test_spellings_of_addresses_are_judged_by_what_the_machine_makes_of_them(
    host: str, address: str
) -> None:
    """By the resolver of this machine, which needs no network for numbers."""
    with pytest.raises(OutgoingRefused, match=address.replace(".", r"\.")):
        Guard().addresses(host, 443)


@pytest.mark.parametrize("host", ["localhost", "localhost.", "metadata.google.internal."])
def test_a_dot_at_the_end_of_a_name_changes_nothing(host: str) -> None:
    with pytest.raises(OutgoingRefused, match=r"169\.254\.169\.254"):
        Guard(["metadata.internal"], resolve=answering("169.254.169.254")).addresses(host, 80)


def test_the_machine_itself_is_refused_at_its_public_address_too() -> None:
    own = frozenset({ip_address("93.184.216.34"), ip_address("2606:4700::1111")})
    for address in ("93.184.216.34", "::ffff:93.184.216.34", "2606:4700::1111"):
        with pytest.raises(OutgoingRefused, match="it is this machine itself"):
            Guard(own=own).judge(address, 443)
    Guard(["93.184.216.34:5432"], own=own).judge("93.184.216.34", 5432)


def test_it_knows_the_addresses_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "fib_trie").write_text(
        "     |-- 93.184.216.0\n        /24 link UNICAST\n     |-- 93.184.216.34\n"
        "        /0 universe UNICAST\n        /32 host LOCAL\n"
        "     |-- 93.184.216.255\n        /32 link BROADCAST\n"
    )
    (tmp_path / "if_inet6").write_text(f"{'2606:4700:0:0:0:0:0:1111'}\n{'0' * 31}1 01 80 10 lo\n")
    assert own_addresses(tmp_path) == {ip_address("93.184.216.34"), ip_address("::1")}
    assert own_addresses(tmp_path / "none") == frozenset()
    assert not sys.platform.startswith("linux") or ip_address("127.0.0.1") in own_addresses()


def test_one_forbidden_address_among_those_of_a_host_is_enough() -> None:
    with pytest.raises(OutgoingRefused, match=r"10\.0\.0\.1 \(two\.example\.com\)"):
        Guard(resolve=answering("8.8.8.8", "10.0.0.1")).addresses("two.example.com", 5432)


def test_a_name_that_answers_differently_the_second_time_leads_nowhere() -> None:
    guard = Guard(resolve=answering("8.8.8.8"))
    assert guard.addresses("rebinding.example.com", 443) == ["8.8.8.8"]
    with pytest.raises(OutgoingRefused):
        guard.event("socket.connect", (Connecting(), ("127.0.0.1", 443)))


@pytest.mark.parametrize(
    ("allow", "address", "port", "passes"),
    [
        (["10.0.0.0/8"], "10.1.2.3", 5432, True),
        (["10.0.0.0/8"], "11.1.2.3", 5432, True),
        (["10.0.0.0/8"], "192.168.0.1", 5432, False),
        (["10.0.0.5:5432"], "10.0.0.5", 5432, True),
        (["10.0.0.5:5432"], "10.0.0.5", 6379, False),
        (["10.0.0.5"], "::ffff:10.0.0.5", 6379, True),
        (["[fd00::5]:443"], "fd00::5", 443, True),
        (["[fd00::5]:443"], "fd00::5", 80, False),
        (["fd00::/8"], "fd00::6", 80, True),
    ],
)
def test_the_operator_allows_networks_and_addresses(
    allow: list[str], address: str, port: int, passes: bool
) -> None:
    guard = Guard(allow)
    if passes:
        return guard.judge(address, port)
    with pytest.raises(OutgoingRefused):
        guard.judge(address, port)
    return None


def test_the_operator_allows_a_host_by_its_name() -> None:
    guard = Guard(["DB.internal:5432"], resolve=answering("10.0.0.9"))
    with pytest.raises(OutgoingRefused):  # not before the name led there
        guard.judge("10.0.0.9", 5432)
    assert guard.addresses("db.internal.", 5432) == ["10.0.0.9"]
    guard.judge("10.0.0.9", 5432)
    for other in (lambda: guard.judge("10.0.0.9", 6379), lambda: guard.addresses("x.internal", 1)):
        with pytest.raises(OutgoingRefused):
            other()


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "a b", "host:0", "host:99999", "1.2.3", "-x"])
def test_an_entry_that_is_none_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match=entry.split(":")[0][:4]):
        rules_of([entry])


def test_for_the_web_the_port_counts_too() -> None:
    guard = Guard(["8.8.4.4:8000"], ports=WEB_PORTS)
    guard.judge("8.8.8.8", 8443)
    guard.judge("8.8.4.4", 8000)
    with pytest.raises(OutgoingRefused, match="port 6379"):
        guard.judge("8.8.8.8", 6379)


def test_the_machines_own_name_servers_may_be_asked() -> None:
    told = "# a comment\nsearch example.com\nnameserver 10.0.0.53\nnameserver\n"
    guard = Guard(ports=WEB_PORTS, names=name_servers(told))
    guard.judge("10.0.0.53", 53)
    for address, port in (("10.0.0.53", 443), ("10.0.0.54", 53)):
        with pytest.raises(OutgoingRefused):
            guard.judge(address, port)


@pytest.mark.parametrize("kind", remotes.all(), ids=lambda kind: kind.key)
def test_only_databases_ask_name_servers_themselves_and_the_web_keeps_to_its_ports(
    kind: type[Remote], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_name_servers", lambda: frozenset({"10.0.0.53"}))
    guard, database = Guard(), kind.group == "database"
    process._narrow(guard, kind)
    for address, port in (("10.0.0.53", 53), ("8.8.8.8", 6379)):
        with nullcontext() if database else pytest.raises(OutgoingRefused):
            guard.judge(address, port)


def test_a_host_that_nobody_knows_is_refused_in_words() -> None:
    def unknown(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    with pytest.raises(UserError, match="No server called “nope”"):
        Guard(resolve=unknown).addresses("nope", 443)


TRIES = """
import json, os, socket, subprocess, sys, tempfile
from datasets.engine.remote.guard import Guard, OutgoingRefused
other = socket.socket(); other.bind(("127.0.0.2", 0)); other.listen()
home = socket.socket(); home.bind(("127.0.0.1", 0)); home.listen()
place = tempfile.mkdtemp() + "/s"
unix = socket.socket(socket.AF_UNIX); unix.bind(place); unix.listen()
letters = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); letters.bind(place + "d")
hidden = socket.socket(socket.AF_UNIX); hidden.bind(""); hidden.listen()
where, open_ = other.getsockname(), home.getsockname()
guard = Guard([f"127.0.0.1:{open_[1]}"])
if "install" in sys.argv:
    guard.install()
def said(act):
    try:
        act()
        return "done"
    except OutgoingRefused:
        return "refused"
    except PermissionError:
        return "denied"
    except OSError as error:
        return type(error).__name__
post = lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
six = lambda: socket.socket(socket.AF_INET6)
udp = lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(json.dumps({
    "allowed": said(lambda: socket.create_connection(open_).close()),
    "connect": said(lambda: socket.socket().connect(where)),
    "connect_ex": said(lambda: socket.socket().connect_ex(where)),
    "create": said(lambda: socket.create_connection(where)),
    "name": said(lambda: socket.socket().connect(("localhost", open_[1]))),
    "send": said(lambda: udp().sendto(b"x", where)),
    "sendmsg": said(lambda: udp().sendmsg([b"x"], [], 0, where)),
    "unix": said(lambda: socket.socket(socket.AF_UNIX).connect(place)),
    "hidden": said(lambda: socket.socket(socket.AF_UNIX).connect(hidden.getsockname())),
    "letter": said(lambda: post().sendto(b"x", place + "d")),
    "any": said(lambda: socket.create_connection(("0.0.0.0", open_[1]))),
    "mapped": said(lambda: six().connect(("::ffff:127.0.0.2", where[1]))),
    "kernel": said(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
    "listen": said(lambda: socket.socket().bind(("127.0.0.3", open_[1]))),
    "program": said(lambda: subprocess.run(["true"])),
}))
"""


def tried(*arguments: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", TRIES, *arguments], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def test_real_sockets_are_held_by_the_hook_and_by_nothing_else() -> None:
    held = tried("install")
    assert held.pop("allowed") == "done"
    assert (held.pop("program"), held.pop("kernel")) == ("denied", "denied")
    assert set(held.values()) == {"refused"}
    assert set(tried().values()) == {"done"}  # without the hook all of it happens
