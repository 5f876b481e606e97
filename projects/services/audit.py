"""The audit log: who did what to which object, when, and from which network.

Services record what they did, in the transaction that does it where there is one. An entry holds
names, counts and settings, never the value of a cell, and people only by id.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from projects.jobs.plain import plain_json, plain_text
from projects.models import PLATFORM, AuditEntry, AuditHead, Project, User
from projects.services.audit_chain import entry_hash, seal_fits, seal_make
from segplatform.kernel.actor import current_actor

NAME_LENGTH = 200
BROKEN = "broken"
PEOPLE = ("user", "member", "account")
"""Kinds of objects that are people: their id is a person's, and no name of theirs is kept."""


def audit_record(
    *, action: str, thing: Model | None = None, project: Project | None = None, **detail: Any
) -> AuditEntry:
    """Add an entry about ``thing`` to the chain of its project, or of the installation.

    ``action`` is the kind of the thing and a verb, as "dataset.delete"; call it while the thing
    still has its key. ``detail`` are counts, settings and states: JSON values, never a cell's.
    """
    actor = current_actor()
    entry = AuditEntry(
        project_id=_chain(thing, project),
        created=timezone.now(),
        action=action,
        actor_id=actor.user_id(),
        via=actor.via,
        address=actor.address,
        object_kind=action.partition(".")[0],
        object_id=_id_of(thing),
        object_name=plain_text(str(getattr(thing, "name", "") or ""), NAME_LENGTH),
        detail=plain_json(detail),
    )
    if isinstance(thing, User):
        entry.object_name = ""  # a log that cannot be changed must not keep who left
    return _append(entry)


def audit_list(
    *, project_id: UUID = PLATFORM, action: str = "", actor_id: int | None = None
) -> QuerySet[AuditEntry]:
    """List a chain, newest first: all of it, one kind of deed or one person's."""
    entries = AuditEntry.objects.filter(project_id=project_id)
    if action:
        entries = entries.filter(action=action)
    return entries.filter(actor_id=actor_id) if actor_id is not None else entries


def audit_actions(*, project_id: UUID) -> list[str]:
    """List the deeds that a chain holds, sorted."""
    found = AuditEntry.objects.filter(project_id=project_id).order_by("action")
    return list(found.values_list("action", flat=True).distinct())


def audit_people(*, project_id: UUID) -> dict[int, str]:
    """Name everybody who did something in a chain: ``{id: name or e-mail}``, if still there."""
    ids = AuditEntry.objects.filter(project_id=project_id).order_by().values("actor_id")
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids).order_by("email")}


def _append(entry: AuditEntry) -> AuditEntry:
    with transaction.atomic():
        AuditHead.objects.get_or_create(project_id=entry.project_id)
        head = AuditHead.objects.select_for_update(no_key=True).get(project_id=entry.project_id)
        entry.number, entry.former = head.number + 1, head.hash
        entry.hash = entry_hash(entry)
        entry.save(force_insert=True)
        sound = seal_fits(head)
        head.number, head.hash = entry.number, entry.hash
        # A chain that somebody rebuilt must not become genuine by the next entry.
        head.seal = seal_make(head) if sound else BROKEN
        head.save(update_fields=["number", "hash", "seal"])
    return entry


def _chain(thing: Model | None, project: Project | None) -> UUID:
    if project is not None:
        return project.pk
    if isinstance(thing, Project):
        return thing.pk
    found: UUID = getattr(thing, "project_id", None) or PLATFORM
    return found


def _id_of(thing: Model | None) -> str:
    return "" if thing is None else str(thing.pk)
