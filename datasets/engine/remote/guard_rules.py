"""Which addresses may be connected to: public ones, and those that the operator allows.

``is_global`` of Python alone is not enough: it lets multicast and the ways through which IPv6
leads back to private IPv4 addresses pass (RFC 6052 NAT64, RFC 3056 6to4, RFC 4380 Teredo,
RFC 4291 IPv4-compatible, RFC 3879 site-local).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address

NAMES_PORT = 53
WEB_PORTS = frozenset({80, 443, 8443})
UNICAST = ip_network("2000::/3")
"""All that is handed out of IPv6 for the internet (RFC 4291 §2.4, IANA)."""
REFUSED = tuple(
    ip_network(text)
    for text in (
        "::/96",  # IPv4-compatible, loopback and "any"
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation (RFC 9637), which not every Python knows
        "fec0::/10",  # site-local
        "192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10",
        "168.63.129.16/32",  # Azure's own service behind a public address
    )
)  # fmt: skip
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


@dataclass(frozen=True)
class Rule:
    """One entry of the allow-list: a network or the name of a host, at one port or at any."""

    network: IPv4Network | IPv6Network | None
    host: str
    port: int | None

    def fits_address(self, address: Address, port: int) -> bool:
        """Say whether it allows this address at this port."""
        inside = self.network is not None and address in self.network
        return inside and self.port in (None, port)

    def fits_host(self, host: str, port: int) -> bool:
        """Say whether it allows this host, by its name, at this port."""
        return bool(self.host) and self.host == plain_host(host) and self.port in (None, port)


def rules_of(entries: Iterable[str]) -> tuple[Rule, ...]:
    """Read an allow-list; raises ``ValueError`` with the entry that is none."""
    return tuple(_rule(entry.strip()) for entry in entries if entry.strip())


def name_servers(told: str) -> frozenset[str]:
    """Name the machine's own name servers, from the text of ``resolv.conf``."""
    words = (line.split() for line in told.splitlines())
    return frozenset(each[1] for each in words if len(each) > 1 and each[0] == "nameserver")


def plain_host(host: str) -> str:
    """Write a host's name as it is compared."""
    return host.strip().rstrip(".").lower()


def address_of(text: str) -> Address | None:
    """Read a literal address, that of IPv4 where IPv6 only wraps it; None for anything else."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


def is_public(address: Address) -> bool:
    """Say whether this is an address of the internet, and not a way back into a network of ours."""
    if getattr(address, "scope_id", None):
        return False
    bad = address.is_multicast or address.is_reserved or address.is_private
    handed_out = address.version == 4 or address in UNICAST
    return handed_out and address.is_global and not bad and not _within_any(address)


def _within_any(address: Address) -> bool:
    return any(address.version == net.version and address in net for net in REFUSED)


def _rule(entry: str) -> Rule:
    place, port = _split(entry)
    try:
        return Rule(ip_network(place, strict=False), "", port)
    except ValueError:
        pass
    if not _HOST.fullmatch(place) or re.fullmatch(r"[0-9.]+", place):
        raise ValueError(f"“{entry}” is no network, address or host name")
    return Rule(None, plain_host(place), port)


def _split(entry: str) -> tuple[str, int | None]:
    """Part an entry from its port: ``host:5432``, ``10.0.0.0/8:5432``, ``[fd00::1]:5432``."""
    if entry.startswith("["):
        place, _, rest = entry[1:].partition("]")
        text = rest.removeprefix(":")
    elif entry.count(":") == 1:
        place, _, text = entry.partition(":")
    else:
        place, text = entry, ""
    if not text:
        return place, None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"“{entry}” names no port between 1 and 65,535")
    return place, int(text)
