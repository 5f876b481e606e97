"""Segments merged and split as new prototypes, and selected customers as datasets."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from datasets.engine.execute import Source
from datasets.services.files import version_files
from mllab.engine.score import score
from mllab.engine.selection import Bound, Selection
from mllab.models import Prototype
from mllab.services.by_hand import by_hand_start
from mllab.services.customers import customers_page
from mllab.services.files import path_of
from mllab.services.naming import params_text, prototype_name
from mllab.services.prototypes import prototype_delete, prototype_model
from mllab.services.segments import segment_change, segment_words
from mllab.services.selections import selection_dataset_start
from mllab.services.sources import source_of
from mllab.services.whys import customer_why
from projects.models import Project, User
from segplatform.kernel.errors import Conflict, NotFound, UserError
from segplatform.kernel.progress import NullProgress
from tests.factories.mllab import (
    customers,
    make_experiment,
    make_prepared,
    make_prototype,
    make_use_case,
)

pytestmark = pytest.mark.django_db
Run = Callable[[], None]


@pytest.fixture
def prototype(project: Project) -> Prototype:
    """Three segments of sixty customers each: enough to divide one."""
    customers(project, count=180)
    return make_prototype(make_prepared(make_use_case(project)), k=3)


def labels_of(prototype: Prototype) -> list[int]:
    found = np.load(path_of(folder=prototype.folder) / "labels.npy")
    return [int(label) for label in found]


def scored(prototype: Prototype, folder: Path) -> list[int]:
    """Score the rows it learned from with the stored model, as the recipe does."""
    version = prototype.experiment.version
    source: Source = source_of(version=version)
    names = {str(label): str(label) for label in range(-1, prototype.segments or 0)}
    content = {"model": prototype_model(prototype=prototype), "names": names}
    score(source, content, "segment", folder, NullProgress())
    return [int(each) for each in pq.read_table(folder / "part-0.parquet")["segment"].to_pylist()]


def test_merging_keeps_the_others_and_splitting_what_was_merged(
    prototype: Prototype, user: User, run_all: Run, tmp_path: Path
) -> None:
    segment_change(prototype=prototype, label=2, user=user, name="Best", color=9)
    merged, _ = by_hand_start(prototype=prototype, user=user, merge=[0, 1])
    run_all()
    merged.refresh_from_db()
    before, after = labels_of(prototype), labels_of(merged)
    assert (merged.segments, merged.experiment_id) == (2, prototype.experiment_id)
    assert [label == 2 for label in before] == [label == 1 for label in after]
    assert segment_words(prototype=merged).name(1) == "Best"
    assert segment_words(prototype=merged).color(1) == 9
    assert segment_words(prototype=merged).name(0) == "Segment 1"
    assert params_text(prototype=merged) == "segments 1 and 2 of prototype 1 merged"
    assert prototype_name(prototype=merged) == "By hand, 2 segments"
    assert scored(merged, tmp_path / "merged") == after
    assert merged.scores.filter(key="silhouette", value__isnull=False).exists()
    split, _ = by_hand_start(prototype=merged, user=user, split=0, parts=2)
    run_all()
    split.refresh_from_db()
    made = labels_of(split)
    assert split.segments == 3
    pairs = {(old, new) for old, new in zip(after, made, strict=True)}
    assert len({new for old, new in pairs if old == 0}) == 2
    assert len({new for old, new in pairs if old == 1}) == 1
    colors = [segment_words(prototype=split).color(label) for label in range(3)]
    assert len(set(colors)) == 3
    prototype_delete(prototype=merged)  # a model holds all that it stands on
    assert scored(split, tmp_path / "split") == made


def test_choices_that_cannot_be_are_refused(prototype: Prototype, user: User) -> None:
    for choice in ({"merge": [0]}, {"merge": [0, 1, 2]}, {"merge": [0, 7]}, {"split": 5},
                   {"split": 0, "parts": 1}, {"split": 0, "parts": 99}, {},
                   {"merge": [0, 1], "split": 2}):  # fmt: skip
        with pytest.raises(UserError):
            by_hand_start(prototype=prototype, user=user, **choice)  # type: ignore[arg-type]
    waiting = make_prototype(make_experiment(prototype.experiment.use_case), k=2)
    with pytest.raises(Conflict):
        by_hand_start(prototype=waiting, user=user, merge=[0, 1])
    assert prototype.experiment.prototypes.count() == 1


def test_selected_customers_become_a_dataset(
    prototype: Prototype, user: User, run_all: Run
) -> None:
    chosen = Selection(1, (Bound("Monetary", 100.0, None),))
    wanted = customers_page(prototype=prototype, limit=60, selection=chosen)
    made, _ = selection_dataset_start(
        prototype=prototype, user=user, name="Chosen", selection=chosen
    )
    run_all()
    made.refresh_from_db()
    assert made.current
    assert made.current.rows == wanted.count > 0
    table = pq.read_table(version_files(version=made.current)[0])
    assert table["__row"].to_pylist() == [*range(1, wanted.count + 1)]
    assert table["CustomerID"].to_pylist() == [row[3] for row in wanted.rows]
    assert set(table["segment"].to_pylist()) == {1}
    for bad, error in ((Selection(9), NotFound), (Selection(0, (Bound("Nope", 1),)), UserError),
                       (Selection(0, (Bound("Monetary", 9e9),)), UserError),
                       (Selection(0, (Bound("Group", 1),)), UserError)):  # fmt: skip
        with pytest.raises(error):
            selection_dataset_start(prototype=prototype, user=user, name="Other", selection=bad)
    with pytest.raises(Conflict):
        selection_dataset_start(prototype=prototype, user=user, name="Chosen", selection=chosen)


def test_an_area_of_the_map_holds_all_rows_in_it_and_silhouettes_select_too(
    prototype: Prototype,
) -> None:
    points = np.load(path_of(folder=prototype.experiment.folder) / "space.npy")
    middle = np.median(points[:, 0])
    low, high = points.min(axis=0) - 1, points.max(axis=0) + 1
    area = ((low[0], low[1]), (middle, low[1]), (middle, high[1]), (low[0], high[1]))
    corners = tuple((float(x), float(y)) for x, y in area)
    found = customers_page(prototype=prototype, limit=0, selection=Selection(area=corners))
    assert found.count == int((points[:, 0] < middle).sum())
    widths = np.load(path_of(folder=prototype.folder) / "silhouettes.npy")
    bound = Bound("Silhouette", 0.5, None, "s")
    found = customers_page(prototype=prototype, limit=0, selection=Selection(bounds=(bound,)))
    assert found.count == int((widths >= 0.5).sum())


def test_why_a_customer_is_here_names_the_nearer_segment(prototype: Prototype) -> None:
    found = customer_why(prototype=prototype, row=7)
    assert found.label == labels_of(prototype)[6]
    assert found.other not in (None, found.label)
    assert found.own_distance is not None
    assert found.other_distance is not None
    assert found.own_distance < found.other_distance
    with pytest.raises(NotFound):
        customer_why(prototype=prototype, row=999)
