"""Make, list, load, change and delete projects."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from projects.jobs import log
from projects.models import (
    MAX_ROWS_TO_DISPLAY,
    FormerMembership,
    Membership,
    Project,
    Role,
    User,
)
from projects.services.audit import audit_record
from projects.services.jobs import job_cancel, jobs_hold
from projects.services.limits import projects_limit
from projects.services.text import clean_name, clean_text, field_error
from segplatform.kernel.actor import current_actor
from segplatform.kernel.errors import Forbidden, NotFound, UserError

DESCRIPTION_LENGTH = 2000
NO_PROJECT = "There is no such project, or you are not a member of it."


def project_create(
    *,
    user: User,
    name: str,
    description: str = "",
    persistency: str = "keep_all",
    rows_to_display: int = 1000,
    order: str = "first",
) -> Project:
    """Create a project owned by the person; ``UserError`` names every wrong field.

    ``LimitReached`` for who owns as many as the operator allows.
    """
    fields = _clean(
        {
            "name": name,
            "description": description,
            "persistency": persistency,
            "rows_to_display": rows_to_display,
            "order": order,
        }
    )
    with transaction.atomic():
        # Two clicks wait for each other here.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        projects_limit(user=user)
        project = Project.objects.create(**fields)
        project.membership = Membership.objects.create(project=project, user=user, role=Role.OWNER)
        audit_record(action="project.create", thing=project)
    return project


def project_list_for(*, user: User) -> QuerySet[Project]:
    """List the person's projects, last active first, with ``role`` and ``members_count``."""
    everybody = (
        Membership.objects.filter(project=OuterRef("pk"))
        .order_by()
        .values("project")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Project.objects.filter(memberships__user=user).annotate(
        role=F("memberships__role"), members_count=Subquery(everybody)
    )


def project_get(*, user: User, project_id: UUID, role: str = "viewer") -> Project:
    """Return the project with ``project.membership`` set, in one query.

    ``NotFound`` for strangers (as if there were none), ``Forbidden`` for too low a role.
    """
    member = (
        Membership.objects.select_related("project").filter(project=project_id, user=user).first()
    )
    if member is None:
        raise NotFound(NO_PROJECT)
    if not member.allows(role):
        raise Forbidden(f"This needs the role {role} in the project; ask an owner for it.")
    member.project.membership = member
    return member.project


def project_update(*, project: Project, **fields: Any) -> Project:
    """Change some of what ``project_create`` takes; ``UserError`` names every wrong field."""
    cleaned = _clean(fields)
    different = [name for name, value in cleaned.items() if getattr(project, name) != value]
    for name, value in cleaned.items():
        setattr(project, name, value)
    project.active = timezone.now()
    with transaction.atomic():
        project.save(update_fields=[*fields, "active", "updated"])
        if different:
            audit_record(action="project.change", thing=project, fields=different)
    return project


def project_delete(*, project: Project) -> None:
    """Delete the project; its owners can restore it for some days.

    Its work is cancelled and nobody is a member of it any more, so that no query finds a way to
    anything in it.
    """
    with transaction.atomic():
        jobs = jobs_hold(jobs=project.jobs.all())
        if not Project.objects.select_for_update(no_key=True).filter(pk=project.pk).exists():
            raise NotFound(NO_PROJECT)
        for job in jobs:
            job_cancel(job=job)
        members = Membership.every.filter(project=project)
        FormerMembership.objects.bulk_create(
            FormerMembership(
                project=project, user_id=each.user_id, role=each.role, created=each.created
            )
            for each in members
        )
        members.delete()
        project.deleted, project.deleted_by_id = timezone.now(), current_actor().user_id()
        project.save(update_fields=["deleted", "deleted_by"])
        audit_record(action="project.delete", thing=project)


def project_purge(*, project: Project) -> None:
    """Remove the project for good with all that is in it: rows, then files after the commit."""
    with transaction.atomic():
        for job in jobs_hold(jobs=project.jobs.all()):
            job_cancel(job=job)
        job_ids = list(project.jobs.values_list("pk", flat=True))
        folder = Path(settings.DATA_DIR) / "projects" / str(project.pk)
        audit_record(action="project.purge", thing=project)
        project.delete()
        transaction.on_commit(lambda: _delete_files(folder, job_ids))


def project_touch(*, project: Project) -> None:
    """Note that something was done in the project."""
    project.active = timezone.now()
    Project.objects.filter(pk=project.pk).update(active=project.active)


def _delete_files(folder: Path, job_ids: list[UUID]) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # a job on its way out may still write there
    for job_id in job_ids:
        log.delete(job_id)


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the cleaned fields; one ``UserError`` with the sentence of each wrong one."""
    clean: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in fields.items():
        try:
            clean[name] = _clean_field(name, value)
        except UserError as error:
            wrong |= error.fields
    if wrong:
        raise UserError(next(iter(wrong.values())), fields=wrong)
    return clean


def _clean_field(name: str, value: Any) -> Any:
    match name:
        case "name":
            return clean_name(value)
        case "description":
            return clean_text(value, field=name, limit=DESCRIPTION_LENGTH)
        case "rows_to_display":
            return _clean_rows(value)
        case "persistency":
            return _clean_choice(name, value, Project.Persistency.values)
        case "order":
            return _clean_choice(name, value, Project.Order.values)
    raise TypeError(f"a project has no field {name!r} to set")


def _clean_rows(value: Any) -> int:
    try:
        rows = int(str(value))
    except ValueError:
        rows = 0
    if not 1 <= rows <= MAX_ROWS_TO_DISPLAY:
        sentence = f"Enter a whole number from 1 to {MAX_ROWS_TO_DISPLAY:,}."
        raise field_error("rows_to_display", sentence)
    return rows


def _clean_choice(name: str, value: Any, values: list[str]) -> str:
    if value not in values:
        raise field_error(name, f"Choose one of: {', '.join(values)}.")
    return str(value)
