"""Prototypes: their state, found, trained again, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from mllab.models import Experiment, Prototype
from mllab.services.files import lab_folders_remove
from mllab.services.preparing import group_start, prepare_start, train_start
from mllab.services.results import (
    assignments_page,
    prototype_figure,
    prototype_model,
    prototype_profiles,
)
from mllab.services.segmentations import promoted_refuse
from mllab.services.training import train_run
from projects.models import Job, Project, User
from projects.services.audit import audit_record
from projects.services.jobs import job_cancel, jobs_hold
from projects.services.projects import project_get, project_touch
from segplatform.kernel.errors import Conflict, NotFound

__all__ = [
    "State",
    "assignments_page",
    "prototype_cancel",
    "prototype_delete",
    "prototype_figure",
    "prototype_find",
    "prototype_get",
    "prototype_list",
    "prototype_model",
    "prototype_profiles",
    "prototype_retrain",
    "prototypes_get",
    "state_of",
    "train_run",
]

MISSING = "There is no such prototype, or you are not a member of its project."
QUEUED, SUCCEEDED = Job.State.QUEUED.value, Job.State.SUCCEEDED.value


@dataclass(frozen=True)
class State:
    """How a prototype stands: ``key`` as of jobs, the sentence of what went wrong, progress."""

    key: str
    error: str = ""
    message: str = ""
    progress: float = 0.0

    @property
    def is_active(self) -> bool:
        """Whether it may still change by itself."""
        return self.key in Job.ACTIVE


def state_of(*, prototype: Prototype) -> State:
    """Say how a prototype stands, from its job, or that of its data while it has none."""
    if prototype.finished:
        return State(SUCCEEDED, progress=1.0)
    job = prototype.job
    if job and job.state != Job.State.SUCCEEDED:
        return State(job.state, job.error, job.message, job.progress)
    prepare = prototype.experiment.prepare_job
    if job or prepare is None:
        return State(QUEUED)
    if prepare.is_active:
        return State(QUEUED, message="The data is being prepared.")
    if prepare.state == Job.State.SUCCEEDED:
        return State(QUEUED)
    return State(prepare.state, prepare.error)


def prototype_list(*, project: Project) -> QuerySet[Prototype]:
    """List the prototypes of a project with what their state is read from."""
    found = Prototype.objects.filter(experiment__use_case__project=project)
    return found.select_related(
        "job", "experiment__use_case__dataset", "experiment__prepare_job", "experiment__job"
    )


def prototype_get(*, project: Project, prototype_id: UUID) -> Prototype:
    """Return a prototype of this project; raises ``NotFound``."""
    found = prototype_list(project=project).filter(pk=prototype_id).first()
    if found is None:
        raise NotFound(MISSING)
    found.experiment.use_case.project = project
    return found


def prototypes_get(*, project: Project, ids: Sequence[UUID]) -> list[Prototype]:
    """Return prototypes of this project in the order asked for; ``NotFound`` where one is not."""
    found = prototype_list(project=project).in_bulk(list(ids))
    if missing := [pk for pk in ids if pk not in found]:
        raise NotFound(MISSING if len(missing) < 2 else "Some of these prototypes are not there.")
    for prototype in found.values():
        prototype.experiment.use_case.project = project
    return [found[pk] for pk in ids]


def prototype_find(*, user: User, prototype_id: UUID, role: str = "viewer") -> Prototype:
    """Return a prototype by its id alone, for the API.

    Raises ``NotFound`` for strangers and ``Forbidden`` for members without ``role``.
    """
    owners = Prototype.objects.filter(pk=prototype_id)
    found = owners.values_list("experiment__use_case__project", flat=True).first()
    if found is None:
        raise NotFound(MISSING)
    try:
        project = project_get(user=user, project_id=found, role=role)
    except NotFound:
        raise NotFound(MISSING) from None
    return prototype_get(project=project, prototype_id=prototype_id)


def prototype_retrain(*, prototype: Prototype, user: User) -> Job:
    """Train again what failed, was cancelled or got lost; a second click returns the same job.

    Where preparing the data went wrong that is done again, for all prototypes that wait for it.
    ``Conflict`` for a prototype that is trained: the same settings would give the same segments.
    """
    if prototype.finished:
        raise Conflict(
            "This prototype is trained, and the same settings give the same segments. "
            "Create prototypes with other settings instead."
        )
    experiment = prototype.experiment
    with transaction.atomic():
        if state_of(prototype=prototype).is_active:
            return _active_job(prototype)
        group = group_start(experiment=experiment, user=user, count=1)
        if experiment.prepared is None:
            job = prepare_start(experiment=experiment, user=user, group=group)
            experiment.prototypes.filter(finished=None).update(job=None)
        else:
            job = train_start(prototype=prototype, user=user, group=group)
            Experiment.objects.filter(pk=experiment.pk).update(job=group)
    project_touch(project=experiment.use_case.project)
    return job


def prototype_cancel(*, prototype: Prototype) -> None:
    """Stop training it; ``Conflict`` while it waits for data that others wait for too."""
    job = prototype.job
    if job and job.is_active:
        job_cancel(job=job)
    elif state_of(prototype=prototype).is_active:
        raise Conflict(
            "The data of the whole experiment is being prepared; cancel the experiment instead."
        )


def prototype_delete(*, prototype: Prototype) -> None:
    """Delete a prototype with its files; an experiment goes with the last of its prototypes.

    ``Conflict`` while it is in the flow.
    """
    experiment, folders = prototype.experiment, [prototype.folder]
    with transaction.atomic():
        jobs = {job.pk: job for job in jobs_hold(jobs=_jobs(prototype))}
        locked = Experiment.objects.select_for_update(no_key=True).filter(pk=experiment.pk).first()
        promoted_refuse(prototypes=Prototype.objects.filter(pk=prototype.pk), for_good=True)
        _job_end(jobs, prototype.job_id)
        Prototype.objects.filter(pk=prototype.pk).delete()
        if locked and not locked.prototypes.exists():
            _job_end(jobs, locked.job_id)
            _job_end(jobs, locked.prepare_job_id)
            folders = [locked.folder]
            locked.delete()
        audit_record(
            action="prototype.delete", thing=prototype, project=experiment.use_case.project,
            number=prototype.number,
        )  # fmt: skip
        transaction.on_commit(lambda: lab_folders_remove(folders=folders))
    project_touch(project=experiment.use_case.project)


def _active_job(prototype: Prototype) -> Job:
    job = prototype.job or prototype.experiment.prepare_job
    if job is None:
        raise Conflict("This prototype is being started; look again in a moment.")
    return job


def _jobs(prototype: Prototype) -> QuerySet[Job]:
    """Select what may work for the prototype or, should it be the last, for its experiment."""
    experiment = prototype.experiment
    ids = (prototype.job_id, experiment.job_id, experiment.prepare_job_id)
    return Job.objects.filter(pk__in=[pk for pk in ids if pk])


def _job_end(active: Mapping[UUID, Job], job_id: UUID | None) -> None:
    if job_id and job_id in active:
        job_cancel(job=active[job_id])
