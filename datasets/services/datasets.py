"""Datasets of a project: found, named, changed, deleted; and how a new version is published."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet

from datasets.engine.connectors.base import ReadResult
from datasets.engine.store import publish_folder
from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services.files import folders_remove, version_folder
from datasets.services.limits import datasets_limit, size_limit
from datasets.services.links import links_drop
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from projects.services.audit import audit_record
from projects.services.bins import mark_deleted
from projects.services.jobs import job_cancel, jobs_hold
from projects.services.projects import project_get, project_touch
from projects.services.text import clean_name, clean_text, name_free
from segplatform.kernel.errors import Conflict, NotFound, Superseded

MAX_DESCRIPTION = 2000
MISSING = "There is no such dataset, or you are not a member of its project."


def dataset_list(*, project: Project) -> QuerySet[Dataset]:
    """List the datasets of a project with their current versions."""
    return Dataset.objects.filter(project=project).select_related(
        "current", "current__created_by", "created_by", "recipe"
    )


def datasets_named(*, user: User, text: str) -> QuerySet[Dataset]:
    """List datasets of the person's projects with ``text`` in their name."""
    mine = Dataset.objects.filter(project__memberships__user=user, name__icontains=text)
    return mine.select_related("project").order_by("name")


def dataset_get(*, project: Project, dataset_id: UUID) -> Dataset:
    """Return a dataset of this project with its current version; raises ``NotFound``."""
    dataset = dataset_list(project=project).filter(pk=dataset_id).first()
    if dataset is None:
        raise NotFound(MISSING)
    dataset.project = project
    return dataset


def dataset_find(*, user: User, dataset_id: UUID, role: str = "viewer") -> Dataset:
    """Return a dataset by its id alone, for the API.

    Raises ``NotFound`` for strangers and ``Forbidden`` for members without ``role``.
    """
    found = Dataset.objects.filter(pk=dataset_id).values_list("project", flat=True).first()
    if found is None:
        raise NotFound(MISSING)
    try:
        project = project_get(user=user, project_id=found, role=role)
    except NotFound:
        raise NotFound(MISSING) from None
    return dataset_get(project=project, dataset_id=dataset_id)


def dataset_create(*, project: Project, user: User | None, name: str) -> Dataset:
    """Create an empty dataset; raises ``Conflict`` for a name that is taken."""
    clean = clean_name(name)
    _name_require_free(project, clean)
    datasets_limit(project=project)
    try:
        with transaction.atomic():
            dataset = Dataset.objects.create(project=project, name=clean, created_by=user)
            audit_record(action="dataset.create", thing=dataset)
    except IntegrityError:
        raise _taken(clean) from None
    project_touch(project=project)
    return dataset


def dataset_update(
    *, dataset: Dataset, name: str | None = None, description: str | None = None
) -> Dataset:
    """Rename or describe a dataset; what is None stays. Raises ``Conflict`` for a taken name."""
    if name is not None:
        dataset.name = clean_name(name)
        _name_require_free(dataset.project, dataset.name, but=dataset.pk)
    if description is not None:
        dataset.description = clean_text(description, field="description", limit=MAX_DESCRIPTION)
    try:
        with transaction.atomic():
            dataset.save(update_fields=["name", "description", "updated"])
            audit_record(action="dataset.change", thing=dataset)
    except IntegrityError:
        raise _taken(dataset.name) from None
    project_touch(project=dataset.project)
    return dataset


def dataset_delete(*, dataset: Dataset) -> None:
    """Delete a dataset; it can be restored for some days. Work that fills it is cancelled.

    The recipe that makes it goes with it; ``Conflict`` while another one reads it.
    """
    with transaction.atomic():
        jobs = jobs_hold(jobs=Job.objects.filter(subject=job_subject(dataset=dataset)))
        if not Dataset.objects.select_for_update(no_key=True).filter(pk=dataset.pk).exists():
            raise NotFound(MISSING)
        readers = Recipe.objects.filter(slots__dataset=dataset).order_by("name").distinct()
        if readers:
            names = ", ".join(f"“{recipe.name}”" for recipe in readers)
            raise Conflict(f"“{dataset.name}” is read by {names}; delete that first.")
        for job in jobs:
            job_cancel(job=job)
        mark_deleted(thing=dataset)
        links_drop(dataset=dataset)
        audit_record(action="dataset.delete", thing=dataset)
    project_touch(project=dataset.project)


def dataset_name_free(*, project: Project, name: str) -> str:
    """Suggest a name that is free: the given one, or with a number behind it."""
    return name_free(name, project.datasets.values_list("name", flat=True), default="Dataset")


def job_subject(*, dataset: Dataset) -> str:
    """Name the dataset as the subject of a job: one job at a time fills it."""
    return f"dataset:{dataset.pk}"


