"""A named table of a project and its immutable versions."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.models import Deletable, Living


class Dataset(Deletable):
    """A named table; every import and every recipe run adds a version.

    ``unlinked`` holds, while it is deleted, what pointed to it from elsewhere:
    ``{"<app>.<Model>.<field>": {"<id of the row>": "<id it pointed to>"}}``. ``roles`` says which
    of its columns is what, once somebody confirmed it (``datasets.engine.roles``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="datasets"
    )
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    current = models.ForeignKey(
        "datasets.DatasetVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    unlinked = models.JSONField(default=dict, blank=True, editable=False)
    roles = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(deleted=None),
                name="one_dataset_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersion(Living):
    """Immutable Parquet files and what is known of them.

    ``columns`` is a list of ``{"name", "type", "missing"}`` in the table's order, the types
    being those of ``datasets.engine.types``; ``files`` a list of ``{"name", "sha256", "bytes",
    "rows"}`` relative to ``folder``, which is relative to the data directory. Those of a version
    that is ``released`` are not there until somebody asks for its rows.
    """

    DELETED: ClassVar[str] = "dataset__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    folder = models.CharField(max_length=300)
    files = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    rows = models.PositiveBigIntegerField()
    bytes = models.PositiveBigIntegerField()
    report = models.JSONField(default=dict)
    origin = models.JSONField(
        default=dict, help_text="what made it: the import, or the recipe's revision and inputs"
    )
    profile = models.JSONField(
        null=True, help_text="what datasets.engine.profile found, once somebody asked"
    )
    checkup = models.JSONField(
        null=True, help_text="the roles that were confirmed, and what datasets.engine.checkup found"
    )
    released = models.DateTimeField(
        null=True, blank=True, help_text="since when its files are not kept (Recompute on demand)"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="one_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"
