"""A project with a dataset and a recipe that has run, to be deleted."""

import pytest

from datasets.models import Dataset, Recipe
from projects.models import Project, User
from tests.factories import make_project, make_user
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe, make_run


@pytest.fixture
def project(db: None) -> Project:
    return make_project(make_user("owner@example.org"))


@pytest.fixture
def owner(project: Project) -> User:
    return project.membership.user


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project, "orders")


@pytest.fixture
def recipe(project: Project, orders: Dataset) -> Recipe:
    made = make_recipe(project, [orders], output="result")
    make_run(made)
    made.output.refresh_from_db()
    return made
