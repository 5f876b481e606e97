"""Experiments through a real worker: prepared once, trained each by itself, on the leaderboard."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from mllab.models import Experiment, Prototype, UseCase
from mllab.services.experiments import (
    draft_copy,
    draft_get,
    draft_save,
    experiment_create,
    experiment_start,
)
from mllab.services.files import path_of
from mllab.services.leaderboards import leaderboard
from mllab.services.prototypes import prototype_retrain, state_of
from projects.models import Job, User
from projects.services.jobs import job_cancel
from segplatform.kernel.errors import Conflict, UserError
from tests.factories.datasets import make_version
from tests.factories.mllab import RFM_COLUMNS, RFM_INPUTS, rfm_rows

pytestmark = pytest.mark.django_db(transaction=True)

FOUR = [
    {"algorithm": key, "params": {"k": 3} if key != "dbscan" else {}}
    for key in ("kmeans", "gaussian_mixture", "agglomerative", "dbscan")
]
TOO_MANY = {"algorithm": "kmeans", "params": {"k": 50}}
SKLEARN = {
    "silhouette": sk.silhouette_score,
    "davies_bouldin": sk.davies_bouldin_score,
    "calinski_harabasz": sk.calinski_harabasz_score,
}


def start(use_case: UseCase, user: User, models: list[dict[str, Any]]) -> tuple[Experiment, Job]:
    return experiment_create(
        use_case=use_case, user=user, features=RFM_INPUTS, preprocessing={}, algorithms=models
    )


def labels(prototype: Prototype) -> Any:
    return np.load(path_of(folder=prototype.folder) / "labels.npy", allow_pickle=False)


def left_over(use_case: UseCase, data_dir: Path) -> list[Path]:
    lab = data_dir / "projects" / str(use_case.project_id) / "lab"
    return [*lab.rglob("*.npy"), *(data_dir / "tmp").glob("lab-*")]


def test_it_trains_four_models_and_ranks_them(
    use_case: UseCase, user: User, train_all: Callable[[], None], data_dir: Path
) -> None:
    experiment, job = start(use_case, user, FOUR)
    board = leaderboard(use_case=use_case)
    assert [row.state.key for row in board.rows] == ["queued"] * 4
    assert (board.is_live, board.groups) == (True, [job])
    train_all()
    job.refresh_from_db()
    experiment.refresh_from_db()
    assert (job.state, job.message) == ("succeeded", "5 of 5 done")
    assert (experiment.rows, len(experiment.columns)) == (60, 3)
    board = leaderboard(use_case=use_case)
    assert {row.state.key for row in board.rows} == {"succeeded"}, board.rows
    assert not board.is_live
    assert board.rows[0].standing.rank == 1
    assert sorted(row.prototype.number for row in board.rows) == [1, 2, 3, 4]
    matrix = np.load(path_of(folder=experiment.folder) / "matrix.npy", allow_pickle=False)
    for row in board.rows:
        found = labels(row.prototype)
        inside = found >= 0
        assert found.shape == (60,)
        assert sum(row.prototype.details["sizes"]) == inside.sum()
        for key, function in SKLEARN.items():
            score = row.scores[key]
            assert score
            assert score.value == pytest.approx(function(matrix[inside], found[inside]), abs=1e-6)
    assert not list((data_dir / "tmp").glob("lab-*"))


def test_the_same_seed_gives_the_same_labels(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    start(use_case, user, FOUR[:2])
    start(use_case, user, FOUR[:2])
    run_all()
    first, second, third, fourth = Prototype.objects.order_by("number")
    assert (labels(first) == labels(third)).all()
    assert (labels(second) == labels(fourth)).all()


def test_a_failing_prototype_fails_alone_and_can_be_tried_again(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    few = rfm_rows(20)
    assert use_case.dataset
    make_version(use_case.dataset, RFM_COLUMNS, few)
    _, job = start(use_case, user, [FOUR[0], TOO_MANY, FOUR[1]])
    run_all()
    job.refresh_from_db()
    good, bad, other = Prototype.objects.select_related("job", "experiment__prepare_job")
    states = [state_of(prototype=each) for each in (good, bad, other)]
    assert [state.key for state in states] == ["succeeded", "failed", "succeeded"]
    assert states[1].error
    assert "our side" not in states[1].error
    assert job.state == "succeeded"
    again = prototype_retrain(prototype=bad, user=user)
    assert again.parent_id not in (None, job.pk)
    assert prototype_retrain(prototype=bad, user=user) == again
    run_all()
    bad.refresh_from_db()
    assert state_of(prototype=bad).key == "failed"
    with pytest.raises(Conflict, match="is trained"):
        prototype_retrain(prototype=good, user=user)


def test_a_cancelled_experiment_leaves_nothing_and_can_be_tried_again(
    use_case: UseCase, user: User, run_all: Callable[[], None], data_dir: Path
) -> None:
    _, job = start(use_case, user, FOUR[:2])
    job_cancel(job=job)
    run_all()
    rows = leaderboard(use_case=use_case).rows
    assert [row.state.key for row in rows] == ["cancelled"] * 2
    assert not left_over(use_case, data_dir)
    found = Prototype.objects.select_related("job", "experiment__prepare_job").first()
    assert found
    prototype_retrain(prototype=found, user=user)
    assert [row.state.key for row in leaderboard(use_case=use_case).rows] == ["queued"] * 2
    run_all()
    assert [row.state.key for row in leaderboard(use_case=use_case).rows] == ["succeeded"] * 2


def test_it_learns_from_the_version_of_when_it_was_started(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    experiment, _ = start(use_case, user, FOUR[:1])
    assert use_case.dataset
    make_version(use_case.dataset, RFM_COLUMNS, rfm_rows(90))
    run_all()
    experiment.refresh_from_db()
    assert (experiment.version_number, experiment.rows) == (1, 60)


def test_a_version_that_is_gone_is_a_sentence(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    _, job = start(use_case, user, FOUR[:1])
    assert use_case.dataset
    old = use_case.dataset.current
    make_version(use_case.dataset, RFM_COLUMNS, rfm_rows(30))
    assert old
    old.delete()
    run_all()
    job.refresh_from_db()
    state = leaderboard(use_case=use_case).rows[0].state
    assert (job.state, state.key) == ("failed", "failed")
    assert "not kept any more" in state.error


def test_a_draft_keeps_what_fits_and_becomes_the_experiment(use_case: UseCase, user: User) -> None:
    draft = draft_get(use_case=use_case, user=user)
    assert not Experiment.objects.exists()
    draft_save(draft=draft, features=RFM_INPUTS)
    draft = draft_save(draft=draft_get(use_case=use_case, user=user), algorithms=FOUR, seed=7)
    assert [each["role"] for each in draft.features].count("input") == 3
    assert draft.algorithms[0]["params"]["restarts"] == 10
    experiment, job = experiment_start(draft=draft, user=user)
    assert experiment_start(draft=draft, user=user) == (experiment, job)
    assert (experiment.pk, experiment.number, experiment.seed) == (draft.pk, 1, 7)
    with pytest.raises(Conflict, match="has started"):
        draft_save(draft=experiment, seed=8)
    fresh = draft_copy(experiment=experiment, user=user)
    assert (fresh.pk != experiment.pk, fresh.algorithms) == (True, experiment.algorithms)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"features": [{"column": "Nope", "role": "input"}]}, "features.0.column"),
        ({"features": [RFM_INPUTS[0], {"column": "R", "role": "x"}]}, "features.1.role"),
        ({"features": [{"column": "R", "role": "ignored"}]}, "features"),
        ({"algorithms": [{"algorithm": "nope"}]}, "models.0.algorithm"),
        (
            {"algorithms": [FOUR[0], {"algorithm": "kmeans", "params": {"k": "many"}}]},
            "models.1.params.k",
        ),
        ({"algorithms": []}, "models"),
        ({"preprocessing": {"pca_share": 2}}, "preprocessing.pca_share"),
        ({"preprocessing": {"columns": {"Nope": {}}}}, "preprocessing.columns.Nope"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_does_not_fit_is_named(
    use_case: UseCase, user: User, change: dict[str, Any], field: str
) -> None:
    asked: dict[str, Any] = {"features": RFM_INPUTS, "preprocessing": {}, "algorithms": FOUR}
    with pytest.raises(UserError) as error:
        experiment_create(use_case=use_case, user=user, **{**asked, **change})
    assert list(error.value.fields) == [field]
    assert not Experiment.objects.exists()


def test_both_ways_of_components_are_two_experiments_side_by_side(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    draft = draft_save(
        draft=draft_get(use_case=use_case, user=user), features=RFM_INPUTS,
        preprocessing={"pca": "both", "pca_share": 0.6}, algorithms=FOUR[:1], seed=7,
    )  # fmt: skip
    first, _ = experiment_start(draft=draft, user=user)
    run_all()
    without, with_them = Experiment.objects.order_by("number")
    assert without == first
    assert [each.preprocessing["pca"] for each in (without, with_them)] == ["off", "keep"]
    assert {each.seed for each in (without, with_them)} == {7}
    assert without.columns == ["Recency", "Frequency", "Monetary"]
    assert with_them.columns == ["Component 1"]
    told = {row.prototype.number: row.params_text for row in leaderboard(use_case=use_case).rows}
    assert told == {1: "k = 3", 2: "k = 3, with PCA"}
