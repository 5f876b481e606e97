"""The account page: name, password, tokens."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from projects.models import ApiToken, User
from projects.services.tokens import token_create, token_user
from tests.factories import make_user


def test_it_changes_the_name(page: Client, owner: User) -> None:
    response = page.post("/account/", {"name": "  Olga  "}, follow=True)
    owner.refresh_from_db()
    assert owner.name == "Olga"
    assert "Your name is saved." in response.text


def test_it_keeps_a_name_that_is_too_long_in_the_field(page: Client, owner: User) -> None:
    response = page.post("/account/", {"name": "x" * 121})
    owner.refresh_from_db()
    assert response.status_code == 422
    assert "x" * 121 in response.text
    assert owner.name == "Olga Owner"


def test_it_offers_a_first_password_to_who_came_by_link(page: Client, owner: User) -> None:
    assert "Set a password" in page.get("/account/").text
    owner.set_password("corr3ct-horse")
    owner.save()
    page.force_login(owner)
    assert "Change password" in page.get("/account/").text


def test_it_shows_a_new_token_once(page: Client, owner: User) -> None:
    data = {"name": "Nightly", "scope": "write", "expires": ""}
    html = page.post("/account/tokens/", data).text
    found = re.search(r"seg_[\w-]+", html)
    assert found
    assert token_user(secret=found[0])
    again = page.get("/account/").text
    assert "Nightly" in again
    assert "Read and write" in again
    assert found[0] not in again


def test_a_token_works_until_the_end_of_its_last_day(page: Client, owner: User) -> None:
    today = timezone.localdate()
    page.post("/account/tokens/", {"name": "Today", "scope": "read", "expires": today.isoformat()})
    expires = ApiToken.objects.get().expires
    assert expires
    assert timezone.localtime(expires).date() == today
    assert expires - timezone.now() < timedelta(days=1)


def test_it_refuses_a_token_without_a_name_or_in_the_past(page: Client) -> None:
    data = {"name": "", "scope": "read", "expires": "2001-01-01"}
    response = page.post("/account/tokens/", data)
    assert response.status_code == 422
    response = page.post("/account/tokens/", data | {"name": "Late"})
    assert "Choose a time in the future." in response.text
    assert not ApiToken.objects.exists()


def test_it_deletes_a_token(page: Client, owner: User) -> None:
    token, secret = token_create(user=owner, name="Old")
    page.post(f"/account/tokens/{token.pk}/delete/")
    assert token_user(secret=secret) is None


def test_it_neither_shows_nor_deletes_tokens_of_others(page: Client) -> None:
    token, _ = token_create(user=make_user(), name="Not mine")
    assert "Not mine" not in page.get("/account/").text
    assert page.post(f"/account/tokens/{token.pk}/delete/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()
