"""The access decorators: one a view, and what they give it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from projects.models import Project
from projects.web.access import project_view, public_view, user_view
from segplatform.kernel.errors import Forbidden, NotFound
from tests.factories import make_member, make_project, make_user


def plain(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(str(kwargs.get("name", "")))


@pytest.mark.parametrize("first", [project_view(), user_view, public_view])
@pytest.mark.parametrize("second", [project_view("owner"), user_view, public_view])
def test_a_second_decorator_is_refused(first: Any, second: Any) -> None:
    view = first(plain)
    with pytest.raises(TypeError, match="already has an access decorator"):
        second(view)


def test_the_view_gets_the_project_with_the_membership(db: None, rf: RequestFactory) -> None:
    project = make_project()
    editor = make_member(project, "editor").user
    seen: list[Project] = []

    @project_view("editor")
    def view(request: HttpRequest, project: Project, name: str) -> HttpResponse:
        seen.append(project)
        return HttpResponse(name)

    request = rf.get("/")
    request.user = editor
    response = view(request, project_id=project.pk, name="x")
    assert isinstance(response, HttpResponse)
    assert response.text == "x"
    assert seen == [project] == [request.project]  # type: ignore[attr-defined]
    assert seen[0].membership.role == "editor"


def test_strangers_and_low_roles_never_reach_the_view(db: None, rf: RequestFactory) -> None:
    project = make_project()
    request = rf.get("/")
    request.user = make_member(project, "viewer").user
    with pytest.raises(Forbidden):
        project_view("editor")(plain)(request, project_id=project.pk)
    request.user = make_user()
    with pytest.raises(NotFound):
        project_view()(plain)(request, project_id=project.pk)


def test_answers_are_private_unless_the_view_says_otherwise(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    assert public_view(plain)(request)["Cache-Control"] == "private, no-store"

    def cached(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "max-age=60"})

    assert public_view(cached)(request)["Cache-Control"] == "max-age=60"
    assert "HX-Request" in public_view(cached)(request)["Vary"]
