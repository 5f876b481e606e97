"""The machine's own addresses, as Linux tells them.

Kept apart from the rules: this one looks at the machine.
"""

import re
from ipaddress import IPv6Address
from pathlib import Path

from datasets.engine.remote.guard_rules import Address, address_of

_LOCAL = re.compile(r"\|-- (\S+)\n(?:\s+/\d+ .*\n)*?\s+/32 host LOCAL")


def own_addresses(proc: Path = Path("/proc/net")) -> frozenset[Address]:
    """Give every address that leads to this machine; none where the system does not say."""
    found = [address_of(text) for text in _LOCAL.findall(_text(proc / "fib_trie"))]
    found += [_of_digits(line.split(" ")[0]) for line in _text(proc / "if_inet6").splitlines()]
    return frozenset(filter(None, found))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _of_digits(digits: str) -> Address | None:
    try:
        return IPv6Address(int(digits, 16))
    except ValueError:
        return None
