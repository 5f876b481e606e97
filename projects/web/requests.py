"""Every request gets an id, one line in the log and its place in the metrics."""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from structlog.contextvars import bound_contextvars

from projects.web.measures import count_request

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# What a proxy may send: nothing that could forge a line of the log or fill it.
_SOUND = re.compile(r"[A-Za-z0-9_-]{8,64}")
NO_ROUTE = "none"
STATIC = "static"


@sync_and_async_middleware
def request_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[..., Any]:
    """Name the request for all that is logged while it is answered, then log and count it."""
    if iscoroutinefunction(get_response):
        answer = cast(Callable[[HttpRequest], Awaitable[HttpResponseBase]], get_response)

        async def wait(request: HttpRequest) -> HttpResponseBase:
            began, name = time.perf_counter(), request_id_of(request)
            with bound_contextvars(request_id=name):
                return noted(request, await answer(request), name, began)

        return wait

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began, name = time.perf_counter(), request_id_of(request)
        with bound_contextvars(request_id=name):
            return noted(request, get_response(request), name, began)

    return middleware


def request_id_of(request: HttpRequest) -> str:
    """Return the id that a proxy gave the request, where it is a sound one, else a new one."""
    given = request.headers.get(HEADER, "")
    return given if _SOUND.fullmatch(given) else secrets.token_hex(8)


def noted(
    request: HttpRequest, response: HttpResponseBase, name: str, began: float
) -> HttpResponseBase:
    """Send the id back, log the request and count it; of a stream, as it begins.

    The route stands for the path: a path may hold the secret of a one-time link.
    """
    response[HEADER] = name
    seconds = time.perf_counter() - began
    route = route_of(request)
    method = request.method if request.method in METHODS else "other"
    count_request(str(method), route, response.status_code, seconds)
    fields = {"method": method, "route": route, "status": response.status_code}
    fields |= {"ms": round(seconds * 1000), **ids_of(request)}
    level = logging.DEBUG if route == STATIC else logging.INFO
    logger.log(level, "request", extra={"fields": fields})
    return response


METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the address, as "projects/<uuid:project_id>/jobs/"."""
    if request.resolver_match is not None:
        return f"/{request.resolver_match.route}"
    return STATIC if request.path.startswith(settings.STATIC_URL) else NO_ROUTE


def ids_of(request: HttpRequest) -> dict[str, str]:
    """Return the ids in the address; people's are numbers, and are left out."""
    match = request.resolver_match
    found = match.kwargs.items() if match else ()
    return {key: str(value) for key, value in found if isinstance(value, UUID)}
