"""Scoring datasets with segmentations: runs, previews, proposals, refusals."""

from collections.abc import Callable
from typing import Any

import pytest

from datasets.models import Dataset, Recipe
from datasets.services.plans import dataset_columns
from datasets.services.recipes import (
    State,
    recipe_create,
    recipe_preview,
    recipe_proposal,
    recipe_state,
    recipe_update,
)
from datasets.services.rows import rows_page, version_current
from mllab.models import Prototype, Segmentation
from mllab.services.scoring import score_start
from mllab.services.segments import segment_change
from projects.models import Job, Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories import make_project
from tests.factories.datasets import make_dataset, make_version
from tests.factories.mllab import (
    RFM_COLUMNS,
    customers,
    make_prepared,
    make_prototype,
    make_segmentation,
    rfm_rows,
)
from tests.factories.recipes import make_recipe

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[[], None]
ADDED = ["segment", "segment_name", "segment_confidence"]


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


def test_it_makes_a_recipe_and_runs_it(
    segmentation: Segmentation, shoppers: Dataset, user: User, run_all: Run
) -> None:
    segment_change(prototype=segmentation.current.prototype, label=0, user=user, name="Loyal")
    recipe, job = start(segmentation, shoppers, user)
    assert (recipe.name, recipe.output.name, job.title) == (
        "Score shoppers", "scored", "Run Score shoppers",
    )  # fmt: skip
    run_all()
    found = rows(recipe.output)
    assert list(found[0])[-3:] == ADDED
    assert [row["CustomerID"] for row in found] == [row[0] for row in rfm_rows(30)]
    kinds = [{row["segment"] for row in found[kind::3]} for kind in range(3)]
    assert sorted(kinds) == [{0}, {1}, {2}]
    named = {row["segment"]: row["segment_name"] for row in found}
    assert named == {0: "Loyal", 1: "Segment 2", 2: "Segment 3"}
    assert all(0 <= row["segment_confidence"] <= 1 for row in found)
    facts = recipe.output.current.report["facts"]["rows_per_segment"]
    assert facts[0] == {"segment": "Loyal", "rows": 10, "share": "33.3 %"}
    assert state(recipe) == State("up_to_date")


def test_the_columns_are_known_before_it_runs(
    segmentation: Segmentation, shoppers: Dataset, user: User
) -> None:
    recipe, _ = start(segmentation, shoppers, user)
    names = [column.name for column in dataset_columns(dataset=recipe.output)]
    assert names == [*(column.name for column in RFM_COLUMNS), *ADDED]
    after = make_recipe(recipe.project, [recipe.output], "after")
    step = {"kind": "formula", "column": "Sure", "expression": "segment_confidence * 100"}
    recipe_update(recipe=after, user=user, params={"steps": [step]})


def test_what_was_scored_is_scored_again_under_other_names(
    segmentation: Segmentation, recipe: Recipe, user: User
) -> None:
    dataset = Dataset.objects.select_related("current").get(pk=recipe.output_id)
    again, _ = start(segmentation, dataset, user, "twice")
    assert again.params["prefix"] == "segment_2"
    with pytest.raises(UserError, match="“segment” already: change the prefix") as caught:
        recipe_update(recipe=again, user=user, params={**again.params, "prefix": "segment"})
    assert list(caught.value.fields) == ["prefix"]


def test_a_dataset_without_the_columns_is_refused_and_nothing_is_made(
    segmentation: Segmentation, project: Project, user: User
) -> None:
    orders = make_dataset(project)
    with pytest.raises(UserError, match="“Recency”, “Frequency” and “Monetary”, which") as caught:
        start(segmentation, orders, user)
    assert list(caught.value.fields) == ["dataset"]
    assert (Recipe.objects.count(), Job.objects.count()) == (0, 0)
    assert not project.datasets.filter(name="scored").exists()


def test_a_taken_name_and_another_project_are_refused(
    segmentation: Segmentation, shoppers: Dataset, user: User
) -> None:
    with pytest.raises(Conflict) as caught:
        start(segmentation, shoppers, user, output="shoppers")
    assert list(caught.value.fields) == ["output"]
    with pytest.raises(NotFound):
        start(segmentation, customers(make_project()), user)


def test_a_segmentation_of_another_project_is_not_there(
    segmentation: Segmentation, user: User
) -> None:
    other = make_project()
    params = {"segmentation": str(segmentation.pk)}
    for wanted in (params, {"segmentation": "no id"}):
        with pytest.raises(UserError, match="no such segmentation") as caught:
            recipe_create(
                project=other, user=user, kind="score", output="x", params=wanted,
                inputs=[customers(other, f"of {wanted}"[:100])],
            )  # fmt: skip
        assert list(caught.value.fields) == ["segmentation"]


def test_it_proposes_a_segmentation_that_fits(
    segmentation: Segmentation, project: Project, shoppers: Dataset, prototype: Prototype
) -> None:
    orders = make_dataset(project)
    other = make_prepared(
        prototype.experiment.use_case, features=[{"column": "R", "role": "input"}]
    )
    by_r = make_segmentation(make_prototype(other, k=2), "A first one")
    only = customers(project, "only")
    make_version(only, RFM_COLUMNS[:4], [row[:4] for row in rfm_rows(9)])
    wanted = {shoppers: by_r, only: segmentation, orders: by_r}
    for dataset, model in wanted.items():
        proposed = recipe_proposal(kind="score", inputs=[dataset])
        assert proposed == {"prefix": "segment", "segmentation": str(model.pk)}


@pytest.mark.usefixtures("waited_for")
def test_a_preview_scores_the_sample_and_stores_nothing(
    segmentation: Segmentation, project: Project, shoppers: Dataset, user: User
) -> None:
    Project.objects.filter(pk=project.pk).update(rows_to_display=10)
    project.refresh_from_db()
    answer = recipe_preview(
        project=project, user=user, kind="score", inputs=[shoppers],
        params={"segmentation": str(segmentation.pk), "prefix": "kind"},
    )  # fmt: skip
    names = ["kind", "kind_name", "kind_confidence"]
    assert [column["name"] for column in answer["columns"]][-3:] == names
    assert (answer["count"], len(answer["rows"]), answer["sql"]) == (10, 10, None)
    assert sum(each["rows"] for each in answer["facts"]["rows_per_segment"]) == 10
    assert project.datasets.count() == 2
    assert Recipe.objects.count() == 0
