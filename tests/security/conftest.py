"""A person with a password, and browsers from an address of the test's own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from projects.models import Project, User
from tests.factories import make_project, make_user

EMAIL, PASSWORD = "olga@example.org", "corr3ct-horse-battery"
_addresses = count(1)


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, settings: Any) -> None:
    """Hash passwords in no time, but where the test is about that."""
    if "real_hashes" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def real_hashes() -> None:
    """Hash passwords as the product does."""


@pytest.fixture
def owner(db: None) -> User:
    """Give somebody who signs in by a password."""
    user = make_user(EMAIL, name="Olga Owner")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def project(owner: User) -> Project:
    return make_project(owner, name="Online retail")


@pytest.fixture
def address() -> Iterator[str]:
    """Give an address that no other test counts tries of, and forget the tries."""
    yield f"198.51.100.{next(_addresses)}"
    cache.clear()


@pytest.fixture
def from_address(address: str) -> Callable[..., Client]:
    """Open a browser at that address, or at another one."""

    def client(other: str = "", **options: bool) -> Client:
        return Client(REMOTE_ADDR=other or address, **options)

    return client
