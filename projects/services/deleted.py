"""What was deleted and can be restored: things of a project by their bins, projects here."""

from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.utils import timezone

from projects import hooks
from projects.models import FormerMembership, Job, Membership, Project, Role, User
from projects.services.audit import audit_record
from projects.services.bins import MISSING, Bin, DeletedThing, Restored, undo_time
from projects.services.jobs import jobs_hold
from projects.services.projects import project_purge
from segplatform.kernel.errors import NotFound

NO_PROJECT = "There is no such project among those that you deleted."


def deleted_list(*, project: Project) -> list[DeletedThing]:
    """List what can be restored in a project, the last deleted first."""
    found = [thing for each in hooks.bins for thing in each.listed(project=project)]
    return sorted(found, key=lambda thing: thing.deleted, reverse=True)


def deleted_restore(*, project: Project, kind: str, thing_id: UUID) -> Restored:
    """Bring a thing back; ``NotFound`` without it, ``Conflict`` where it needs something else."""
    return _bin(kind).restore(project=project, thing_id=thing_id)


def deleted_purge(*, project: Project, kind: str, thing_id: UUID) -> None:
    """Remove a deleted thing for good; ``Conflict`` where another one that is deleted needs it."""
    _bin(kind).purge(project=project, thing_id=thing_id)


def project_deleted_list(*, user: User) -> QuerySet[Project]:
    """List the deleted projects that the person owned, the last deleted first.

    Each has ``until``, when it goes for good.
    """
    owned = FormerMembership.objects.filter(user=user, role=Role.OWNER).values("project")
    found = Project.every.filter(pk__in=owned, deleted__isnull=False)
    kept = ExpressionWrapper(F("deleted") + undo_time(), output_field=DateTimeField())
    return found.select_related("deleted_by").annotate(until=kept).order_by("-deleted")


def project_restore(*, user: User, project_id: UUID) -> Project:
    """Bring a project back with everybody who was in it; ``NotFound`` to all but its owners."""
    with transaction.atomic():
        project = _owned(user, project_id)
        former = project.former_members.all()
        Membership.objects.bulk_create(
            [
                Membership(project=project, user_id=each.user_id, role=each.role)
                for each in former.order_by("created")
            ],
            ignore_conflicts=True,
        )
        former.delete()
        project.deleted = project.deleted_by = None
        project.active = timezone.now()
        project.save(update_fields=["deleted", "deleted_by", "active", "updated"])
        audit_record(action="project.restore", thing=project)
    return project


def project_deleted_purge(*, user: User, project_id: UUID) -> None:
    """Remove a deleted project for good; ``NotFound`` to all but its owners."""
    with transaction.atomic():
        jobs_hold(jobs=Job.objects.filter(project=project_id))
        project_purge(project=_owned(user, project_id))


def deleted_expire() -> int:
    """Remove for good what was deleted longer ago than it can be restored; return how much."""
    before = timezone.now() - undo_time()
    removed = sum(each.expire(before=before) for each in reversed(hooks.bins))
    for project in Project.every.filter(deleted__lt=before):
        with transaction.atomic():
            jobs_hold(jobs=project.jobs.all())
            locked = Project.every.select_for_update().filter(pk=project.pk, deleted__lt=before)
            if found := locked.first():
                project_purge(project=found)
                removed += 1
    return removed


def _owned(user: User, project_id: UUID) -> Project:
    owned = FormerMembership.objects.filter(user=user, role=Role.OWNER).values("project")
    mine = Project.every.select_for_update().filter(pk__in=owned, deleted__isnull=False)
    project = mine.filter(pk=project_id).first()
    if project is None:
        raise NotFound(NO_PROJECT)
    return project


def _bin(kind: str) -> Bin:
    for each in hooks.bins:
        if each.kind == kind:
            return each
    raise NotFound(MISSING)
