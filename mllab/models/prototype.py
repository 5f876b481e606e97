"""One trained candidate of an experiment, and its scores."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from projects.models import Living


class Prototype(Living):
    """One algorithm with one set of parameters on an experiment's rows.

    Its state is that of its job (``mllab.services.prototypes.state_of``); what the job found is
    published all at once, with ``finished``. ``folder`` (relative to the data directory) holds
    the labels, the model and the profiles; ``details`` what the algorithm tells of itself.
    """

    DELETED: ClassVar[str] = "experiment__use_case__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    experiment = models.ForeignKey(
        "mllab.Experiment", on_delete=models.CASCADE, related_name="prototypes"
    )
    number = models.PositiveIntegerField(help_text="within the use case; never used again")
    algorithm = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    params_version = models.PositiveIntegerField(default=1)
    warm_start = models.UUIDField(null=True, help_text="prototype at whose centres training begins")
    job = models.ForeignKey("projects.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    folder = models.CharField(max_length=300, blank=True)
    segments = models.PositiveIntegerField(null=True)
    trained_rows = models.PositiveBigIntegerField(
        null=True, help_text="that it was fitted on; the others were assigned"
    )
    seconds = models.FloatField(null=True, help_text="of training, without scores and charts")
    details = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.number}"


class MetricScore(models.Model):
    """One score of a prototype; ``value`` is None where the metric is not defined for it."""

    prototype = models.ForeignKey(Prototype, on_delete=models.CASCADE, related_name="scores")
    key = models.CharField(max_length=40, help_text="of the metric in mllab.engine.metrics")
    value = models.FloatField(null=True)
    n = models.PositiveBigIntegerField(help_text="rows that were looked at")
    standard_error = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prototype", "key"], name="one_score_per_metric")
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.prototype}"
