"""A question asked of one dataset."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.models import Deletable


class UseCase(Deletable):
    """A question of a dataset in the ML Lab; its leaderboard ranks the answers."""

    class Type(models.TextChoices):
        CLUSTERING = "clustering", "Clustering"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="use_cases"
    )
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=20, choices=Type.choices, default=Type.CLUSTERING)
    dataset = models.ForeignKey(
        "datasets.Dataset",
        null=True,
        on_delete=models.SET_NULL,
        related_name="use_cases",
        help_text="experiments hold what they trained on, so that they outlive it",
    )
    rank_by = models.CharField(max_length=40, default="silhouette", help_text="key of a metric")
    experiments_made = models.PositiveIntegerField(default=0, help_text="numbers given so far")
    prototypes_made = models.PositiveIntegerField(default=0, help_text="numbers given so far")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(deleted=None),
                name="one_use_case_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
