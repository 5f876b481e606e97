"""A file on its way in, and the import that reads it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from projects.models import Living


class Upload(models.Model):
    """A file sent by a browser or a script, whole or in parts (tus 1.0).

    The bytes lie in ``<data>/uploads/<id>``; the file's own size is the truth about the offset.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="uploads"
    )
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="set once all bytes are here")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        """Say whether every byte is here and its hash is known."""
        return bool(self.sha256)


class DatasetImport(Living):
    """How one version of a dataset got in: the source and the options that were confirmed."""

    DELETED: ClassVar[str] = "dataset__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(
        "datasets.Dataset", on_delete=models.CASCADE, related_name="imports"
    )
    connector = models.CharField(max_length=40, help_text="key of the connector")
    source_name = models.CharField(max_length=255, help_text="the file's name, for people")
    upload = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="imports")
    options = models.JSONField(default=dict)
    job = models.ForeignKey("projects.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.source_name} → {self.dataset}"
