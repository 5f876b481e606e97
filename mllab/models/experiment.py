"""One press of *Create Prototypes*: features, preprocessing and toggled models."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.models import Living


class Experiment(Living):
    """What prototypes share: the rows and columns that they learn from, prepared once.

    A draft (``started`` is None) is what a person has set so far; once started it never changes.
    ``features`` is a list of ``{"column", "role", "confirmed"?}``, roles ``input``, ``display``,
    ``ignored``; ``preprocessing`` is ``mllab.engine.settings.Settings`` as JSON; ``algorithms`` a
    list of ``{"algorithm", "params"}``. ``folder`` (relative to the data directory) holds the
    table, the matrix and the fitted preprocessing; ``details`` says what preparing found.
    """

    DELETED: ClassVar[str] = "use_case__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(
        "mllab.UseCase", on_delete=models.CASCADE, related_name="experiments"
    )
    number = models.PositiveIntegerField(null=True, help_text="within the use case; none: a draft")
    features = models.JSONField(default=list)
    preprocessing = models.JSONField(default=dict)
    algorithms = models.JSONField(default=list)
    seed = models.PositiveIntegerField(default=42)
    version = models.ForeignKey(
        "datasets.DatasetVersion", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    version_number = models.PositiveIntegerField(null=True)
    job = models.ForeignKey(
        "projects.Job", null=True, on_delete=models.SET_NULL, related_name="+",
        help_text="the group of all its jobs",
    )  # fmt: skip
    prepare_job = models.ForeignKey(
        "projects.Job", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    folder = models.CharField(max_length=300, blank=True)
    rows = models.PositiveBigIntegerField(null=True, help_text="that are trained on")
    columns = models.JSONField(default=list, help_text="of the matrix, in its order")
    details = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    prepared = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(
                fields=["use_case", "number"], name="one_experiment_per_number"
            ),
            models.UniqueConstraint(
                fields=["use_case", "created_by"],
                condition=Q(started=None),
                name="one_draft_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use_case}, experiment {self.number or 'draft'}"
