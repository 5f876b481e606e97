"""Invitations: one-time, for one address, with an end; by mail, or by a link shown once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from projects.models import AuditEntry, Invitation, Membership, Project, User
from projects.services.invitations import invitation_create
from projects.services.members import member_remove
from tests.factories import make_member, make_user
from tests.projects.views.conftest import Browser

PASSWORD = "correct horse battery"
NEW = "new@example.org"


@pytest.fixture
def url(project: Project, owner: User) -> str:
    _, secret = invitation_create(project=project, user=owner, email=NEW, role="editor")
    return f"/invitations/{secret}/"


def roles(project: Project, email: str = NEW) -> list[str]:
    return [each.role for each in Membership.objects.filter(project=project, user__email=email)]


def invite(page: Client, project: Project, email: str = NEW) -> Any:
    return page.post(f"/projects/{project.pk}/members/add/", {"email": email, "role": "editor"})


def test_without_a_mail_server_the_link_is_shown_once(page: Client, project: Project) -> None:
    shown = invite(page, project).text
    (link,) = re.findall(r'value="(http://testserver/invitations/[^"]+)"', shown)
    assert mail.outbox == []
    members = page.get(f"/projects/{project.pk}/members/").text
    assert NEW in members
    assert link not in members
    assert link.split("/")[-2] not in str(list(Invitation.objects.values_list()))
    assert Client().get(link).status_code == 200


def test_with_a_mail_server_only_the_mail_has_the_link(
    page: Client, project: Project, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    answer = invite(page, project)
    (sent,) = mail.outbox
    assert sent.to == [NEW]
    assert sent.subject == "Invitation to Online retail"
    (path,) = re.findall(r"http://testserver(/invitations/\S+)", sent.body)
    assert (answer.status_code, path in answer.text) == (302, False)
    assert Client().get(path).status_code == 200


def test_who_has_no_account_makes_one_and_is_in(client: Client, project: Project, url: str) -> None:
    weak = client.post(url, {"password": "1234", "name": "Nora"})
    assert (weak.status_code, roles(project)) == (422, [])
    response = client.post(url, {"password": PASSWORD, "name": "Nora"}, follow=True)
    assert response.context["user"].email == NEW
    assert roles(project) == ["editor"]
    made = AuditEntry.objects.get(action="invitation.accept")
    assert (made.actor_id, made.detail) == (User.objects.get(email=NEW).pk, {"role": "editor"})


def test_who_has_an_account_signs_in_first(client: Client, project: Project, url: str) -> None:
    user = make_user(NEW)
    assert f"/accounts/login/?next={url}" in client.get(url).text
    assert client.post(url, {"password": PASSWORD}).status_code == 422
    assert roles(project) == []
    client.force_login(user)
    assert "Online retail" in client.get(url).text
    client.post(url)
    assert roles(project) == ["editor"]


def test_it_works_once(browser: Browser, project: Project, url: str) -> None:
    client = browser(make_user(NEW))
    client.post(url)
    Membership.objects.filter(project=project, user__email=NEW).delete()
    assert client.post(url).status_code == 404
    assert client.get(url).status_code == 404
    assert roles(project) == []


def test_it_is_for_nobody_else(browser: Browser, project: Project, url: str) -> None:
    client = browser(make_user("other@example.org"))
    shown = client.get(url).text
    assert "signed in as <bdi>other@example.org</bdi>" in shown
    assert "Online retail" not in shown
    assert client.post(url).status_code == 403
    assert roles(project, "other@example.org") == []
    assert Invitation.objects.get().accepted is None


def revoke(project: Project, page: Client) -> None:
    page.post(f"/projects/{project.pk}/invitations/{Invitation.objects.get().pk}/revoke/")


def expire(project: Project, page: Client) -> None:
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))


def invite_again(project: Project, page: Client) -> None:
    invite(page, project)


def remove_who_invited(project: Project, page: Client) -> None:
    make_member(project, "owner")
    inviter = Invitation.objects.get().invited_by
    assert inviter
    member_remove(project=project, user_id=inviter.pk)


@pytest.mark.parametrize("end", [revoke, expire, invite_again, remove_who_invited])
def test_it_dies(page: Client, project: Project, url: str, end: Any) -> None:
    end(project, page)
    answer = Client().post(url, {"password": PASSWORD})
    assert answer.status_code == 404
    assert "ask for a new one" in answer.text
    assert not User.objects.filter(email=NEW).exists()


def test_who_guesses_links_is_not_answered_any_more(client: Client, db: None, url: str) -> None:
    cache.clear()
    answers = [client.get(f"/invitations/guess-{n}/").status_code for n in range(21)]
    assert answers == [404] * 20 + [429]
    assert client.get(url).status_code == 429
    cache.clear()


def test_only_owners_see_who_is_invited(
    browser: Browser, project: Project, editor: User, url: str
) -> None:
    assert NEW not in browser(editor).get(f"/projects/{project.pk}/members/").text
