"""Who may open a page: every view carries exactly one of these decorators."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

from projects.models import Project, User
from projects.services.projects import project_get

View = Callable[..., HttpResponseBase]
AsyncView = Callable[..., Awaitable[HttpResponseBase]]
V = TypeVar("V", bound=Callable[..., Any])


class ProjectRequest(HttpRequest):
    """A request of a signed-in member, as a view behind ``project_view`` receives it."""

    user: User
    project: Project


class UserRequest(HttpRequest):
    """A request of a signed-in person, as a view behind ``user_view`` receives it."""

    user: User


def project_view(role: str = "viewer") -> Callable[[V], V]:
    """Give the view the project of its URL, loaded for the signed-in person.

    A stranger gets 404, a member without ``role`` 403; ``project.membership`` says the role.
    """

    def decorate(view: V) -> V:
        _check_first(view)
        wrap: Any = _async_project_view if iscoroutinefunction(view) else _project_view
        return cast(V, _marked(wrap(view, role), "project", role))

    return decorate


def user_view(view: V) -> V:
    """Mark a page of any signed-in person (the sign-in itself is asked for by the middleware)."""
    _check_first(view)

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _private(view(request, *args, **kwargs))

    return cast(V, _marked(inner, "user"))


def public_view(view: V) -> V:
    """Mark a page that needs no sign-in."""
    _check_first(view)

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _private(view(request, *args, **kwargs))

    return cast(V, _marked(login_not_required(inner), "public"))


def api_view(view: V) -> V:
    """Mark a view of the REST API, whose operations check tokens and sessions themselves."""
    return cast(V, _marked(login_not_required(view), "api"))


def _project_view(view: View, role: str) -> View:
    @wraps(view)
    def inner(request: ProjectRequest, project_id: UUID, **kwargs: Any) -> HttpResponseBase:
        request.project = project_get(user=request.user, project_id=project_id, role=role)
        return _private(view(request, request.project, **kwargs))

    return inner


def _async_project_view(view: AsyncView, role: str) -> AsyncView:
    @wraps(view)
    async def inner(request: ProjectRequest, project_id: UUID, **kwargs: Any) -> HttpResponseBase:
        user = cast(User, await request.auser())
        load = sync_to_async(project_get)
        request.project = await load(user=user, project_id=project_id, role=role)
        return _private(await view(request, request.project, **kwargs))

    return inner


def _private(response: HttpResponseBase) -> HttpResponseBase:
    # The same URL is a page or a part of it: caches, and Back, must never mix them up.
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_store=True)
    return response


def _check_first(view: Any) -> None:
    if hasattr(view, "access"):
        raise TypeError(f"{view.__name__} already has an access decorator")


def _marked(view: Any, *access: str) -> Any:
    view.access = access
    return view
