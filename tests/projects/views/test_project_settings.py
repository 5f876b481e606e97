"""Settings of a project, and deleting it by its name."""

import pytest
from django.test import Client

from projects import hooks
from projects.models import Project, User
from tests.projects.views.conftest import Browser

VALUES = {
    "name": "Renamed", "description": "", "persistency": "on_demand",
    "rows_to_display": "10", "order": "last",
}  # fmt: skip


def test_it_shows_what_is_set(page: Client, project: Project) -> None:
    html = page.get(f"/projects/{project.pk}/settings/").text
    assert 'value="Online retail"' in html
    assert 'value="keep_all" selected' in html


def test_it_saves(page: Client, project: Project) -> None:
    response = page.post(f"/projects/{project.pk}/settings/", VALUES, follow=True)
    project.refresh_from_db()
    assert project.name == "Renamed"
    assert project.rows_to_display == 10
    assert "The settings are saved." in response.text


def test_it_keeps_the_old_name_in_the_frame_while_the_new_one_is_wrong(
    page: Client, project: Project
) -> None:
    response = page.post(f"/projects/{project.pk}/settings/", VALUES | {"name": ""})
    assert response.status_code == 422
    assert "Settings of Online retail" in response.text


def test_it_lets_an_editor_change_but_not_delete(
    browser: Browser, editor: User, project: Project
) -> None:
    response = browser(editor).get(f"/projects/{project.pk}/settings/")
    assert "Delete this project" not in response.text


def test_it_deletes_once_the_name_is_typed(page: Client, project: Project) -> None:
    response = page.post(
        f"/projects/{project.pk}/delete/", {"confirm": "Online retail"}, follow=True
    )
    assert "The project Online retail is deleted; see Deleted projects." in response.text
    assert not Project.objects.exists()


def test_it_does_not_delete_for_another_name(page: Client, project: Project) -> None:
    response = page.post(f"/projects/{project.pk}/delete/", {"confirm": "online"})
    assert response.status_code == 422
    assert "This is not the project&#x27;s name." in response.text
    assert Project.objects.exists()


def test_it_opens_with_the_page_that_the_apps_name(
    page: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "project_home", "project_members")
    assert page.get(f"/projects/{project.pk}/")["Location"] == f"/projects/{project.pk}/members/"


def test_it_shows_in_the_rail_what_the_role_may_open(
    browser: Browser, viewer: User, project: Project
) -> None:
    html = browser(viewer).get(f"/projects/{project.pk}/members/").text
    assert f'href="/projects/{project.pk}/jobs/"' in html
    assert f'href="/projects/{project.pk}/settings/"' not in html
    marked = f'href="/projects/{project.pk}/members/" aria-current="page"'
    assert marked in html
