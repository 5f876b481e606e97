"""A step of the flow and its runs."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from projects.models import Living


class Recipe(Living):
    """Input datasets to one output dataset; ``revision`` grows with every change of meaning.

    It is deleted and restored with its output; the inputs of one that is there are there.
    """

    DELETED: ClassVar[str] = "output__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="recipes"
    )
    kind = models.CharField(max_length=40, help_text="key of the recipe in datasets.engine.recipes")
    name = models.CharField(max_length=120)
    params = models.JSONField(default=dict)
    params_version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    inputs = models.ManyToManyField(
        "datasets.Dataset", through="datasets.RecipeInput", related_name="used_by"
    )
    output = models.OneToOneField(
        "datasets.Dataset", on_delete=models.CASCADE, related_name="recipe"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


class RecipeInput(Living):
    """One input of a recipe, in its place."""

    DELETED: ClassVar[str] = "recipe__output__deleted"

    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="slots")
    dataset = models.ForeignKey(
        "datasets.Dataset", on_delete=models.RESTRICT, related_name="recipe_slots"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["recipe", "position"], name="one_input_per_position")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} → {self.recipe}"


class RecipeRun(Living):
    """One run: what was read and how, whatever is edited meanwhile.

    ``inputs`` is a list of ``{"dataset", "version"}`` ids in the order of the recipe's inputs.
    """

    DELETED: ClassVar[str] = "recipe__output__deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="runs")
    revision = models.PositiveIntegerField()
    params = models.JSONField(default=dict)
    inputs = models.JSONField(default=list)
    version = models.ForeignKey(
        "datasets.DatasetVersion", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job = models.ForeignKey("projects.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    error = models.TextField(blank=True, help_text="why this recipe failed; its job may go on")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"run of {self.recipe}"
