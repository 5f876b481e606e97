"""Tells the audit log who sends a request, and from which network."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from ipaddress import ip_address, ip_network
from typing import Any, cast

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from segplatform.kernel.actor import Actor, acting

# As much as tells networks apart, and no more: the log cannot be changed, and outlives people.
PREFIXES = {4: 24, 6: 48}


@sync_and_async_middleware
def actor_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[..., Any]:
    """Let the person of the request act while it is answered."""
    if iscoroutinefunction(get_response):
        answer = cast(Callable[[HttpRequest], Awaitable[HttpResponseBase]], get_response)

        async def wait(request: HttpRequest) -> HttpResponseBase:
            with acting(actor_of(request)):
                return await answer(request)

        return wait

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with acting(actor_of(request)):
            return cast(HttpResponseBase, get_response(request))

    return middleware


def actor_of(request: HttpRequest) -> Actor:
    """Give who sends this request: the person of its session, or of its token once it is read."""
    via = "api" if request.path.startswith("/api/") else "page"
    return Actor(via, network_of(get_client_ip(request) or ""), lambda: _user_id(request))


def network_of(address: str) -> str:
    """Shorten an address to its network, as "203.0.113.0/24"; "" for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{found}/{PREFIXES[found.version]}", strict=False))


def _user_id(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None
