"""A remote source that a project reads from."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.models import Deletable


class Connection(Deletable):
    """How a database, a cloud storage or an address is reached.

    ``options`` are the kind's own (``datasets.engine.remote``) and may be shown; ``secrets`` is
    their encrypted text, which nothing ever shows again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="connections"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, help_text="key of the remote source")
    options = models.JSONField(default=dict)
    secrets = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(deleted=None),
                name="one_connection_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
