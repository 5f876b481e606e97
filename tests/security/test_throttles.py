"""Who guesses is slowed down: passwords, reset mails, one-time links and API tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from projects.models import Project, User
from projects.services.tokens import token_create
from projects.services.users import sign_in_link_create
from projects.web.throttle import LINKS, TOKENS
from tests.security.conftest import EMAIL, PASSWORD

From = Callable[..., Client]
TRIED = "too often"
NETWORK = "2001:db8:7:7"


def sign_in(client: Client, password: str, login: str = EMAIL) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": password})


def bearer(client: Client, token: str) -> Any:
    return client.get("/api/v1/projects", headers={"Authorization": f"Bearer {token}"})


def test_a_password_is_not_even_looked_at_after_five_wrong_ones(
    owner: User, from_address: From
) -> None:
    for number in range(5):
        assert sign_in(from_address(), f"guess {number}").status_code == 200
    for other in ("198.51.101.1", "198.51.101.2"):  # from elsewhere neither
        client = from_address(other)
        response = sign_in(client, PASSWORD)
        assert "Too many failed login attempts" in response.text
        assert client.get("/").status_code == 302


def test_many_accounts_are_not_tried_from_one_address(owner: User, from_address: From) -> None:
    answers = [sign_in(from_address(), "123456", f"person{n}@example.org") for n in range(11)]
    assert "Too many failed login attempts" not in answers[9].text
    assert "Too many failed login attempts" in answers[10].text
    assert sign_in(from_address("198.51.101.3"), PASSWORD).status_code == 302


def test_reset_mails_are_not_sent_without_end(owner: User, from_address: From) -> None:
    client, url = from_address(), "/accounts/password/reset/"
    answers = [client.post(url, {"email": EMAIL}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert len(mail.outbox) == 5
    assert TRIED in answers[-1].text
    assert answers[-1]["Retry-After"] == "60"
    assert client.post(url, {"email": "other@example.org"}).status_code == 302


def test_a_reset_answers_alike_whether_the_account_exists(owner: User, from_address: From) -> None:
    """CVE-2018-10732: who has an account here cannot be found out."""
    client, url = from_address(), "/accounts/password/reset/"
    there, nowhere = (client.post(url, {"email": e}) for e in (EMAIL, "nobody@example.org"))
    assert (there.status_code, there["Location"]) == (nowhere.status_code, nowhere["Location"])
    wrong = [sign_in(client, "wrong", e).text for e in (EMAIL, "none@example.org")]
    sentence = "The email address and/or password you specified are not correct."
    assert all(sentence in text for text in wrong)


def test_tokens_are_not_guessed(owner: User, from_address: From) -> None:
    secret = token_create(user=owner, name="script")[1]
    assert bearer(from_address(), secret).status_code == 200
    answers = [bearer(from_address(), f"seg_guess{n}").status_code for n in range(TOKENS.amount)]
    assert set(answers) == {401}
    refused = bearer(from_address(), secret)  # a right one neither: it would tell
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_many"
    assert 1 <= int(refused["Retry-After"]) <= TOKENS.seconds
    assert bearer(from_address("198.51.101.4"), secret).status_code == 200


def test_one_old_token_does_not_lock_the_others_of_its_address_out(
    owner: User, from_address: From
) -> None:
    secret = token_create(user=owner, name="script")[1]
    for _ in range(TOKENS.amount + 1):
        assert bearer(from_address(), "seg_of_last_year").status_code == 401
    assert bearer(from_address(), secret).status_code == 200


def test_the_addresses_of_one_ipv6_network_count_together(owner: User, from_address: From) -> None:
    secret = token_create(user=owner, name="script")[1]
    for number in range(TOKENS.amount):
        bearer(from_address(f"{NETWORK}::{number + 1:x}"), f"seg_{number}")
    assert bearer(from_address(f"{NETWORK}:ffff::1"), secret).status_code == 429
    assert bearer(from_address("2001:db8:7:8::1"), secret).status_code == 200


def test_one_time_links_are_not_guessed(owner: User, from_address: From) -> None:
    url = f"/start/{sign_in_link_create(user=owner)}/"
    for number in range(LINKS.amount):
        assert from_address().post(f"/start/guess{number}/").status_code == 404
    refused = from_address().post(url)
    assert refused.status_code == 429
    assert "Try again in" in refused.text
    assert from_address("198.51.101.5").post(url).status_code == 302


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 200)])
def test_only_a_proxy_that_was_announced_says_who_asks(
    proxies: int, status: int, owner: User, project: Project, from_address: From, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    secret, headers = token_create(user=owner, name="script")[1], {"X-Forwarded-For": "192.0.2.1"}
    for number in range(TOKENS.amount):
        bearer(from_address(), f"seg_{number}")
    headers |= {"Authorization": f"Bearer {secret}"}
    assert from_address().get("/api/v1/projects", headers=headers).status_code == status
