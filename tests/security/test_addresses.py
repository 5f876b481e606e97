"""Nobody takes an address whose mailbox is another's: people are added to projects by it."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from projects.models import User
from tests.security.conftest import EMAIL

From = Callable[..., Client]
OTHER = "colleague@example.org"
URL = "/accounts/email/"


@pytest.fixture
def client(owner: User, from_address: From) -> Client:
    made = from_address()
    made.force_login(owner)
    return made


def email_of(user: User) -> str:
    user.refresh_from_db()
    return user.email


@pytest.mark.parametrize("opened", [True, False])
def test_an_address_that_nobody_confirmed_does_not_become_ones_own(
    opened: bool, client: Client, owner: User
) -> None:
    """CVE-2026-22033: an account is not turned into somebody else's."""
    if opened:
        client.get(URL)
    for press in ("action_add", "action_primary"):
        client.post(URL, {press: "", "email": OTHER})
        assert email_of(owner) == EMAIL
    client.post(URL, {"action_remove": "", "email": EMAIL})
    client.post(URL, {"action_primary": "", "email": OTHER})
    assert email_of(owner) == EMAIL


def test_one_that_was_confirmed_by_its_mail_does(client: Client, owner: User) -> None:
    client.post(URL, {"action_add": "", "email": OTHER})
    assert [message.to for message in mail.outbox] == [[OTHER]]
    link = next(word for word in mail.outbox[0].body.split() if "/confirm-email/" in word)
    assert client.post(link).status_code == 302
    client.post(URL, {"action_primary": "", "email": OTHER})
    assert email_of(owner) == OTHER
