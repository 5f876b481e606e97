"""What is said about how fresh a dataset is, without running anything."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets.models import Dataset, Recipe, RecipeRun
from datasets.services.datasets import dataset_delete
from datasets.services.flow import flow
from datasets.services.recipes import recipe_delete, recipe_state, recipe_update
from datasets.services.states import FLOW, RUN
from projects.models import Job, Project
from projects.services.projects import project_purge
from segplatform.kernel.errors import Conflict
from tests.factories import make_job, make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.recipes import make_recipe, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def first(project: Project, orders: Dataset) -> Recipe:
    return make_recipe(project, [orders], "first")


@pytest.fixture
def second(project: Project, first: Recipe) -> Recipe:
    return make_recipe(project, [first.output], "second")


def test_it_is_empty_before_the_first_run(first: Recipe) -> None:
    state = recipe_state(recipe=first)
    assert (state.key, state.stale) == ("empty", True)
    assert state.reason == "It has not been run yet."


def test_it_is_up_to_date_after_a_run(first: Recipe) -> None:
    make_run(first)
    assert recipe_state(recipe=first).key == "up_to_date"


def test_it_says_which_input_is_newer(first: Recipe, orders: Dataset) -> None:
    make_run(first)
    make_version(orders)
    state = recipe_state(recipe=first)
    assert (state.key, state.reason) == ("out_of_date", "“orders” has a newer version.")


def test_it_says_that_the_recipe_was_changed(first: Recipe, second: Recipe) -> None:
    make_run(first)
    make_run(second)
    Recipe.objects.filter(pk=first.pk).update(revision=2)
    state = recipe_state(recipe=first)
    assert (state.key, state.reason) == ("out_of_date", "The recipe was changed after this run.")
    state = recipe_state(recipe=second)
    assert (state.key, state.reason) == ("out_of_date", "“first” is out of date itself.")


def test_a_new_name_makes_nothing_out_of_date(first: Recipe, project: Project) -> None:
    make_run(first)
    recipe_update(recipe=first, user=project.members.get(), name="Other words")
    assert recipe_state(recipe=first).key == "up_to_date"


def test_it_is_running_while_its_job_is(first: Recipe, project: Project) -> None:
    make_run(first)
    job = make_job(project, name=RUN, subject=f"dataset:{first.output_id}")
    RecipeRun.objects.create(recipe=first, revision=1, job=job)
    assert recipe_state(recipe=first).key == "running"
    assert recipe_state(recipe=first).reason == "It waits for its turn."


def test_it_is_running_while_a_flow_has_it_before_it(first: Recipe, project: Project) -> None:
    job = make_job(project, name=FLOW, subject=f"flow:{project.pk}", state=Job.State.RUNNING)
    run = RecipeRun.objects.create(recipe=first, revision=1, job=job)
    node = flow(project=project).nodes[1]
    assert (node.kind, node.state, node.job) == ("recipe", "running", job)
    RecipeRun.objects.filter(pk=run.pk).update(error="It broke.")
    assert recipe_state(recipe=first).key == "failed"


def test_it_is_failed_until_a_newer_version(first: Recipe, project: Project) -> None:
    make_run(first)
    subject = f"dataset:{first.output_id}"
    job = make_job(project, name=RUN, subject=subject, state=Job.State.FAILED, error="It broke.")
    RecipeRun.objects.create(recipe=first, revision=1, job=job)
    state = recipe_state(recipe=first)
    assert (state.key, state.reason, state.stale) == ("failed", "It broke.", False)
    make_run(first)
    assert recipe_state(recipe=first).key == "up_to_date"


def test_a_cancelled_run_changes_nothing(first: Recipe, project: Project) -> None:
    make_run(first)
    subject = f"dataset:{first.output_id}"
    job = make_job(project, name=RUN, subject=subject, state=Job.State.CANCELLED)
    RecipeRun.objects.create(recipe=first, revision=1, job=job)
    assert recipe_state(recipe=first).key == "up_to_date"


def test_imports_have_states_too(project: Project) -> None:
    dataset = Dataset.objects.create(project=project, name="new")
    assert flow(project=project).nodes[0].state == "empty"
    job = make_job(project, name="datasets.import", subject=f"dataset:{dataset.pk}")
    assert flow(project=project).nodes[0].state == "running"
    Job.objects.filter(pk=job.pk).update(state="failed", error="No table.")
    node = flow(project=project).nodes[0]
    assert (node.state, node.reason, node.job) == ("failed", "No table.", job)


def test_the_flow_is_in_order_with_its_arrows(
    project: Project, orders: Dataset, second: Recipe, first: Recipe
) -> None:
    both = make_recipe(project, [second.output, orders], "both")
    found = flow(project=project)
    titles = [node.title for node in found.nodes]
    assert titles == ["orders", "Make first", "first", "Make second", "second", "Make both", "both"]
    assert (str(second.output_id), str(both.pk)) in found.edges
    assert (str(both.pk), str(both.output_id)) in found.edges
    assert len(found.edges) == 7
    assert found.nodes[0].rows == 3
    assert found.nodes[1].family == "visual"
    assert found.out_of_date == 3


def test_it_asks_the_database_as_often_for_many_as_for_few(project: Project) -> None:
    def grow(n: int) -> None:
        dataset = make_dataset(project, f"orders {n}")
        recipe = make_recipe(project, [dataset], f"made {n}")
        make_run(recipe)
        make_job(project, subject=f"dataset:{recipe.output_id}", state=Job.State.SUCCEEDED)

    def count(act: Callable[..., object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            act(project=project)
        return len(queries)

    grow(0)
    few = count(flow)
    for n in range(1, 5):
        grow(n)
    assert count(flow) == few
    assert few <= 7


def test_what_is_read_cannot_be_deleted(first: Recipe, second: Recipe, orders: Dataset) -> None:
    with pytest.raises(Conflict, match="“orders” is read by “Make first”"):
        dataset_delete(dataset=orders)
    with pytest.raises(Conflict, match="“Make second”"):
        recipe_delete(recipe=first)
    recipe_delete(recipe=second)
    recipe_delete(recipe=first)
    assert list(Dataset.objects.values_list("name", flat=True)) == ["orders"]
    dataset_delete(dataset=orders)


def test_a_project_goes_with_its_recipes(project: Project, second: Recipe) -> None:
    make_run(second)
    project_purge(project=project)
    assert not Recipe.every.exists()
    assert not Dataset.every.exists()
