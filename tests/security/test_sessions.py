"""Sessions: a new one at each sign-in, gone at sign-out, and for others after a new password."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from projects.models import User
from projects.services.users import sign_in_link_create
from tests.security.conftest import EMAIL, PASSWORD

NEW = "an0ther-horse-battery"
From = Callable[..., Client]


def signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def sign_in(client: Client, password: str = PASSWORD) -> Client:
    client.post("/accounts/login/", {"login": EMAIL, "password": password})
    assert signed_in(client)
    return client


def key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_session_that_somebody_planted_is_not_the_one_after_the_sign_in(
    owner: User, from_address: From
) -> None:
    client = from_address()
    session = client.session
    session["planted"] = 1
    session.save()
    planted = key(client)
    sign_in(client)
    assert key(client) != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_signing_out_ends_the_session_on_the_server(owner: User, from_address: From) -> None:
    client = sign_in(from_address())
    stolen = key(client)
    client.get("/accounts/logout/")
    assert signed_in(client)  # looking is not leaving
    client.post("/accounts/logout/")
    thief = from_address()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert not signed_in(thief)


def test_a_new_password_signs_all_others_out_and_not_who_changed_it(
    owner: User, from_address: From
) -> None:
    here, elsewhere = sign_in(from_address()), sign_in(from_address())
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    before = key(here)
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert signed_in(here)
    assert key(here) != before
    assert not signed_in(elsewhere)


def test_a_first_password_signs_out_who_came_by_an_earlier_link(
    owner: User, from_address: From
) -> None:
    owner.set_unusable_password()
    owner.save()
    browsers = [from_address(), from_address()]
    for client in browsers:
        client.post(f"/start/{sign_in_link_create(user=owner)}/")
    browsers[0].post("/accounts/password/set/", {"password1": NEW, "password2": NEW})
    assert [signed_in(client) for client in browsers] == [True, False]


def test_a_reset_by_mail_works_once_and_signs_all_out(owner: User, from_address: From) -> None:
    thief, client = sign_in(from_address()), from_address()
    client.post("/accounts/password/reset/", {"email": EMAIL})
    url = next(word for word in strip_tags(mail.outbox[0].body).split() if "/reset/key/" in word)
    page = client.get(url, follow=True).redirect_chain[-1][0]
    client.post(page, {"password1": NEW, "password2": NEW})
    assert not signed_in(thief)
    sign_in(from_address(), NEW)
    used = from_address()
    used.get(url, follow=True)
    used.post(page, {"password1": PASSWORD, "password2": PASSWORD})
    owner.refresh_from_db()
    assert owner.check_password(NEW)


def test_a_weak_password_is_refused(owner: User, from_address: From) -> None:
    client = sign_in(from_address())
    for weak in ("12345678901", "password123", "olga-owner", "sh0rt"):
        form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert client.post("/accounts/password/change/", form).status_code == 200, weak
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_passwords_are_stored_slow_to_guess(real_hashes: None, owner: User) -> None:
    assert owner.password.startswith("argon2$argon2id$")


def test_nobody_makes_themselves_an_account(db: None, from_address: From) -> None:
    form = {"email": "new@example.org", "password1": NEW, "password2": NEW}
    assert "closed" in from_address().post("/accounts/signup/", form).text.lower()
    assert not User.objects.filter(email="new@example.org").exists()


def test_who_is_locked_is_out_at_once(owner: User, from_address: From) -> None:
    client = sign_in(from_address())
    User.objects.update(is_active=False)
    assert not signed_in(client)
