"""Segmentations in the flow: their boxes, and when what they scored is out of date."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets.models import Dataset, Recipe
from datasets.services.datasets import dataset_delete
from datasets.services.flow import Node, flow, flow_run_start
from datasets.services.recipes import (
    State,
    recipe_create,
    recipe_delete,
    recipe_run_start,
    recipe_state,
)
from datasets.services.rows import rows_page, version_current
from mllab.models import Prototype, Segmentation, UseCase
from mllab.services.scoring import score_start
from mllab.services.segmentations import promote, segmentation_delete
from mllab.services.segments import segment_change
from projects.models import Job, Project, User
from projects.services.jobs import job_retry
from segplatform.kernel.errors import Conflict
from tests.factories.datasets import make_version
from tests.factories.mllab import (
    RFM_COLUMNS,
    make_prepared,
    make_prototype,
    make_segmentation,
    rfm_rows,
)

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[[], None]


def start(
    segmentation: Segmentation, dataset: Dataset, user: User, output: str = "scored"
) -> tuple[Recipe, Job]:
    return score_start(segmentation=segmentation, dataset=dataset, output=output, user=user)


def rows(dataset: Dataset) -> list[dict[str, Any]]:
    dataset.refresh_from_db()
    version = version_current(dataset=dataset)
    page = rows_page(project=dataset.project, version=version, limit=100, sampled=False)
    names = [column["name"] for column in version.columns]
    return [dict(zip(names, row, strict=True)) for row in page.rows]


def state(recipe: Recipe) -> State:
    return recipe_state(recipe=Recipe.objects.get(pk=recipe.pk))


def node(project: Project, title: str) -> Node:
    return next(node for node in flow(project=project).nodes if node.title == title)


def test_a_new_name_of_a_segment_makes_it_out_of_date(
    recipe: Recipe, prototype: Prototype, user: User, run_all: Run
) -> None:
    segment_change(prototype=prototype, label=1, user=user, color=9, description="Few but large")
    assert state(recipe).key == "up_to_date"
    segment_change(prototype=prototype, label=1, user=user, name="Gone")
    why = "The segmentation “Groups” was changed after this run."
    assert state(recipe) == State("out_of_date", why, stale=True)
    flow_run_start(project=recipe.project, user=user)
    run_all()
    assert state(recipe) == State("up_to_date")
    assert {row["segment_name"] for row in rows(recipe.output)} == {
        "Segment 1", "Gone", "Segment 3",
    }  # fmt: skip


@pytest.mark.usefixtures("waited_for")
def test_a_new_version_makes_it_and_what_it_feeds_out_of_date(
    recipe: Recipe, segmentation: Segmentation, user: User, use_case: UseCase, run_all: Run
) -> None:
    step = {"kind": "filter", "expression": "segment = 0"}
    after = recipe_create(
        project=recipe.project, user=user, kind="prepare", output="first ones",
        inputs=[Dataset.objects.get(pk=recipe.output_id)], params={"steps": [step]},
    )  # fmt: skip
    flow_run_start(project=recipe.project, user=user)
    run_all()
    assert (state(after).key, len(rows(after.output))) == ("up_to_date", 10)
    better = make_prototype(make_prepared(use_case), k=2)
    promote(prototype=better, user=user, segmentation=segmentation)
    assert state(recipe).reason == "The segmentation “Groups” was changed after this run."
    assert state(after).reason == "“scored” is out of date itself."
    flow_run_start(project=recipe.project, user=user)
    run_all()
    assert {row["segment"] for row in rows(recipe.output)} == {0, 1}
    assert (state(recipe).key, state(after).key) == ("up_to_date", "up_to_date")


def test_a_change_while_it_waits_is_in_the_run(
    segmentation: Segmentation, shoppers: Dataset, user: User, run_all: Run
) -> None:
    recipe, _ = start(segmentation, shoppers, user)
    segment_change(prototype=segmentation.current.prototype, label=2, user=user, name="Late")
    run_all()
    assert "Late" in {row["segment_name"] for row in rows(recipe.output)}
    assert state(recipe) == State("up_to_date")


def test_a_newer_input_without_a_column_fails_in_a_sentence_until_it_is_there(
    recipe: Recipe, shoppers: Dataset, user: User, run_all: Run
) -> None:
    make_version(shoppers, RFM_COLUMNS[:2], [("1", 4)])
    job = recipe_run_start(recipe=recipe, user=user)
    run_all()
    found = state(recipe)
    assert found.key == "failed"
    assert found.reason.startswith("The segmentation needs “Frequency” and “Monetary”, which")
    make_version(shoppers, RFM_COLUMNS, rfm_rows(6))
    job.refresh_from_db()
    job_retry(job=job, user=user)
    run_all()
    assert (state(recipe), len(rows(recipe.output))) == (State("up_to_date"), 6)


def test_the_flow_scores_what_it_makes_first(
    segmentation: Segmentation, shoppers: Dataset, user: User, run_all: Run
) -> None:
    step = {"kind": "filter", "expression": "Recency < 100"}
    before = recipe_create(
        project=shoppers.project, user=user, kind="prepare", inputs=[shoppers], output="recent",
        params={"steps": [step]},
    )  # fmt: skip
    params = {"segmentation": str(segmentation.pk)}
    score = recipe_create(
        project=shoppers.project, user=user, kind="score", inputs=[before.output],
        output="scored", params=params,
    )  # fmt: skip
    recipe_run_start(recipe=score, user=user, upstream=True)
    run_all()
    assert (state(before).key, state(score).key) == ("up_to_date", "up_to_date")
    assert len(rows(score.output)) == 20


def test_the_flow_shows_it_between_what_it_learned_from_and_what_it_scores(
    recipe: Recipe, segmentation: Segmentation, project: Project, shoppers: Dataset
) -> None:
    learned, scored = node(project, "customers"), node(project, "scored")
    model, score = node(project, "Groups"), node(project, "Score shoppers")
    assert (model.kind, model.family, model.state) == ("model", "model", "up_to_date")
    assert model.subtitle == "K-Means, 3 segments"
    assert (score.kind, score.family, score.subtitle) == ("recipe", "model", "Score")
    assert model.inputs == [learned.id]
    assert score.inputs == [str(shoppers.pk), str(segmentation.pk)]
    assert scored.inputs == [score.id]
    places = [each.id for each in flow(project=project).nodes]
    assert places.index(learned.id) < places.index(model.id) < places.index(score.id)


def test_what_learned_from_its_own_scores_makes_no_circle(
    recipe: Recipe, segmentation: Segmentation, use_case: UseCase, project: Project
) -> None:
    use_case.dataset = Dataset.objects.get(pk=recipe.output_id)
    use_case.save()
    assert node(project, "Groups").inputs == []
    assert node(project, "Score shoppers").inputs[1] == str(segmentation.pk)


def test_the_flow_needs_no_more_queries_for_more_of_them(
    recipe: Recipe, prototype: Prototype, shoppers: Dataset, project: Project, user: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            flow(project=project)
        return len(found)

    before = queries()
    for number in range(3):
        model = make_segmentation(prototype, f"Groups {number}")
        start(model, shoppers, user, f"scored {number}")
    assert queries() == before


def test_it_stays_while_recipes_score_with_it(
    recipe: Recipe, segmentation: Segmentation, shoppers: Dataset, project: Project
) -> None:
    with pytest.raises(Conflict, match="“Groups” is used by “Score shoppers”; delete that first"):
        segmentation_delete(segmentation=segmentation)
    with pytest.raises(Conflict):
        dataset_delete(dataset=shoppers)
    recipe_delete(recipe=recipe)
    segmentation_delete(segmentation=segmentation)
    assert [each.kind for each in flow(project=project).nodes] == ["dataset", "dataset"]
    dataset_delete(dataset=shoppers)


def test_what_it_learned_from_may_go(
    recipe: Recipe, use_case: UseCase, project: Project, user: User, run_all: Run
) -> None:
    dataset_delete(dataset=project.datasets.get(name="customers"))
    assert node(project, "Groups").inputs == []
    assert state(recipe).key == "up_to_date"
    job = flow_run_start(project=project, user=user)
    run_all()
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED


def test_a_recipe_whose_segmentation_is_gone_says_so(
    recipe: Recipe, segmentation: Segmentation
) -> None:
    Segmentation.objects.filter(pk=segmentation.pk).delete()
    found = state(recipe)
    assert (found.key, found.reason) == (
        "out_of_date", "The segmentation that the recipe applies is not there any more.",
    )  # fmt: skip
