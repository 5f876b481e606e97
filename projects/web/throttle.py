"""Slows down who guesses secrets: after so many wrong ones from an address, none is looked at."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from time import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from segplatform.kernel.errors import TooMany

IPV6_PREFIX = 64  # what one customer of a provider gets: whoever has it has all its addresses


@dataclass(frozen=True)
class Throttle:
    """At most ``amount`` different wrong secrets from one address within ``seconds``.

    ``what`` names them in the sentence that refuses. Right secrets cost one look into the cache.
    """

    key: str
    what: str
    amount: int = 20
    seconds: int = 60

    def check(self, request: HttpRequest) -> None:
        """Refuse, before a secret is looked up, where too many were wrong; raises ``TooMany``."""
        wrong = self._wrong(request)
        if len(wrong) < self.amount:
            return
        wait = max(1, round(min(wrong.values()) + self.seconds - time()))
        message = f"Too many wrong {self.what} came from your address. Try again in {wait} seconds."
        raise TooMany(message, retry_after=wait)

    def note(self, request: HttpRequest, secret: str) -> None:
        """Count a wrong secret; the same one once, lest an old script locks its neighbours out."""
        # Two requests at once may lose a count: against guessing 256 bits that is nothing.
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        wrong = {**self._wrong(request), digest: time()}
        with suppress(OSError):  # a full disk: the refusal itself needs none
            cache.set(self._cache_key(request), wrong, self.seconds)

    def _wrong(self, request: HttpRequest) -> dict[str, float]:
        """Give the hashes of the wrong secrets that still count, with when each came last."""
        found: dict[str, float] = cache.get(self._cache_key(request), {})
        since = time() - self.seconds
        return {digest: when for digest, when in found.items() if when > since}

    def _cache_key(self, request: HttpRequest) -> str:
        return f"throttle:{self.key}:{caller_of(request)}"


def caller_of(request: HttpRequest) -> str:
    """Give the address that asks, of IPv6 its network; "" where the server knows none."""
    try:
        ip = ip_address(get_adapter().get_client_ip(request))
    except PermissionDenied:  # as over a socket in the file system
        return ""
    if isinstance(ip, IPv6Address):
        return str(IPv6Network((ip, IPV6_PREFIX), strict=False).network_address)
    return str(ip)


TOKENS = Throttle("token", "tokens")
LINKS = Throttle("link", "links")
