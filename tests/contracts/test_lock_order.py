"""The watch over locks that every test has (tests/lock_order.py) sees what it is there for."""

from collections.abc import Callable

import pytest
from django.db import transaction

from projects.models import Job, Project
from projects.services.audit import audit_record
from projects.services.jobs import jobs_hold
from tests.factories import make_job, make_project
from tests.lock_order import watched

pytestmark = pytest.mark.django_db


def job(project: Project) -> None:
    Job.objects.filter(project=project).update(message="x")


def thing(project: Project) -> None:
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def audit(project: Project) -> None:
    audit_record(action="project.change", thing=project)


def hold(project: Project) -> None:
    jobs_hold(jobs=project.jobs.all())


Act = Callable[[Project], None]


@pytest.mark.parametrize(
    ("acts", "wrong"),
    [
        ([job, thing, audit, audit], 0),
        ([hold, thing, job, audit], 0),
        ([thing, job], 1),
        ([thing, hold], 1),
        ([audit, thing], 1),
        ([audit, job], 1),
    ],
    ids=lambda value: "-".join(act.__name__ for act in value) if isinstance(value, list) else "",
)
def test_it_sees_a_wrong_order(
    acts: list[Act], wrong: int, monkeypatch: pytest.MonkeyPatch, locks_in_order: list[str]
) -> None:
    project = make_project()
    make_job(project)
    with watched(monkeypatch) as watch:
        with transaction.atomic():
            for act in acts:
                act(project)
        for act in acts:  # each in a transaction of its own
            act(project)
    assert len(watch.wrong) == wrong
    locks_in_order.clear()
