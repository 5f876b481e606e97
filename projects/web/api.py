"""The REST API itself: who calls, how lists and errors look; each app adds its operations."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, cast

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.security.session import SessionAuth as NinjaSessionAuth

from projects.models import ApiToken, User
from projects.services.limits import API_REQUESTS
from projects.services.tokens import token_user
from projects.web.access import api_view
from projects.web.errors import error_body, passing_response, status_of, with_retry
from projects.web.throttle import TOKENS
from segplatform import __version__
from segplatform.kernel.errors import Forbidden, UserError

MAX_LIMIT = 1000
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
SIGN_IN = "Send a token that is valid: Authorization: Bearer seg_… (make one on the Account page)."
CSRF_FAILED = "The request carries no valid CSRF token; send it as the header X-CSRFToken."

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="how many items at most")]
Offset = Annotated[int, Query(ge=0, le=10**9, description="how many items to skip")]


class ApiRequest(HttpRequest):
    """A request that carries a valid token or session."""

    user: User
    token: ApiToken | None


class TokenAuth(HttpBearer):
    """A bearer token; one for reading only may not call what changes something."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """Find the person of this token; a wrong one never falls back to the session."""
        TOKENS.check(request)
        found = token_user(secret=token)
        if found is None:
            TOKENS.note(request, token)
            raise AuthenticationError(message=SIGN_IN)
        request.user, request.token = found  # type: ignore[attr-defined]
        API_REQUESTS.count(found[0].pk)
        if request.method not in SAFE_METHODS:
            require_write(request)
        return found[0]


class SessionAuth(NinjaSessionAuth):
    """The session of the pages; what changes something needs the CSRF token too."""

    def __call__(self, request: HttpRequest) -> Any | None:
        """Ask for the CSRF token only of people who are signed in: others get a plain 401."""
        request.token = None  # type: ignore[attr-defined]
        if not isinstance(request.user, User):
            return None
        API_REQUESTS.count(request.user.pk)
        return APIKeyCookie.__call__(self, request)


class PlainDocs(DocsBase):
    """A page of our own from the schema: no script of anybody else runs in our origin."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """List every operation with its parameters and answers."""
        groups = grouped(api.get_openapi_schema())
        return render(request, "projects/api_docs.html", {"groups": groups})


class Api(NinjaAPI):
    """Ninja's API under our sign-in rule, describing itself once a process."""

    @cached_property
    def description_of_all(self) -> OpenAPISchema:
        """Write the schema; it takes a fifth of a second and never changes."""
        return super().get_openapi_schema()

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Give the schema of all operations."""
        return self.description_of_all

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """Give the addresses; each view checks tokens and sessions itself."""
        patterns, app, namespace = super().urls
        for pattern in cast(list[URLPattern], patterns):
            pattern.callback = api_view(pattern.callback)
        return patterns, app, namespace


api = Api(
    title="Segplatform",
    version=__version__,
    description="Everything that a page can do, by JSON. Errors have one shape.",
    docs=PlainDocs(),
    docs_decorator=require_safe,
    auth=[TokenAuth(), SessionAuth()],
    urls_namespace="api",
)


def require_write(request: HttpRequest) -> None:
    """Refuse a token that may only read; raises ``Forbidden``."""
    token: ApiToken | None = getattr(request, "token", None)
    if token and token.scope != ApiToken.Scope.WRITE:
        raise Forbidden("This token may only read; make one with the scope write.")


def paginate(
    items: QuerySet[Any] | Sequence[Any],
    limit: int,
    offset: int,
    to_dict: Callable[[Any], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Cut one page out of a list: ``{"items": [...], "count": all of them}``."""
    count = items.count() if isinstance(items, QuerySet) else len(items)
    page: list[Model | Any] = list(items[offset : offset + limit])
    return {"items": [to_dict(item) for item in page] if to_dict else page, "count": count}


def grouped(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Sort the operations of a schema by their tag, for the docs page, with their body's fields."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            shown = {
                "method": method.upper(),
                "path": path,
                "fields": body_fields(schema, operation),
            }
            groups.setdefault(operation["tags"][0], []).append({**operation, **shown})
    return dict(sorted(groups.items()))


def body_fields(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Give the properties of an operation's body, wherever the schema keeps them."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        body = media["schema"]
        if "$ref" in body:
            body = schema["components"]["schemas"][body["$ref"].rsplit("/", 1)[-1]]
        return dict(body.get("properties", {}))
    return {}


def answer_error(
    request: HttpRequest, status: int, code: str, message: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    """Answer in the API's one error shape."""
    return api.create_response(request, error_body(code, message, fields), status=status)


@api.exception_handler(UserError)
def on_user_error(request: HttpRequest, error: UserError) -> HttpResponse:
    """Pass on what the person can mend."""
    response = answer_error(request, status_of(error), error.code, str(error), error.fields)
    return with_retry(response, error)


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field that does not fit, with its own sentence."""
    fields = {_field_of(item["loc"]): str(item["msg"]) for item in error.errors}
    message = "; ".join(f"{name}: {text}" for name, text in fields.items())
    return answer_error(request, 422, "invalid", message or "The request does not fit.", fields)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Give ninja's own refusals our shape and a sentence that says what to do."""
    code = HTTPStatus(error.status_code).name.lower()
    messages = {401: SIGN_IN, 400: "The body is not valid JSON."}
    message = messages.get(error.status_code, str(error))
    if "CSRF" in str(error):
        code, message = "csrf", CSRF_FAILED
    return answer_error(request, error.status_code, code, message)


@api.exception_handler(RequestDataTooBig)
def on_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Refuse a body over the operator's limit."""
    return answer_error(request, 413, "too_large", "The body is too large; send less.")


@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Say so in our shape."""
    return answer_error(request, 404, "not_found", "There is nothing at this address.")


@api.exception_handler(OperationalError)
def on_busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Say that the database is busy or out of room; any other error is a defect."""
    response = passing_response(request, error)
    if response is None:
        raise error
    return response


def _field_of(location: Sequence[str | int]) -> str:
    # ("body", "payload", "name") → "name": ninja's own levels mean nothing to the caller
    parts = [str(part) for part in location[1:]]
    return ".".join(parts[1:] if len(parts) > 1 and location[0] == "body" else parts) or "body"
