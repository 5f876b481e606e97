"""A segmentation in the flow, and a dataset that it scored."""

from collections.abc import Callable

import pytest

from datasets.models import Dataset, Recipe
from mllab.models import Prototype, Segmentation, UseCase
from mllab.services.scoring import score_start
from projects.models import Project, User
from tests.factories.mllab import customers, make_prepared, make_prototype, make_segmentation


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    return make_prototype(make_prepared(use_case), k=3)


@pytest.fixture
def segmentation(prototype: Prototype) -> Segmentation:
    return make_segmentation(prototype, "Groups")


@pytest.fixture
def shoppers(project: Project) -> Dataset:
    """Other customers with the same columns."""
    return customers(project, "shoppers", 30)


@pytest.fixture
def recipe(
    segmentation: Segmentation, shoppers: Dataset, user: User, run_all: Callable[[], None]
) -> Recipe:
    """A recipe that has scored the shoppers."""
    made, _ = score_start(segmentation=segmentation, dataset=shoppers, output="scored", user=user)
    run_all()
    return made
