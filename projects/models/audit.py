"""What was done, by whom, when: rows that are only ever added, each sealed by the next."""

import uuid
from typing import Any, ClassVar, Never

from django.db import models

from segplatform.kernel.errors import Conflict

PLATFORM = uuid.UUID(int=0)
"""The chain of what belongs to no project: sign-ins, accounts, settings of the operator."""
APPEND_ONLY = "The audit log is append-only: its entries are neither changed nor deleted."


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads and adds; refuses to change or delete."""

    def update(self, **_fields: Any) -> Never:
        """Refuse: an entry never changes."""
        raise Conflict(APPEND_ONLY)

    def delete(self) -> Never:
        """Refuse: an entry never goes."""
        raise Conflict(APPEND_ONLY)


class AuditEntry(models.Model):
    """One deed. It names its project and people by id, not by key: it outlives them all.

    ``hash`` is SHA-256 over ``former`` (the hash of the entry before it in the same chain) and
    the canonical JSON of the entry, so that no entry can be changed, removed or put in between
    without breaking the chain (``projects/services/audit_chain.py``).
    """

    project_id = models.UUIDField(default=PLATFORM, help_text="its chain; all zeros: no project")
    number = models.PositiveBigIntegerField(help_text="1, 2, 3 … in its chain")
    created = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=60, help_text='what was done, as "dataset.delete"')
    actor_id = models.BigIntegerField(null=True, help_text="the person; empty: nobody signed in")
    via = models.CharField(max_length=10, help_text="page, api, job or system")
    address = models.CharField(max_length=50, blank=True, help_text="network of the caller")
    object_kind = models.CharField(max_length=30)
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField(max_length=200, blank=True, help_text="as it was called then")
    detail = models.JSONField(default=dict, help_text="counts and settings; never a cell value")
    former = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["AuditEntry"]] = models.Manager.from_queryset(AuditQuerySet)()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["project_id", "number"], name="one_audit_number")
        ]
        indexes = [models.Index(fields=["project_id", "action"], name="audit_by_action")]

    def __str__(self) -> str:
        return f"{self.action} ({self.project_id} {self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry; refuse to change one."""
        if not self._state.adding:
            raise Conflict(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> Never:
        """Refuse: an entry never goes."""
        raise Conflict(APPEND_ONLY)


class AuditHead(models.Model):
    """The end of a chain: how many entries it has, and the hash of the last.

    Locked while an entry is added, so that two never take the same number. ``seal`` is made with
    the secret key: who can write only the database cannot shorten or rebuild a chain unseen.
    """

    project_id = models.UUIDField(primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.number} entries"
