"""Deleted datasets: restored under a free name and in order, kept for a while, then gone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from datasets.models import Dataset, Recipe, RecipeInput
from datasets.services.datasets import (
    dataset_create,
    dataset_delete,
    dataset_name_free,
)
from datasets.services.files import files_collect
from datasets.services.on_demand import outputs_release
from datasets.services.recipes import recipe_create, recipe_update
from mllab.services.use_cases import use_case_create, use_case_get
from projects.models import Project, User
from projects.services.deleted import (
    deleted_expire,
    deleted_list,
    deleted_purge,
    deleted_restore,
)
from segplatform.kernel.errors import Conflict, NotFound
from tests.datasets.deletion.acts import folders_of, purge, restore
from tests.factories import make_project
from tests.factories.datasets import make_dataset
from tests.factories.mllab import customers, make_experiment, make_use_case
from tests.factories.recipes import DOUBLED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server")]


def test_a_name_is_free_at_once_and_a_restored_one_makes_way(
    project: Project, owner: User, orders: Dataset
) -> None:
    dataset_delete(dataset=orders)
    assert dataset_name_free(project=project, name="orders") == "orders"
    dataset_create(project=project, user=owner, name="Orders")
    assert restore(orders) == "orders 2"
    assert sorted(each.name for each in project.datasets.all()) == ["Orders", "orders 2"]


def test_what_it_is_made_of_comes_back_first_and_goes_last(
    project: Project, owner: User, recipe: Recipe
) -> None:
    orders = recipe.inputs.get()
    with pytest.raises(Conflict, match="is read by “Make result”"):
        dataset_delete(dataset=orders)
    dataset_delete(dataset=recipe.output)
    dataset_delete(dataset=orders)
    with pytest.raises(Conflict, match="“result” is made of “orders”, deleted too"):
        restore(recipe.output)
    with pytest.raises(Conflict, match="“result” can still be restored and needs “orders”"):
        purge(orders)
    assert restore(orders) == "orders"
    assert restore(recipe.output) == "result"


def test_nothing_new_is_made_of_what_was_just_deleted(
    project: Project, owner: User, orders: Dataset, recipe: Recipe
) -> None:
    stale = Dataset.objects.get(pk=make_dataset(project, "second").pk)
    dataset_delete(dataset=Dataset.objects.get(pk=stale.pk))
    with pytest.raises(Conflict, match="“second” was deleted meanwhile"):
        recipe_create(
            project=project, user=owner, kind="prepare", inputs=[stale], output="new",
            params=DOUBLED,
        )  # fmt: skip
    with pytest.raises(Conflict, match="“second” was deleted meanwhile"):
        recipe_update(recipe=recipe, user=owner, inputs=[stale])
    with pytest.raises(NotFound):
        use_case_create(project=project, user=owner, name="Who", dataset=stale)
    assert RecipeInput.every.count() == 1


def test_links_from_elsewhere_are_let_go_and_taken_up_again(project: Project) -> None:
    table = customers(project)
    use_case = make_use_case(project, table)
    experiment = make_experiment(use_case)
    moved = make_use_case(project, table, name="Moved on")
    dataset_delete(dataset=table)
    assert use_case_get(project=project, use_case_id=use_case.pk).dataset is None
    experiment.refresh_from_db()
    assert experiment.version is None
    other = make_dataset(project, "other")
    moved.refresh_from_db()
    moved.dataset = other
    moved.save(update_fields=["dataset"])
    restore(table)
    for each in (use_case, experiment, moved):
        each.refresh_from_db()
    assert use_case.dataset == table
    assert experiment.version == table.current
    assert moved.dataset == other


def test_housekeeping_keeps_the_files_until_the_time_is_over(
    project: Project, recipe: Recipe, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    orders, output = recipe.inputs.get(), recipe.output
    folders = [*folders_of(orders), *folders_of(output)]
    monkeypatch.setattr("datasets.services.files.GRACE_SECONDS", -60)
    dataset_delete(dataset=output)
    dataset_delete(dataset=orders)
    with django_capture_on_commit_callbacks(execute=True):
        files_collect()
        outputs_release()
        assert deleted_expire() == 0
        assert all(folder.is_dir() for folder in folders)
        for each in (orders, output):  # in the order in which they were deleted
            found = Dataset.every.get(pk=each.pk)
            assert found.deleted
            Dataset.every.filter(pk=each.pk).update(deleted=found.deleted - timedelta(days=8))
        assert deleted_expire() == 2
    assert not Dataset.every.exists()
    assert not Recipe.every.exists()
    assert not any(folder.exists() for folder in folders)


def test_deleted_for_good_it_is_gone_and_only_it(
    project: Project, orders: Dataset, django_capture_on_commit_callbacks: Any
) -> None:
    other = make_dataset(project, "other")
    with pytest.raises(NotFound):
        purge(other)  # it is not deleted
    dataset_delete(dataset=orders)
    folders = folders_of(orders)
    with django_capture_on_commit_callbacks(execute=True):
        purge(orders)
    assert not any(folder.exists() for folder in folders)
    assert list(Dataset.every.all()) == [other]
    assert all(folder.is_dir() for folder in folders_of(other))


def test_another_project_cannot_reach_it(project: Project, orders: Dataset) -> None:
    dataset_delete(dataset=orders)
    elsewhere = make_project()
    assert deleted_list(project=elsewhere) == []
    for act in (deleted_restore, deleted_purge):
        for kind, pk in (("dataset", orders.pk), ("nothing", orders.pk), ("dataset", uuid4())):
            with pytest.raises(NotFound):
                act(project=elsewhere, kind=kind, thing_id=pk)
    assert Dataset.every.get(pk=orders.pk).deleted


def test_it_is_kept_for_seven_days(project: Project, orders: Dataset) -> None:
    dataset_delete(dataset=orders)
    (thing,) = deleted_list(project=project)
    assert thing.until - thing.deleted == timedelta(days=7)
    assert abs(thing.deleted - timezone.now()) < timedelta(minutes=1)
