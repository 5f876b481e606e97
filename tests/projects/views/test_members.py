"""Members: list, add, change, remove, leave."""

from django.test import Client

from projects.models import Membership, Project, User
from tests.factories import make_user
from tests.projects.views.conftest import Browser


def role_of(project: Project, user: User) -> str | None:
    member = Membership.objects.filter(project=project, user=user).first()
    return member and member.role


def test_it_lists_everybody_with_the_role(page: Client, project: Project, viewer: User) -> None:
    html = page.get(f"/projects/{project.pk}/members/").text
    assert "Olga Owner" in html
    assert "viewer@example.org" in html


def test_it_adds_a_person_by_e_mail(page: Client, project: Project) -> None:
    friend = make_user("friend@example.org")
    data = {"email": "Friend@Example.org", "role": "editor"}
    response = page.post(f"/projects/{project.pk}/members/add/", data, follow=True)
    assert "friend@example.org is a member now." in response.text
    assert role_of(project, friend) == "editor"


def test_it_says_beside_the_field_that_this_is_a_member(
    page: Client, project: Project, viewer: User
) -> None:
    data = {"email": "viewer@example.org", "role": "viewer"}
    response = page.post(f"/projects/{project.pk}/members/add/", data)
    assert response.status_code == 422
    assert "viewer@example.org is already a member." in response.text
    assert 'value="viewer@example.org"' in response.text


def test_it_changes_a_role(page: Client, project: Project, viewer: User) -> None:
    page.post(f"/projects/{project.pk}/members/{viewer.pk}/change/", {"role": "owner"})
    assert role_of(project, viewer) == "owner"


def test_it_refuses_a_role_that_does_not_exist(
    page: Client, project: Project, viewer: User
) -> None:
    url = f"/projects/{project.pk}/members/{viewer.pk}/change/"
    assert page.post(url, {"role": "god"}).status_code == 400
    assert page.post(url).status_code == 400
    assert role_of(project, viewer) == "viewer"


def test_it_removes_a_member(page: Client, project: Project, viewer: User) -> None:
    page.post(f"/projects/{project.pk}/members/{viewer.pk}/remove/")
    assert role_of(project, viewer) is None


def test_it_keeps_the_last_owner(page: Client, project: Project, owner: User) -> None:
    response = page.post(f"/projects/{project.pk}/members/{owner.pk}/remove/")
    assert response.status_code == 409
    assert "A project needs an owner" in response.text
    assert role_of(project, owner) == "owner"


def test_it_lets_everybody_leave(browser: Browser, project: Project, viewer: User) -> None:
    response = browser(viewer).post(f"/projects/{project.pk}/members/{viewer.pk}/remove/")
    assert response["Location"] == "/"
    assert role_of(project, viewer) is None


def test_it_does_not_let_a_viewer_remove_others(
    browser: Browser, project: Project, viewer: User, owner: User
) -> None:
    response = browser(viewer).post(f"/projects/{project.pk}/members/{owner.pk}/remove/")
    assert response.status_code == 403
    assert "Only an owner can remove others." in response.text
