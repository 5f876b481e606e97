"""What the reconciler lets this app remove, and how often."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from datasets.models import Upload
from projects import hooks
from projects.jobs import reconcile as reconciling
from projects.jobs.reconcile import reconcile
from tests.factories import make_project
from tests.factories.uploads import make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _never_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "_tidied", float("-inf"))


def test_it_removes_expired_uploads_now_and_then() -> None:
    for left in (0, 1):
        make_upload(make_project())
        Upload.objects.update(expires=now() - timedelta(seconds=1))
        reconcile()
        assert Upload.objects.count() == left


def test_one_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def fails() -> None:
        raise OSError("disk")

    monkeypatch.setattr(hooks, "housekeeping", [fails, lambda: called.append("second")])
    reconcile()
    assert called == ["second"]
