"""Scoring a dataset with a segmentation: a recipe of the flow, made and started in one step."""

from django.db import transaction

from datasets.models import Dataset, Recipe
from datasets.services.plans import dataset_columns
from datasets.services.recipes import recipe_create, recipe_run_start
from mllab.engine.score_columns import prefix_free
from mllab.models import Segmentation
from mllab.services.segmentations import PARAM, SCORE
from projects.models import Job, User
from projects.services.text import NAME_LENGTH
from segplatform.kernel.errors import UserError

FIELDS = {"inputs": "dataset", PARAM: "dataset", "prefix": "dataset", "name": "output"}
"""How a person named what the recipe calls otherwise."""


def score_start(
    *, segmentation: Segmentation, dataset: Dataset, output: str, user: User
) -> tuple[Recipe, Job]:
    """Make the recipe that scores a dataset into a new one called ``output``, and start it.

    Raises ``UserError`` with the fields ``dataset`` (the columns do not fit: all that lack are
    named) or ``output``, ``Conflict`` for a taken name and a dataset without rows, ``NotFound``
    for a dataset of another project. Nothing is left behind then.
    """
    try:
        with transaction.atomic():
            recipe = recipe_create(
                project=segmentation.project, user=user, kind=SCORE, inputs=[dataset],
                output=output, name=f"Score {dataset.name}"[:NAME_LENGTH],
                params={
                    PARAM: str(segmentation.pk),
                    "prefix": prefix_free(dataset_columns(dataset=dataset)),
                },
            )  # fmt: skip
            return recipe, recipe_run_start(recipe=recipe, user=user)
    except UserError as error:
        fields = {FIELDS.get(name, name): words for name, words in error.fields.items()}
        raise type(error)(str(error), fields) from None
