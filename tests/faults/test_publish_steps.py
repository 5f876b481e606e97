"""A process killed at any step of publishing: the old version or the new one, never half of one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.models import Dataset, DatasetVersion, Recipe
from datasets.services.imports import dataset_import_start
from datasets.services.refresh import refresh_attach, refresh_start
from datasets.services.refresh_decided import Decided
from datasets.services.runs import recipe_run_start
from mllab.models import Prototype
from mllab.services.preparing import group_start, train_start
from projects.models import Job, Project
from projects.services.jobs import job_retry
from segplatform.kernel.faults import STEPS, VARIABLE
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_prepared, make_prototype, make_use_case
from tests.factories.recipes import make_recipe, make_run
from tests.factories.uploads import make_upload
from tests.faults.conftest import Nursery

pytestmark = pytest.mark.django_db(transaction=True)

PUBLISHING = [step for step in STEPS if step.startswith("publish:")]
LAST = "publish:after_commit"


@pytest.fixture
def recipe(project: Project) -> Recipe:
    """Give a recipe with one version of its output."""
    made = make_recipe(project, [make_dataset(project)])
    make_run(made)
    return made


@pytest.mark.parametrize("step", PUBLISHING)
def test_a_run_of_a_recipe(
    step: str, recipe: Recipe, nursery: Nursery, sound: Callable[[], None], data_dir: Path
) -> None:
    user = recipe.project.members.get()
    job = recipe_run_start(recipe=recipe, user=user)
    nursery.work_off(**{VARIABLE: step})
    job.refresh_from_db()
    sound()
    done = step == LAST
    assert (job.state, job.attempt) == ("succeeded" if done else "lost", 2)
    assert numbers(recipe.output) == ([1, 2] if done else [1])
    if not done:
        job_retry(job=job, user=user)
        nursery.work_off()
    assert numbers(recipe.output) == [1, 2]
    current = DatasetVersion.objects.get(dataset=recipe.output, number=2)
    assert Dataset.objects.get(pk=recipe.output_id).current_id == current.pk
    assert {path.name for path in (data_dir / current.folder).iterdir()} >= {"part-0.parquet"}


def numbers(dataset: Dataset) -> list[int]:
    return sorted(dataset.versions.values_list("number", flat=True))


def test_an_import_that_was_published_is_not_read_again(
    project: Project, nursery: Nursery, sound: Callable[[], None]
) -> None:
    user = project.members.get()
    dataset, job = dataset_import_start(
        project=project, user=user, upload=make_upload(project), name="orders"
    )
    nursery.work_off(**{VARIABLE: LAST})
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result["version"]) == ("succeeded", 2, 1)
    assert numbers(dataset) == [1]


def test_rows_are_added_once_or_not_at_all(
    project: Project, nursery: Nursery, sound: Callable[[], None], data_dir: Path
) -> None:
    dataset, user = make_dataset(project), project.members.get()
    upload = make_upload(project, "Invoice,Quantity,Price\nA9,1,2.50\n")
    record = refresh_attach(dataset=dataset, user=user, mode="append", upload=upload)
    job = refresh_start(record=record, user=user, options={}, decided=Decided())
    nursery.work_off(**{VARIABLE: "publish:after_rename"})
    sound()
    assert numbers(dataset) == [1]
    job.refresh_from_db()
    job_retry(job=job, user=user)
    nursery.work_off()
    assert numbers(dataset) == [1, 2]
    assert DatasetVersion.objects.get(dataset=dataset, number=2).rows == 4


# The steps before these are the same code for versions and prototypes.
@pytest.mark.parametrize("step", ["publish:after_rename", "publish:in_transaction", LAST])
def test_the_training_of_a_prototype(
    step: str, project: Project, nursery: Nursery, sound: Callable[[], None]
) -> None:
    experiment = make_prepared(make_use_case(project))
    prototype = make_prototype(experiment, trained=False)
    user = project.members.get()
    group = group_start(experiment=experiment, user=user, count=1)
    job = train_start(prototype=prototype, user=user, group=group)
    nursery.work_off("heavy", **{VARIABLE: step})
    sound()
    job.refresh_from_db()
    done = step == LAST
    assert (job.state, job.attempt) == ("succeeded" if done else "lost", 2)
    assert (Prototype.objects.get().finished is not None) == done
    group.refresh_from_db()
    assert group.state == ("succeeded" if done else "failed")
    if not done:
        job_retry(job=job, user=user)
        nursery.work_off("heavy")
    assert Prototype.objects.get().scores.count() > 0
    assert not Job.objects.filter(state__in=Job.ACTIVE).exists()
