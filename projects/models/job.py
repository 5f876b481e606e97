"""One run of background work: the row is the truth, the queue only carries it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A run of a named job, with progress, log, cancel and retry.

    Every start takes a new ``attempt`` (a fencing token) and a lease that the worker renews;
    a result is published only by the attempt that the row still names.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        LOST = "lost", "Lost"

    ACTIVE = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="jobs")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    name = models.CharField(max_length=80, help_text='registered name, as "datasets.import"')
    title = models.CharField(max_length=200, help_text="what the person sees")
    subject = models.CharField(
        max_length=120, help_text='what it works on, as "dataset:<id>"; one active job per subject'
    )
    url = models.CharField(max_length=300, blank=True, help_text="where its result is seen")
    args = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    queue = models.CharField(max_length=20, default="default")
    hidden = models.BooleanField(default=False, help_text="a preview: not in the menu")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    error_id = models.CharField(max_length=12, blank=True)
    cancel_requested = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(state__in=["queued", "running"]),
                name="one_active_job_per_subject",
            )
        ]
        indexes = [
            models.Index(fields=["project", "state"]),
            models.Index(fields=["state", "lease_until"]),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def is_active(self) -> bool:
        """Say whether it may still change."""
        return self.state in self.ACTIVE
