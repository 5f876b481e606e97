"""The pages for addresses that do not exist and for our own faults."""

import logging
import sys

from django.http import HttpRequest, HttpResponse

from projects.web.errors import error_response, new_error_id, passing_response

logger = logging.getLogger(__name__)

NOT_FOUND = "There is nothing at this address, or it is not shared with you."

TOO_MANY = "That was tried too often from your address. Wait a minute, then try again."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that the request itself cannot be read."""
    return error_response(request, 400, "The request cannot be read.", code="bad_request")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that this is not allowed."""
    return error_response(request, 403, "You may not open this.", code="forbidden")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show that the form is too old or comes from elsewhere."""
    message = "This form is out of date. Reload the page and send it again."
    return error_response(request, 403, message, code="csrf")


def too_many(request: HttpRequest) -> HttpResponse:
    """Show that the sign-in kit counted too many tries from one address."""
    response = error_response(request, 429, TOO_MANY, code="too_many")
    response["Retry-After"] = "60"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the same page for what does not exist and for what the person may not know of."""
    return error_response(request, 404, NOT_FOUND, code="not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Show one neutral sentence with an id that leads to the log."""
    error = sys.exception()
    if error and (response := passing_response(request, error)):
        return response  # as from the session, which is stored after the view
    error_id = new_error_id()
    logger.exception("error %s", error_id)
    message = f"This is our fault, not yours. Tell the operator the error id {error_id}."
    return error_response(request, 500, message, error_id=error_id, code="server_error")
