"""Members by the API."""

from collections.abc import Callable

from projects.models import Membership, Project, User
from tests.factories import make_user
from tests.projects.api.conftest import Script


def test_it_lists_them(script: Script, project: Project, viewer: User) -> None:
    _, body = script("GET", f"/projects/{project.pk}/members")
    assert body["count"] == 2
    assert body["items"][0]["email"] == "owner@example.org"
    assert body["items"][0]["name"] == "Olga Owner"
    assert {item["role"] for item in body["items"]} == {"owner", "viewer"}


def test_it_adds_one(script: Script, project: Project) -> None:
    make_user("friend@example.org")
    status, body = script(
        "POST", f"/projects/{project.pk}/members", {"email": "friend@example.org", "role": "editor"}
    )
    assert status == 201
    assert body["role"] == "editor"


def test_it_says_when_nobody_has_the_address_or_it_is_a_member_already(
    script: Script, project: Project
) -> None:
    path = f"/projects/{project.pk}/members"
    status, body = script("POST", path, {"email": "nobody@example.org"})
    assert status == 400
    assert "email" in body["error"]["fields"]
    status, body = script("POST", path, {"email": "owner@example.org"})
    assert status == 409
    assert body["error"]["code"] == "conflict"
    assert script("POST", path, {"email": "owner@example.org", "role": "god"})[0] == 422


def test_it_changes_and_removes(script: Script, project: Project, viewer: User) -> None:
    path = f"/projects/{project.pk}/members/{viewer.pk}"
    assert script("PATCH", path, {"role": "editor"})[1]["role"] == "editor"
    assert script("DELETE", path) == (204, None)
    assert not Membership.objects.filter(user=viewer).exists()


def test_it_keeps_the_last_owner(script: Script, project: Project, owner: User) -> None:
    path = f"/projects/{project.pk}/members/{owner.pk}"
    assert script("DELETE", path)[0] == 409
    assert script("PATCH", path, {"role": "viewer"})[0] == 409


def test_a_viewer_may_leave_but_change_nobody(
    script_of: Callable[..., Script], project: Project, viewer: User, owner: User
) -> None:
    script = script_of(viewer)
    path = f"/projects/{project.pk}/members"
    assert script("POST", path, {"email": "owner@example.org"})[0] == 403
    assert script("PATCH", f"{path}/{viewer.pk}", {"role": "owner"})[0] == 403
    assert script("DELETE", f"{path}/{owner.pk}")[0] == 403
    assert script("DELETE", f"{path}/{viewer.pk}")[0] == 204


def test_it_takes_any_number_for_a_person(script: Script, project: Project) -> None:
    for number in (0, 999, 2**63 - 1):
        assert script("DELETE", f"/projects/{project.pk}/members/{number}")[0] in (404, 422)
    assert script("DELETE", f"/projects/{project.pk}/members/{10**40}")[0] == 422