def jobs_latest(*, datasets: Iterable[Dataset]) -> dict[UUID, Job]:
    """Return the latest job of each dataset that had one, in one query."""
    subjects = {job_subject(dataset=dataset): dataset.pk for dataset in datasets}
    jobs = Job.objects.filter(subject__in=subjects).order_by("created")
    return {subjects[job.subject]: job for job in jobs}


def dataset_counts(*, project_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Count the datasets of each of these projects that has any."""
    found = Dataset.objects.filter(project__in=list(project_ids)).order_by()
    return dict(found.values_list("project").annotate(Count("pk")))


def version_list(*, dataset: Dataset) -> QuerySet[DatasetVersion]:
    """List the versions of a dataset, newest first."""
    return dataset.versions.select_related("created_by")


def version_publish(
    *,
    ctx: JobContext,
    dataset: Dataset,
    result: ReadResult,
    tmp: Path,
    origin: dict[str, Any] | None = None,
) -> DatasetVersion:
    """Make the files in ``tmp`` the current version of the dataset: all of it or nothing.

    The folder is renamed into place, then one short transaction names it, if this attempt of
    the job still may. Raises ``Superseded`` or ``Cancelled``, and leaves no files, if it may not.
    """
    version_id = uuid.uuid4()
    with _published(ctx, dataset, tmp, version_id, result) as folder:
        return version_create(ctx.user, dataset, result, version_id, folder, origin or {})


def version_refill(
    *,
    ctx: JobContext,
    version: DatasetVersion,
    result: ReadResult,
    tmp: Path,
    origin: dict[str, Any],
) -> DatasetVersion:
    """Give a released version its files back, which a run with the same inputs made again.

    It stays the version that it was, so nothing that read it is out of date. Raises
    ``Superseded`` where it is no longer released, else as ``version_publish``.
    """
    with _published(ctx, version.dataset, tmp, uuid.uuid4(), result) as folder:
        held = DatasetVersion.objects.filter(pk=version.pk, released__isnull=False)
        if not held.update(
            folder=folder, files=result.files, bytes=result.bytes, origin=origin, released=None
        ):
            raise Superseded("The version was replaced meanwhile.")
    version.refresh_from_db()
    return version


@contextmanager
def _published(
    ctx: JobContext, dataset: Dataset, tmp: Path, folder_id: uuid.UUID, result: ReadResult
) -> Iterator[str]:
    """Rename ``tmp`` into place; the body names the folder, in the transaction that publishes."""
    size_limit(result=result)
    folder = version_folder(
        project_id=dataset.project_id, dataset_id=dataset.pk, version_id=folder_id
    )
    final = Path(settings.DATA_DIR) / folder
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    publish_folder(tmp, final, files=result.files)
    try:
        with ctx.publish():
            yield folder
    except BaseException:
        folders_remove(folders=[folder])
        raise


def version_create(
    user: User | None,
    dataset: Dataset,
    result: ReadResult,
    version_id: UUID,
    folder: str,
    origin: dict[str, Any],
) -> DatasetVersion:
    """Name the files in ``folder`` as the current version, within the caller's transaction.

    Raises ``Superseded`` where the dataset was deleted meanwhile.
    """
    locked = Dataset.objects.select_for_update(no_key=True).filter(pk=dataset.pk).first()
    if locked is None:
        raise Superseded("The dataset was deleted meanwhile.")
    number = locked.versions.aggregate(last=Max("number"))["last"] or 0
    version = DatasetVersion.objects.create(
        pk=version_id,
        dataset=locked,
        number=number + 1,
        folder=folder,
        files=result.files,
        columns=result.columns,
        rows=result.rows,
        bytes=result.bytes,
        report=result.report,
        origin=origin,
        created_by=user,
    )
    locked.current = version
    locked.save(update_fields=["current", "updated"])
    _versions_prune(version, dataset.project.persistency)
    audit_record(action="dataset.version", thing=locked, number=version.number, rows=version.rows)
    return version


def _versions_prune(current: DatasetVersion, persistency: str) -> None:
    """Remove the older versions that the project does not keep.

    One whose files are released goes whatever the project says: only a current one is made again.
    """
    older = DatasetVersion.objects.filter(dataset=current.dataset).exclude(pk=current.pk)
    made = "recipe" in current.origin
    if not (
        persistency == Project.Persistency.KEEP_LATEST
        or (persistency == Project.Persistency.ON_DEMAND and made)
    ):
        older = older.filter(released__isnull=False)
    folders = list(older.values_list("folder", flat=True))
    older.delete()
    transaction.on_commit(lambda: folders_remove(folders=folders))


def _name_require_free(project: Project, name: str, but: UUID | None = None) -> None:
    others = project.datasets.filter(name__iexact=name)
    if (others.exclude(pk=but) if but else others).exists():
        raise _taken(name)


def _taken(name: str) -> Conflict:
    message = f"The project already has a dataset “{name}”; choose another name."
    return Conflict(message, {"name": message})
