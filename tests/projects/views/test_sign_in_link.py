"""Signing in by a one-time link."""

from django.test import Client

from projects.models import User
from projects.services.users import sign_in_link_create


def signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_looking_at_the_link_does_not_use_it_up(owner: User) -> None:
    url = f"/start/{sign_in_link_create(user=owner)}/"
    client = Client()
    for _ in range(3):
        assert "Sign in" in client.get(url).text
    assert not signed_in(client)
    assert client.post(url)["Location"] == "/"
    assert signed_in(client)


def test_it_works_once(owner: User) -> None:
    url = f"/start/{sign_in_link_create(user=owner)}/"
    Client().post(url)
    late = Client()
    response = late.post(url)
    assert response.status_code == 404
    assert "used already or has expired" in response.text
    assert not signed_in(late)


def test_it_refuses_a_made_up_link(db: None) -> None:
    assert Client().post("/start/made-up/").status_code == 404


def test_it_refuses_an_expired_link(owner: User) -> None:
    secret = sign_in_link_create(user=owner, hours=-1)
    assert Client().post(f"/start/{secret}/").status_code == 404


def test_it_needs_the_csrf_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"/start/{sign_in_link_create(user=owner)}/").status_code == 403


def test_it_takes_a_new_session_key(owner: User) -> None:
    client = Client()
    session = client.session
    session["before"] = 1
    session.save()
    old = session.session_key
    client.post(f"/start/{sign_in_link_create(user=owner)}/")
    assert client.session.session_key != old


def test_it_asks_for_a_password_where_there_is_none(owner: User) -> None:
    client = Client()
    response = client.post(f"/start/{sign_in_link_create(user=owner)}/", follow=True)
    assert "Set a password on your account page" in response.text
