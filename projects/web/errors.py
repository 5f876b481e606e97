"""Turns errors meant for people into pages, parts of pages or JSON with the right status."""

import logging
import secrets
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string

from projects import hooks
from projects.web.htmx import is_htmx
from segplatform.kernel.busy import is_busy
from segplatform.kernel.disk import NO_ROOM, is_disk_full
from segplatform.kernel.errors import (
    Conflict,
    Forbidden,
    NotFound,
    TooLarge,
    TooMany,
    UserError,
)
from segplatform.logs import current_request_id

logger = logging.getLogger(__name__)

STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, TooLarge: 413, TooMany: 429}
TITLES = {
    400: "This did not work",
    403: "You may not do this",
    404: "Not found",
    409: "Not possible right now",
    413: "Too large",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Busy",
    507: "The disk is full",
}
BUSY = "The database is busy. Try again in a moment."


def status_of(error: UserError) -> int:
    """Give the HTTP status of an error of the kernel."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def with_retry(response: HttpResponse, error: UserError) -> HttpResponse:
    """Say in the header when to come again, where the error knows."""
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def new_error_id() -> str:
    """Give the id that ties what the person sees to the lines in the log: the request's own."""
    return current_request_id() or secrets.token_hex(8)


def is_api(request: HttpRequest) -> bool:
    """Say whether the REST API was asked, which always answers in JSON."""
    return request.path.startswith("/api/")


def error_body(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, object]:
    """Give the one shape in which the API reports errors."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def error_response(
    request: HttpRequest, status: int, message: str, error_id: str = "", code: str = ""
) -> HttpResponse:
    """Show an error as JSON, as a part of a page or as a page, as the caller asked."""
    if is_api(request):
        return JsonResponse(error_body(code or "error", message), status=status)
    context = {"title": TITLES.get(status, TITLES[400]), "message": message, "error_id": error_id}
    context["back"] = _back(request)
    template = "components/_error.html" if is_htmx(request) else "projects/error.html"
    # Without the request: an error page must not need what may be broken, as the database.
    response = render(None, template, {**context, "status": status}, status=status)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["HX-Request"])
    return response


def passing_response(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """Answer an error of the machine that is nobody's mistake and passes; None for any other."""
    if is_busy(error):
        logger.warning("the database is busy")
        response = error_response(request, 503, BUSY, code="busy")
        response["Retry-After"] = "2"
        return response
    if is_disk_full(error):
        logger.error("the disk is full: %s %s", request.method, request.path)
        return error_response(request, 507, NO_ROOM, code="no_room")
    return None


def _back(request: HttpRequest) -> str:
    """Give the page of ours on which a button was pressed that did not work, "" for none."""
    page = urlsplit(request.headers.get("Referer", ""))
    is_ours = page.netloc == request.META.get("HTTP_HOST") and not page.path.startswith("//")
    if request.method != "POST" or not is_ours or page.path == request.path:
        return ""
    return f"{page.path}?{page.query}" if page.query else page.path


def wrong_method(request: HttpRequest, response: HttpResponseBase) -> JsonResponse:
    """Answer 405 in the API's shape; the header names what is allowed."""
    allow = response["Allow"]
    message = f"This address does not know {request.method}; it allows {allow}."
    body = error_body("method_not_allowed", message)
    return JsonResponse(body, status=405, headers={"Allow": allow})


class UserErrorMiddleware(MiddlewareMixin):
    """Answers for views that raise ``UserError``, and for htmx when the session has ended."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show what a person can mend; leave everything else to Django's 500."""
        if isinstance(exception, UserError):
            answers = (import_string(page)(request, exception) for page in hooks.error_pages)
            if not is_api(request) and (answer := next(filter(None, answers), None)):
                return answer
            response = error_response(
                request, status_of(exception), str(exception), code=exception.code
            )
            return with_retry(response, exception)
        return passing_response(request, exception)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Let htmx leave for the sign-in page, and the API refuse a method, each in its own way."""
        if response.status_code == 405 and is_api(request):
            return wrong_method(request, response)
        if not is_htmx(request) or response.status_code != 302:
            return response
        sign_in = resolve_url(settings.LOGIN_URL)
        if urlsplit(response["Location"]).path != sign_in:
            return response
        page = request.headers.get("HX-Current-URL", "")
        query = urlencode({"next": urlsplit(page).path or "/"})
        return HttpResponse(status=204, headers={"HX-Redirect": f"{sign_in}?{query}"})
