"""One prototype: what it holds, deleted before, while and after it is trained, compared."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mllab.engine import train as engine
from mllab.models import Experiment, MetricScore, Prototype, UseCase
from mllab.services.comparisons import compare_ask
from mllab.services.experiments import experiment_create
from mllab.services.files import path_of
from mllab.services.prototypes import (
    assignments_page,
    prototype_cancel,
    prototype_delete,
    prototype_figure,
    prototype_get,
    prototype_model,
    prototype_profiles,
    prototypes_get,
    state_of,
)
from mllab.services.use_cases import use_case_delete
from projects.models import Job, Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from tests.factories.datasets import make_version
from tests.factories.mllab import (
    RFM_COLUMNS,
    RFM_INPUTS,
    make_experiment,
    make_prepared,
    make_prototype,
    rfm_rows,
)

pytestmark = pytest.mark.django_db(transaction=True)


def start(use_case: UseCase, user: User, *models: str) -> list[Prototype]:
    experiment_create(
        use_case=use_case, user=user, features=RFM_INPUTS, preprocessing={},
        algorithms=[{"algorithm": key} for key in models],
    )  # fmt: skip
    found = Prototype.objects.order_by("number").values_list("pk", flat=True)
    return [prototype_get(project=use_case.project, prototype_id=pk) for pk in found]


def lab(use_case: UseCase, data_dir: Path) -> list[Path]:
    folder = data_dir / "projects" / str(use_case.project_id) / "lab"
    return [*folder.rglob("*"), *(data_dir / "tmp").glob("lab-*")]


def test_it_gives_what_it_found(use_case: UseCase) -> None:
    prototype = make_prototype(make_prepared(use_case), k=3)
    assert state_of(prototype=prototype).key == "succeeded"
    assert prototype_model(prototype=prototype)["format"] == "segmodel/1"
    assert json.dumps(prototype_profiles(prototype=prototype), allow_nan=False)
    assert prototype_figure(prototype=prototype, key="map")["data"]
    with pytest.raises(NotFound, match="no such figure; there are"):
        prototype_figure(prototype=prototype, key="../model")


def test_it_says_who_is_in_which_segment(use_case: UseCase) -> None:
    prototype = make_prototype(make_prepared(use_case), k=3)
    page = assignments_page(prototype=prototype, limit=7, offset=50)
    assert page["columns"] == ["CustomerID", "segment", "name", "confidence"]
    assert (page["count"], len(page["items"])) == (60, 7)
    first = page["items"][0]
    assert first["CustomerID"] == "10050"
    assert first["name"] == f"Segment {first['segment'] + 1}"
    assert 0 <= first["confidence"] <= 1
    assert assignments_page(prototype=prototype, limit=7, offset=60)["items"] == []


def test_rows_without_a_name_have_a_number(use_case: UseCase) -> None:
    experiment = make_prepared(use_case)
    experiment.details["keys"] = []
    experiment.save()
    page = assignments_page(prototype=make_prototype(experiment), limit=2, offset=0)
    assert [item["row"] for item in page["items"]] == [1, 2]


def test_an_untrained_one_has_nothing_to_show(use_case: UseCase) -> None:
    prototype = make_prototype(make_experiment(use_case))
    for read in (prototype_profiles, prototype_model):
        with pytest.raises(Conflict, match="not trained yet"):
            read(prototype=prototype)


def test_deleted_with_its_files_and_the_last_with_the_experiment(
    use_case: UseCase, data_dir: Path
) -> None:
    experiment = make_prepared(use_case)
    first, second = make_prototype(experiment), make_prototype(experiment, k=2)
    prototype_delete(prototype=first)
    assert not path_of(folder=first.folder).exists()
    assert path_of(folder=second.folder).is_dir()
    prototype_delete(prototype=second)
    assert not Experiment.objects.exists()
    assert not lab(use_case, data_dir)


def test_deleted_while_the_data_is_prepared_the_others_go_on(
    use_case: UseCase, user: User, run_all: Callable[[], None]
) -> None:
    first, second = start(use_case, user, "kmeans", "gaussian_mixture")
    with pytest.raises(Conflict, match="cancel the experiment"):
        prototype_cancel(prototype=first)
    prototype_delete(prototype=first)
    run_all()
    second.refresh_from_db()
    assert second.finished
    assert Prototype.objects.count() == 1


@pytest.mark.parametrize("what", ["prototype", "use case"])
def test_deleted_while_it_trains_nothing_is_left(
    use_case: UseCase, user: User, run_all: Callable[[], None], data_dir: Path, what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (prototype,) = start(use_case, user, "kmeans")
    real = engine.train

    def deleted(*args: Any, **kwargs: Any) -> Any:
        trained = real(*args, **kwargs)
        if what == "prototype":
            found = prototype_get(project=use_case.project, prototype_id=prototype.pk)
            prototype_delete(prototype=found)
        else:
            use_case_delete(use_case=use_case)
        return trained

    monkeypatch.setattr(engine, "train", deleted)
    run_all()
    assert not Prototype.objects.exists()
    assert not MetricScore.objects.exists()
    assert not [path for path in lab(use_case, data_dir) if "prototypes" in path.parts]
    assert bool(lab(use_case, data_dir)) == (what == "use case")  # which can be restored
    assert {job.state for job in Job.objects.all()} <= {"cancelled", "succeeded"}


def test_a_training_that_breaks_leaves_nothing_and_says_so(
    use_case: UseCase, user: User, run_all: Callable[[], None], data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    start(use_case, user, "kmeans")

    def broken(folder: Path, out_dir: Path, **_: Any) -> None:
        (out_dir / "labels.npy").write_bytes(b"half")
        raise UserError("Found one segment only: try a larger ε.")

    monkeypatch.setattr(engine, "train", broken)
    run_all()
    prototype = prototype_get(project=use_case.project, prototype_id=Prototype.objects.get().pk)
    state = state_of(prototype=prototype)
    assert (state.key, state.error) == ("failed", "Found one segment only: try a larger ε.")
    assert not [path for path in lab(use_case, data_dir) if path.name == "labels.npy"]


def test_two_are_compared(
    project: Project, use_case: UseCase, user: User, waited_for: None
) -> None:
    experiment = make_prepared(use_case)
    pair = [make_prototype(experiment, k=3), make_prototype(experiment, "agglomerative", k=3)]
    found = compare_ask(project=project, user=user, prototypes=pair, seconds=30)
    assert found["rows"] == 60
    assert [item["id"] for item in found["items"]] == [str(each.pk) for each in pair]
    assert found["pairs"][0]["ari"] == pytest.approx(1.0)
    assert sum(map(sum, found["pairs"][0]["table"])) == 60


def test_only_trained_ones_of_the_same_rows_are_compared(
    project: Project, use_case: UseCase, user: User
) -> None:
    experiment = make_prepared(use_case)
    one, two = make_prototype(experiment), make_prototype(experiment, trained=False)
    assert use_case.dataset
    make_version(use_case.dataset, RFM_COLUMNS, rfm_rows(30))
    other = make_prototype(make_prepared(use_case))
    for chosen, words in (
        ([one], "from 2 to"), ([one, one], "different prototypes"), ([one, two], "not trained"),
        ([one, other], "different versions"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=words):
            compare_ask(project=project, user=user, prototypes=chosen)
    with pytest.raises(NotFound):
        prototypes_get(project=project, ids=[one.pk, uuid4()])
