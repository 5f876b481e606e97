"""Tokens by the API."""

from datetime import timedelta

from django.utils import timezone

from projects.models import ApiToken, User
from projects.services.tokens import token_create
from tests.factories import make_user
from tests.projects.api.conftest import Script


def test_it_tells_the_secret_once(script: Script) -> None:
    status, made = script("POST", "/tokens", {"name": "Nightly", "scope": "read"})
    assert status == 201
    assert made["secret"].startswith("seg_")
    assert Script(made["secret"])("GET", "/projects")[0] == 200
    _, listed = script("GET", "/tokens")
    assert listed["count"] == 2
    assert all("secret" not in item and "secret_hash" not in item for item in listed["items"])


def test_a_deleted_token_works_no_more(script: Script) -> None:
    _, made = script("POST", "/tokens", {"name": "Nightly"})
    assert script("DELETE", f"/tokens/{made['id']}") == (204, None)
    assert Script(made["secret"])("GET", "/projects")[0] == 401


def test_tokens_of_others_do_not_exist(script: Script) -> None:
    token, _ = token_create(user=make_user(), name="Not mine")
    assert script("DELETE", f"/tokens/{token.pk}")[0] == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_it_refuses_a_time_without_zone_or_in_the_past(script: Script) -> None:
    for moment in ("2999-01-01T00:00:00", "2001-01-01T00:00:00Z", "soon"):
        status, body = script("POST", "/tokens", {"name": "x", "expires": moment})
        assert status in (400, 422), moment
        assert list(body["error"]["fields"]) == ["expires"]


def test_a_token_cannot_make_one_that_outlives_it(owner: User) -> None:
    ends = timezone.now() + timedelta(days=1)
    script = Script(token_create(user=owner, name="day", scope="write", expires=ends)[1])
    assert script("POST", "/tokens", {"name": "for ever"})[0] == 403
    later = (ends + timedelta(days=1)).isoformat()
    assert script("POST", "/tokens", {"name": "later", "expires": later})[0] == 403
    sooner = (ends - timedelta(hours=1)).isoformat()
    assert script("POST", "/tokens", {"name": "sooner", "expires": sooner})[0] == 201
