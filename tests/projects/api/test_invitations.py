"""Invitations by the API: made, listed, revoked."""

from django.test import Client

from projects.models import Project
from tests.projects.api.conftest import Script


def test_it_makes_lists_and_revokes_them(script: Script, project: Project) -> None:
    path = f"/projects/{project.pk}/invitations"
    status, made = script("POST", path, {"email": "New@Example.org", "role": "editor"})
    assert (status, made["email"], made["role"]) == (201, "new@example.org", "editor")
    assert Client().get(made["link"]).status_code == 200
    (listed,) = script("GET", path)[1]["items"]
    assert listed == {key: value for key, value in made.items() if key != "link"}
    assert script("DELETE", f"{path}/{made['id']}") == (204, None)
    assert script("DELETE", f"{path}/{made['id']}")[0] == 404
    assert Client().get(made["link"]).status_code == 404


def test_members_are_not_invited(script: Script, project: Project) -> None:
    path = f"/projects/{project.pk}/invitations"
    assert script("POST", path, {"email": "owner@example.org"})[0] == 409
    assert script("POST", path, {"email": "no address"})[0] == 400
