"""A workspace with members; everything else belongs to one."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from projects.models.deletion import Deletable, Living

MAX_ROWS_TO_DISPLAY = 200_000  # product.md: what a browser and a sample can bear


class Project(Deletable):
    """A workspace: datasets, recipes and use cases live in it.

    One that is deleted has no members, so that no query of anything in it finds a way to it:
    every one of them asks who is a member.
    """

    class Persistency(models.TextChoices):
        KEEP_ALL = "keep_all", "Keep every version"
        KEEP_LATEST = "keep_latest", "Keep the latest version"
        ON_DEMAND = "on_demand", "Recompute on demand"

    class Order(models.TextChoices):
        FIRST = "first", "First rows"
        LAST = "last", "Last rows"
        RANDOM = "random", "Random rows"
        WHOLE_CUSTOMERS = "whole_customers", "Whole customers"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    persistency = models.CharField(
        max_length=20, choices=Persistency.choices, default=Persistency.KEEP_ALL
    )
    rows_to_display = models.PositiveIntegerField(
        default=1000,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_ROWS_TO_DISPLAY)],
    )
    order = models.CharField(max_length=20, choices=Order.choices, default=Order.FIRST)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="projects.Membership")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    active = models.DateTimeField(auto_now_add=True, help_text="last activity in the project")
    guide = models.JSONField(
        default=dict, blank=True, help_text="of the demo project: its state and what it leads to"
    )

    membership: "Membership"
    """Of the person who asks; set by the services that load a project for somebody."""

    class Meta:
        ordering = ["-active"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; each role may do all that the one before may."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"


ROLE_RANK = {Role.VIEWER: 1, Role.EDITOR: 2, Role.OWNER: 3}


class Membership(Living):
    """A user in a project, with a role."""

    DELETED: ClassVar[str] = "project__deleted"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_membership_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project} ({self.role})"

    def allows(self, role: str) -> bool:
        """Say whether this membership is at least ``role``."""
        return ROLE_RANK[Role(self.role)] >= ROLE_RANK[Role(role)]


class FormerMembership(models.Model):
    """Who was in a project when it was deleted, and as what: who may restore it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="former_members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="former_memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    created = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_former_membership")
        ]

    def __str__(self) -> str:
        return f"{self.user} was in {self.project} ({self.role})"
