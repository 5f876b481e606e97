"""People and their one-time sign-in links."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.models import SignInLink, User
from projects.services.users import (
    sign_in_link_create,
    sign_in_link_use,
    user_create,
    user_rename,
)
from segplatform.kernel.errors import Conflict, NotFound, UserError


def test_it_creates_a_person(db: None) -> None:
    user = user_create(email=" Ana@Example.ORG ", name=" Ana ", password="a long good phrase")
    user.refresh_from_db()
    assert (user.email, user.name) == ("ana@example.org", "Ana")
    assert user.check_password("a long good phrase")


def test_it_creates_a_person_without_a_password(db: None) -> None:
    assert not user_create(email="ana@example.org").has_usable_password()


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("ana", None, "email"),
        ("", None, "email"),
        ("a" * 250 + "@example.org", None, "email"),
        ("ana@example.org", "12345678", "password"),
        ("analyst@example.org", "analyst@example.org", "password"),
    ],
)
def test_it_names_the_wrong_field(db: None, email: str, password: str | None, field: str) -> None:
    with pytest.raises(UserError) as error:
        user_create(email=email, password=password)
    assert set(error.value.fields) == {field}
    assert not User.objects.exists()


def test_it_refuses_a_taken_address(owner: User) -> None:
    with pytest.raises(Conflict):
        user_create(email="OWNER@example.org")


def test_it_renames(owner: User) -> None:
    assert str(user_rename(user=owner, name=" Ana\nB ")) == "Ana B"
    assert str(user_rename(user=owner, name=" ")) == "owner@example.org"


def test_it_signs_in_once(owner: User) -> None:
    secret = sign_in_link_create(user=owner)
    assert sign_in_link_use(secret=secret) == owner
    with pytest.raises(NotFound):
        sign_in_link_use(secret=secret)


def test_it_stores_only_the_hash(owner: User) -> None:
    secret = sign_in_link_create(user=owner)
    assert secret not in str(SignInLink.objects.values().get())
    assert len(secret) >= 43


def test_it_refuses_a_dead_link(owner: User) -> None:
    with pytest.raises(NotFound):
        sign_in_link_use(secret="never made")
    with pytest.raises(NotFound):
        sign_in_link_use(secret=sign_in_link_create(user=owner, hours=-1))
    secret = sign_in_link_create(user=owner)
    User.objects.update(is_active=False)
    with pytest.raises(NotFound):
        sign_in_link_use(secret=secret)


def test_it_lives_for_a_day(owner: User) -> None:
    sign_in_link_create(user=owner)
    left = SignInLink.objects.get().expires - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
