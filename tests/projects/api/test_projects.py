"""Projects by the API."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from projects import hooks
from projects.models import Project, User
from tests.factories import make_project
from tests.projects.api.conftest import Script

VALUES = {
    "name": "Retail", "description": "Orders", "persistency": "keep_latest",
    "rows_to_display": 5000, "order": "random",
}  # fmt: skip


def test_it_creates_with_all_values(script: Script, owner: User) -> None:
    status, body = script("POST", "/projects", VALUES)
    assert status == 201
    assert {name: body[name] for name in VALUES} == VALUES
    assert body["role"] == "owner"
    assert body["counts"]["members"] == 1
    assert str(UUID(body["id"])) == body["id"]
    assert Project.objects.get(pk=body["id"]).memberships.get().user == owner


def test_it_fills_the_defaults(script: Script) -> None:
    _, body = script("POST", "/projects", {"name": "Retail"})
    assert body["persistency"] == "keep_all"
    assert body["rows_to_display"] == 1000
    assert body["order"] == "first"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x", "persistency": "forever"}, "persistency"),
        ({"name": "x", "order": "?"}, "order"),
        ({"name": "x", "rows_to_display": 0}, "rows_to_display"),
        ({"name": "x", "rows_to_display": 200_001}, "rows_to_display"),
        ({"name": "x", "rows_to_display": 10**40}, "rows_to_display"),
        ({"name": "x", "rows_to_display": "many"}, "rows_to_display"),
        ({"name": "x", "description": "x" * 2001}, "description"),
    ],
)
def test_it_names_the_field_that_does_not_fit(
    script: Script, wrong: dict[str, Any], field: str
) -> None:
    status, body = script("POST", "/projects", wrong)
    assert status in (400, 422)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    assert list(body["error"]["fields"]) == [field]
    assert body["error"]["message"]


def test_it_lists_a_page_of_them(script: Script, owner: User) -> None:
    for number in range(5):
        make_project(owner, name=f"Project {number}")
    make_project(name="Of others")
    _, body = script("GET", "/projects?limit=2&offset=4")
    assert body["count"] == 5
    assert len(body["items"]) == 1


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=1001", "offset=-1", "limit=x", "offset=" + "9" * 40]
)
def test_it_refuses_pages_out_of_bounds(script: Script, query: str) -> None:
    status, body = script("GET", f"/projects?{query}")
    assert status == 422
    assert list(body["error"]["fields"]) == [query.split("=")[0]]


def test_it_shows_what_other_apps_count(
    script: Script, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "project_counts", [lambda ids: {"datasets": dict.fromkeys(ids, 2)}])
    _, body = script("GET", f"/projects/{project.pk}")
    assert body["counts"] == {"members": 1, "datasets": 2}


def test_it_changes_only_what_is_named(script: Script, project: Project) -> None:
    status, body = script("PATCH", f"/projects/{project.pk}", {"rows_to_display": 7})
    assert status == 200
    assert body["rows_to_display"] == 7
    assert body["name"] == "Online retail"


def test_it_refuses_null_where_a_value_is_needed(script: Script, project: Project) -> None:
    status, _ = script("PATCH", f"/projects/{project.pk}", {"name": None})
    assert status == 422
    project.refresh_from_db()
    assert project.name == "Online retail"


def test_it_deletes(script: Script, project: Project) -> None:
    assert script("DELETE", f"/projects/{project.pk}") == (204, None)
    assert not Project.objects.exists()


def test_a_viewer_may_look_only(
    script_of: Callable[..., Script], viewer: User, project: Project
) -> None:
    script = script_of(viewer)
    assert script("GET", f"/projects/{project.pk}")[1]["role"] == "viewer"
    status, body = script("PATCH", f"/projects/{project.pk}", {"name": "x"})
    assert status == 403
    assert body["error"]["code"] == "forbidden"
    assert script("DELETE", f"/projects/{project.pk}")[0] == 403


def test_a_project_of_others_looks_like_none(script: Script) -> None:
    secret = make_project(name="Secret")
    there = script("GET", f"/projects/{secret.pk}")
    nowhere = script("GET", "/projects/00000000-0000-0000-0000-000000000000")
    assert there == nowhere
    assert there[0] == 404
