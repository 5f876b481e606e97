"""A file on its way in, and the import that reads it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from datasets.engine.several_folder import natural
from projects.models import Living


class Upload(models.Model):
    """A file sent by a browser or a script, whole or in parts (tus 1.0).

    The bytes lie in ``<data>/uploads/<id>``; the file's own size is the truth about the offset.
    What was fetched from a connection is one too, with the thing that it was fetched as. Files
    that become one dataset are one upload: its ``parts`` say ``{"name", "size", "sha256"}`` of
    each, and the bytes lie in a folder (``datasets.engine.several_folder``).
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
    connection = models.ForeignKey(
        "datasets.Connection", null=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    item = models.JSONField(default=dict, help_text="what of the connection this was fetched as")
    partial = models.BooleanField(default=False, help_text="only the first rows were fetched")
    parts = models.JSONField(default=list, help_text="the files, where they were sent together")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        """Say whether every byte is here and its hash is known."""
        return bool(self.sha256)

    @property
    def ends(self) -> tuple[str, str]:
        """Return the names of the first and the last of several files."""
        names = sorted((part["name"] for part in self.parts), key=natural)
        return names[0], names[-1]


class DatasetImport(Living):
    """How one version of a dataset got in: the source and the options that were confirmed."""

    DELETED: ClassVar[str] = "dataset__deleted"

    class Mode(models.TextChoices):
        NEW = "new", "New dataset"
        REFRESH = "refresh", "Replace the rows"
        APPEND = "append", "Add rows"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(
        "datasets.Dataset", on_delete=models.CASCADE, related_name="imports"
    )
    connector = models.CharField(max_length=40, help_text="key of the connector")
    source_name = models.CharField(max_length=255, help_text="the file's name, for people")
    upload = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="imports")
    connection = models.ForeignKey(
        "datasets.Connection", null=True, on_delete=models.SET_NULL, related_name="imports"
    )
    item = models.JSONField(default=dict, help_text="what of the connection was read")
    mode = models.CharField(
        max_length=10, choices=Mode.choices, default=Mode.NEW,
        help_text="what the rows become: the dataset's first, all of its rows, or more of them",
    )  # fmt: skip
    options = models.JSONField(default=dict)
    schema = models.JSONField(
        default=dict, blank=True,
        help_text="of new rows for a dataset: what differs from it, and what was decided of that",
    )  # fmt: skip
    job = models.ForeignKey("projects.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.source_name} → {self.dataset}"
