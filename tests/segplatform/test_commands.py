"""The management commands behind `segplatform`: what they print, and when they fail."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from projects.management.first_owner import OWNER_EMAIL, first_sign_in_link
from projects.models import ApiToken, User
from projects.services.tokens import token_user
from projects.services.users import sign_in_link_use, user_create
from segplatform import health


def printed(*command: str, **options: object) -> str:
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_a_new_installation_gets_an_owner_and_a_link() -> None:
    link = first_sign_in_link("http://localhost:8000")
    assert link.startswith("http://localhost:8000/start/")
    owner = sign_in_link_use(secret=link.split("/")[-2])
    assert (owner.email, owner.is_superuser) == (OWNER_EMAIL, True)


@pytest.mark.django_db
def test_the_link_is_printed_until_somebody_has_signed_in() -> None:
    first_sign_in_link("http://localhost")
    assert first_sign_in_link("http://localhost")
    assert User.objects.count() == 1
    User.objects.update(last_login=timezone.now())
    assert first_sign_in_link("http://localhost") == ""


@pytest.mark.django_db
def test_the_link_is_for_the_first_person_where_there_is_one() -> None:
    user_create(email="ann@example.com")
    link = first_sign_in_link("http://localhost")
    assert sign_in_link_use(secret=link.split("/")[-2]).email == "ann@example.com"


@pytest.mark.django_db
def test_user_create_prints_a_link_that_works() -> None:
    said = printed("user_create", "ann@example.com", address="https://seg.example.com/")
    link = said.split()[-1]
    assert link.startswith("https://seg.example.com/start/")
    assert sign_in_link_use(secret=link.split("/")[-2]).email == "ann@example.com"


@pytest.mark.django_db
def test_user_create_refuses_an_address_that_is_taken() -> None:
    printed("user_create", "ann@example.com")
    with pytest.raises(CommandError):
        printed("user_create", "ANN@example.com")


@pytest.mark.django_db
def test_token_create_prints_the_secret_alone() -> None:
    user_create(email="ann@example.com")
    secret = printed("token_create", "Ann@example.com", scope="write", days=7).strip()
    found = token_user(secret=secret)
    assert found is not None
    assert found[1].scope == ApiToken.Scope.WRITE
    assert found[1].expires is not None
    assert timezone.now() < found[1].expires < timezone.now() + timedelta(days=8)


@pytest.mark.django_db
def test_token_create_says_how_to_make_the_person() -> None:
    with pytest.raises(CommandError, match="segplatform user create"):
        printed("token_create", "nobody@example.com")


def test_a_worker_refuses_a_queue_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match="There is no queue fast: choose from interactive"):
        printed("worker", queues="fast,default")


@pytest.mark.django_db
def test_check_fails_on_a_directory_that_others_can_read(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 0)
    data_dir.chmod(0o755)
    try:
        with pytest.raises(CommandError, match="of the checks failed"):
            printed("platform_check")
        assert "chmod 700" in health.data_directory().text
    finally:
        data_dir.chmod(0o700)


def test_check_fails_on_debug_a_short_key_and_a_full_disk(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    settings.SECRET_KEY = "short"
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**70)
    found = [health.debug(), health.secret_key(), health.data_directory()]
    assert [finding.state for finding in found] == ["failed"] * 3


def test_check_tells_an_outside_queue_from_our_own(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    assert health.queue().state == "note"
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert health.queue().state == "failed"
