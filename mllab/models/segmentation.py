"""What a prototype becomes in the flow, and the words that people gave its segments."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from projects.models import Deletable, Living

COLORS = 12
"""How many colours segments may have: the tokens ``--sp-segment-1`` to ``--sp-segment-12``."""


class Segment(models.Model):
    """What people said of one segment of a prototype; what is blank stands for the default.

    They belong to the prototype, so that a segment has one name wherever it is shown; a new
    version of a segmentation takes them over from the segments that match.
    """

    prototype = models.ForeignKey(
        "mllab.Prototype", on_delete=models.CASCADE, related_name="segment_words"
    )
    label = models.PositiveIntegerField(help_text="from 0; noise has no words of its own")
    name = models.CharField(max_length=120, blank=True)
    color = models.PositiveSmallIntegerField(
        null=True, validators=[MaxValueValidator(COLORS)], help_text="from 1 to 12"
    )
    description = models.TextField(blank=True, max_length=2000)
    action = models.TextField(blank=True, max_length=2000, help_text="what to do with them")
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["prototype", "label"], name="one_segment_per_label")
        ]

    def __str__(self) -> str:
        return self.name or f"label {self.label} of {self.prototype}"


class Segmentation(Deletable):
    """A prototype promoted to the flow, where it scores datasets; each change is a version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="segmentations"
    )
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    current = models.ForeignKey(
        "mllab.SegmentationVersion",
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

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(deleted=None),
                name="one_segmentation_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SegmentationVersion(Living):
    """One prototype that the segmentation was, or is."""

    DELETED: ClassVar[str] = "segmentation__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    segmentation = models.ForeignKey(
        Segmentation, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    prototype = models.ForeignKey(
        "mllab.Prototype", on_delete=models.RESTRICT, related_name="promotions"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["segmentation", "number"], name="one_segmentation_version_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.segmentation} v{self.number}"
