"""API tokens: shown once, stored as hashes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from projects.models import ApiToken, User
from projects.services.tokens import token_create, token_delete, token_list, token_user
from segplatform.kernel.errors import NotFound, UserError
from tests.factories import make_user


def test_it_gives_the_secret_once(owner: User) -> None:
    token, secret = token_create(user=owner, name=" Night job ", scope="write")
    assert secret.startswith("seg_")
    assert len(secret) > 40
    assert (token.name, token.scope, token.hint) == ("Night job", "write", secret[-4:])
    assert secret not in str(ApiToken.objects.values().get())
    assert token_user(secret=secret) == (owner, token)


def test_it_knows_no_other_secret(owner: User) -> None:
    _, secret = token_create(user=owner, name="One")
    assert token_user(secret=secret[:-1]) is None
    assert token_user(secret="") is None


def test_it_does_not_take_an_expired_one(owner: User) -> None:
    soon = timezone.now() + timedelta(minutes=1)
    _, secret = token_create(user=owner, name="One", expires=soon)
    assert token_user(secret=secret)
    ApiToken.objects.update(expires=timezone.now())
    assert token_user(secret=secret) is None


def test_it_does_not_take_one_of_a_closed_account(owner: User) -> None:
    _, secret = token_create(user=owner, name="One")
    User.objects.update(is_active=False)
    assert token_user(secret=secret) is None


def test_it_notes_the_use_once_a_minute(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, secret = token_create(user=owner, name="One")
    with django_assert_num_queries(2):
        token_user(secret=secret)
    token.refresh_from_db()
    assert token.last_used
    with django_assert_num_queries(1):
        token_user(secret=secret)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "One", "scope": "admin"}, "scope"),
        ({"name": "One", "expires": timezone.now() - timedelta(days=1)}, "expires"),
    ],
)
def test_it_names_the_wrong_field(owner: User, fields: dict[str, object], field: str) -> None:
    with pytest.raises(UserError) as error:
        token_create(user=owner, **fields)
    assert set(error.value.fields) == {field}


def test_it_lists_and_deletes_mine_only(owner: User) -> None:
    mine, _ = token_create(user=owner, name="Mine")
    other = make_user()
    token_create(user=other, name="Other's")
    assert list(token_list(user=owner)) == [mine]
    with pytest.raises(NotFound):
        token_delete(user=other, token_id=mine.pk)
    token_delete(user=owner, token_id=mine.pk)
    assert not token_list(user=owner)
