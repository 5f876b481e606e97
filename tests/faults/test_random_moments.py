"""Cancelled, edited or deleted at any moment of a run: it ends, and rows and files agree."""

import random
import time
from collections.abc import Callable

import pytest

from datasets.models import Dataset, DatasetVersion, Recipe, RecipeRun
from datasets.services.recipes import recipe_delete, recipe_update
from datasets.services.runs import recipe_run_start
from projects.models import Job, User
from projects.services.jobs import job_cancel
from projects.services.projects import project_delete, project_list_for
from tests.factories import make_project, make_user
from tests.factories.datasets import make_dataset
from tests.factories.recipes import make_recipe
from tests.faults.conftest import Nursery, until

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5
# From "still queued" to "published a while ago", on a quiet machine and on a busy one.
LONGEST_SECONDS = 0.6
TRIPLED = {"steps": [{"kind": "formula", "column": "Twice", "expression": "Quantity * 3"}]}
Act = Callable[[Recipe, Job, User], None]


def cancel(recipe: Recipe, job: Job, user: User) -> None:
    job_cancel(job=job)


def edit(recipe: Recipe, job: Job, user: User) -> None:
    recipe_update(recipe=recipe, user=user, params=TRIPLED)


def delete_recipe(recipe: Recipe, job: Job, user: User) -> None:
    recipe_delete(recipe=recipe)


def delete_project(recipe: Recipe, job: Job, user: User) -> None:
    project_delete(project=recipe.project)


@pytest.mark.parametrize("act", [cancel, edit, delete_recipe, delete_project])
def test_a_run_that_is_disturbed(act: Act, nursery: Nursery, sound: Callable[[], None]) -> None:
    chance, user = random.Random(act.__name__), make_user()
    nursery.worker()
    for _ in range(ROUNDS):
        project = make_project(user)
        recipe = make_recipe(project, [make_dataset(project)])
        job = recipe_run_start(recipe=recipe, user=user)
        time.sleep(chance.uniform(0, LONGEST_SECONDS))
        act(Recipe.objects.get(pk=recipe.pk), job, user)
        assert until(lambda: not Job.objects.filter(state__in=Job.ACTIVE).exists())
        agree(act, user, recipe, job)
    sound()


def agree(act: Act, user: User, recipe: Recipe, job: Job) -> None:
    """Check that what the person sees is what happened."""
    left = Job.objects.filter(pk=job.pk).first()
    made = DatasetVersion.objects.filter(dataset=recipe.output_id).first()
    state = left.state if left else "gone"
    if act is cancel:
        assert (state, made is not None) in {("cancelled", False), ("succeeded", True)}
    elif act is edit:
        run = RecipeRun.objects.get(job=job)
        assert made
        assert (state, run.revision, run.params) == ("succeeded", 1, recipe.params)
        assert made.origin["revision"] == 1
    else:
        assert state in {"cancelled", "succeeded", "gone"}
        seen = project_list_for(user=user) if act is delete_project else Dataset.objects.all()
        assert not seen.filter(pk__in=[recipe.project_id, recipe.output_id]).exists()
