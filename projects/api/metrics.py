"""Figures for Prometheus; behind a token, or for this machine alone."""

import hmac
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from projects.services.metrics import metrics_list
from projects.web.measures import CONTENT_TYPE_LATEST, as_prometheus
from projects.web.schemas import ErrorOut
from segplatform.kernel.errors import Forbidden

router = Router(tags=["Health"])

NOT_YOURS = "Metrics need SEGPLATFORM_METRICS_TOKEN of the operator: Authorization: Bearer …"
FOREIGN = (
    "Metrics are for this machine alone until the operator sets SEGPLATFORM_METRICS_TOKEN and the "
    "reader sends it: Authorization: Bearer …"
)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Via")
TEXT: dict[str, Any] = {
    "responses": {
        200: {
            "description": "Prometheus' text format",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    }
}


@router.get(
    "/health/metrics",
    auth=None,
    response={403: ErrorOut},
    openapi_extra=TEXT,
    summary="Metrics",
)
def metrics(request: HttpRequest) -> HttpResponse:
    """Say how jobs, queues, workers, requests and disk are, in Prometheus' text format.

    With `SEGPLATFORM_METRICS_TOKEN` for whoever sends it as a bearer token; without, only for this
    machine itself.
    """
    require_reader(request)
    return HttpResponse(as_prometheus(metrics_list()), content_type=CONTENT_TYPE_LATEST)


def require_reader(request: HttpRequest) -> None:
    """Raise ``Forbidden`` for who may not read."""
    if settings.METRICS_TOKEN:
        wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted):
            raise Forbidden(NOT_YOURS)
    elif not is_from_here(request):
        raise Forbidden(FOREIGN)


def is_from_here(request: HttpRequest) -> bool:
    """Say whether this very machine asks; behind a proxy, everybody would seem to."""
    if settings.HTTPS or settings.SECURE_PROXY_SSL_HEADER:
        return False
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
