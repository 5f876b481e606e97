"""Prototypes made of others of the same experiment: started, and their segments' words."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mllab.models import Experiment, Prototype, UseCase
from mllab.services.preparing import group_start, train_start
from mllab.services.use_cases import MISSING as USE_CASE_MISSING
from projects.models import Job, User
from projects.services.audit import audit_record
from projects.services.projects import project_touch
from segplatform.kernel.errors import NotFound


def made_start(
    *, experiment: Experiment, user: User, algorithm: str, params: dict[str, Any],
    action: str, **facts: Any,
) -> tuple[Prototype, Job]:  # fmt: skip
    """Start a new prototype of a prepared experiment, by an algorithm that needs others of it.

    ``action`` and ``facts`` are what the record keeps.
    """
    project = experiment.use_case.project
    with transaction.atomic():
        group = group_start(experiment=experiment, user=user, count=1)
        made = _create(experiment, user, algorithm, params)
        job = train_start(prototype=made, user=user, group=group)
        Experiment.objects.filter(pk=experiment.pk).update(job=group)
        audit_record(action=action, thing=made, project=project, number=made.number, **facts)
    project_touch(project=project)
    return made, job


def _create(
    experiment: Experiment, user: User, algorithm: str, params: dict[str, Any]
) -> Prototype:
    cases = UseCase.objects.filter(pk=experiment.use_case_id)
    if not cases.update(prototypes_made=F("prototypes_made") + 1, updated=timezone.now()):
        raise NotFound(USE_CASE_MISSING)
    number = cases.values_list("prototypes_made", flat=True).get()
    return Prototype.objects.create(
        experiment=experiment, number=number, algorithm=algorithm, params=params, created_by=user
    )
