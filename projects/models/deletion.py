"""What can be deleted and restored: rows that stay for some days, and that no query finds.

The one rule is the manager: ``objects`` and every relation to many leave out what is deleted, or
belongs to something that is; ``every`` sees all, for housekeeping and for restoring alone.
"""

from typing import ClassVar, TypeVar

from django.conf import settings
from django.db import models

M = TypeVar("M", bound=models.Model, covariant=True)


class LiveManager(models.Manager[M]):
    """Finds what is not deleted: where ``DELETED`` of the model leads to no time."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Leave out what is deleted."""
        path = getattr(self.model, "DELETED", "deleted")
        return super().get_queryset().filter(**{f"{path}__isnull": True})


class Living(models.Model):
    """Belongs to something that can be deleted, and is found as long as that is there."""

    DELETED: ClassVar[str] = "deleted"
    """The way to the field that says when it was deleted."""

    objects = LiveManager()
    every = models.Manager()  # noqa: DJ012 - two managers are no fields

    class Meta:
        abstract = True


class Deletable(Living):
    """Can be deleted, and restored for some days (``SEGPLATFORM_UNDO_DAYS``)."""

    deleted = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        abstract = True
