"""Deleted things of a project: listed, restored under a free name, removed for good.

Each kind of thing has a ``Bin``, which its app puts into ``projects.hooks.bins``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.urls import reverse
from django.utils import timezone

from projects.models import Deletable, Project
from projects.services.audit import audit_record
from projects.services.projects import project_touch
from projects.services.text import name_free
from segplatform.kernel.actor import current_actor
from segplatform.kernel.errors import Conflict, NotFound

MISSING = "There is no such thing among what was deleted; it may have been restored meanwhile."
NAME_TAKEN = "Somebody took this name just now. Try again."


@dataclass(frozen=True)
class DeletedThing:
    """What the page *Deleted* shows: ``kind`` is the key of the bin, ``word`` is for people.

    ``until`` is when housekeeping removes it; ``detail`` says what goes and comes with it.
    """

    kind: str
    id: UUID
    name: str
    word: str
    icon: str
    deleted: datetime
    deleted_by: str
    until: datetime
    detail: str = ""


@dataclass(frozen=True)
class Restored:
    """What came back, and where it is now; its name differs where somebody had taken it."""

    name: str
    former_name: str
    url: str


class Bin:
    """The deleted things of one kind; a subclass says what keeps them from going or coming."""

    kind: ClassVar[str]
    word: ClassVar[str]
    icon: ClassVar[str]
    url_name: ClassVar[str]
    model: ClassVar[Any]

    def listed(self, *, project: Project) -> list[DeletedThing]:
        """List what can still be restored, the last deleted first."""
        found = self.model.every.filter(project=project, deleted__isnull=False)
        return [
            DeletedThing(
                self.kind, each.pk, each.name, self.word, self.icon, each.deleted,
                str(each.deleted_by or ""), each.deleted + undo_time(), self.detail(each),
            )
            for each in found.select_related("deleted_by").order_by("-deleted")
        ]  # fmt: skip

    def restore(self, *, project: Project, thing_id: UUID) -> Restored:
        """Bring it back as it was, under a free name; ``Conflict`` where something is missing."""
        try:
            with transaction.atomic():
                thing = self._locked(project, thing_id)
                self.check_restore(thing)
                former, taken = thing.name, self.model.objects.filter(project=project)
                thing.name = name_free(
                    former, taken.values_list("name", flat=True), default=self.word
                )
                thing.deleted = thing.deleted_by = None
                thing.save(update_fields=["name", "deleted", "deleted_by"])
                self.restored(thing)
                audit_record(action=f"{self.kind}.restore", thing=thing)
        except IntegrityError:
            raise Conflict(NAME_TAKEN) from None
        project_touch(project=project)
        return Restored(thing.name, former, reverse(self.url_name, args=[project.pk, thing.pk]))

    def purge(self, *, project: Project, thing_id: UUID) -> None:
        """Remove it for good, rows and files; ``Conflict`` where something deleted needs it."""
        with transaction.atomic():
            thing = self._locked(project, thing_id)
            self.check_purge(thing)
            audit_record(action=f"{self.kind}.purge", thing=thing)
            transaction.on_commit(self.removal(thing))
            try:
                thing.delete()
            except RestrictedError:
                raise Conflict(f"“{thing.name}” is still needed by something else.") from None

    def expire(self, *, before: datetime) -> int:
        """Remove for good what was deleted before this moment; return how much that was."""
        old = self.model.every.filter(deleted__lt=before).select_related("project")
        removed = 0
        for thing in old.order_by("deleted"):  # what needs another one was deleted before it
            try:
                self.purge(project=thing.project, thing_id=thing.pk)
            except (Conflict, NotFound):
                continue  # needed by something that was deleted later, or restored just now
            removed += 1
        return removed

    def detail(self, thing: Any) -> str:
        """Say what belongs to it."""
        return ""

    def check_restore(self, thing: Any) -> None:
        """Raise ``Conflict`` where something that it needs is not there."""

    def check_purge(self, thing: Any) -> None:
        """Raise ``Conflict`` where something that can still be restored needs it."""

    def restored(self, thing: Any) -> None:
        """Do what else restoring means, in its transaction."""

    def removal(self, thing: Any) -> Callable[[], None]:
        """Give what removes its files, once its rows are gone."""
        return lambda: None

    def _locked(self, project: Project, thing_id: UUID) -> Any:
        deleted = self.model.every.select_for_update(of=("self",))
        thing = deleted.filter(project=project, pk=thing_id, deleted__isnull=False).first()
        if thing is None:
            raise NotFound(MISSING)
        return thing


def mark_deleted(*, thing: Deletable) -> None:
    """Take a thing out of every query, in the caller's transaction; ``NotFound`` if it is out."""
    thing.deleted, thing.deleted_by_id = timezone.now(), current_actor().user_id()
    live = type(thing).objects.filter(pk=thing.pk)
    if not live.update(deleted=thing.deleted, deleted_by=thing.deleted_by_id):
        raise NotFound("This was deleted meanwhile.")


def undo_days() -> int:
    """Say for how many days what was deleted can be restored."""
    return int(settings.UNDO_DAYS)


def undo_time() -> timedelta:
    """Say for how long what was deleted can be restored."""
    return timedelta(days=undo_days())
