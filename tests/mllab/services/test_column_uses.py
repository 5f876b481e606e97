"""Who changes the columns of a dataset is told which use cases learn from them."""

import pytest

from datasets.models import Dataset
from datasets.services.refresh_readers import refresh_readers
from projects.models import Project
from tests.factories import make_project
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_experiment, make_use_case
from tests.factories.recipes import make_recipe, make_run


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    """Give orders with a use case of their own, and a recipe whose rows have another."""
    orders = make_dataset(project)
    direct = make_use_case(project, orders, "orders")
    make_experiment(direct, [{"column": "Invoice", "role": "input"}])
    make_experiment(direct, [{"column": "Price", "role": "input"},
                             {"column": "Quantity", "role": "input"},
                             {"column": "Invoice", "role": "display"}])  # fmt: skip
    recipe = make_recipe(project, [orders], "customers")
    make_run(recipe)
    make_experiment(make_use_case(project, recipe.output, "customers"), [
        {"column": "Quantity", "role": "input"}, {"column": "Invoice", "role": "input"},
    ])  # fmt: skip
    return orders


def told(orders: Dataset, *kept: str) -> dict[str, str]:
    assert orders.current is not None
    columns = [column for column in orders.current.columns if column["name"] in kept]
    readers = refresh_readers(dataset=orders, columns=columns)
    return {each.name: each.why for each in readers.others}


def test_use_cases_name_what_they_would_miss(orders: Dataset) -> None:
    assert told(orders, "Invoice", "Quantity", "Price") == {}
    assert told(orders, "Invoice", "Quantity") == {
        "orders": "Experiment 2 learned from “Price”, which its next one would miss."
    }
    assert told(orders, "Quantity", "Price") == {
        "customers": "Experiment 1 learned from “Invoice”, which its next one would miss."
    }


def test_what_a_broken_recipe_makes_is_missed_too(orders: Dataset) -> None:
    found = told(orders, "Invoice", "Price")
    assert list(found) == ["customers", "orders"]
    assert "from “Quantity” and “Invoice”, which" in found["customers"]


def test_other_projects_and_deleted_use_cases_are_not_named(orders: Dataset) -> None:
    make_experiment(make_use_case(make_project(), orders, "strange"))
    orders.use_cases.get(name="orders").delete()
    assert told(orders, "Invoice", "Quantity") == {}
