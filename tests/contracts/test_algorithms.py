"""What every clustering algorithm must do, on awkward matrices."""

import json
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from mllab.engine.algorithms.base import NOISE, Algorithm, Fit, algorithms
from mllab.engine.model import model_from, model_of
from mllab.engine.nearest import Scorer, nearest_centre
from mllab.engine.space import Block, Space
from mllab.engine.train import by_size
from projects.templatetags.ui import draw_icon
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress

ALGORITHMS = [pytest.param(cls, id=cls.key) for cls in algorithms.all()]
LEARNING = [p for p in ALGORITHMS if p.values[0].family != "rule"]
SENTENCE_END = re.compile(r"[.;:](\s|$)")


@pytest.fixture(autouse=True)
def _one_core() -> Iterator[None]:
    """As in training: threads of several tests on the same cores wait for each other."""
    with threadpool_limits(1):
        yield


def blobs(rows: int = 240, columns: int = 3, groups: int = 4) -> np.ndarray:
    """Round groups, far apart from each other."""
    random = np.random.default_rng(7)
    centres = random.normal(scale=20, size=(groups, columns))
    return centres[np.arange(rows) % groups] + random.normal(scale=0.5, size=(rows, columns))


def constant_column() -> np.ndarray:
    return np.column_stack([blobs(), np.full(240, 5.0)])


AWKWARD: dict[str, Callable[[], np.ndarray]] = {
    "one row": lambda: np.array([[1.0, 2.0]]),
    "two rows": lambda: np.array([[1.0, 2.0], [2.0, 1.0]]),
    "three rows": lambda: np.eye(3),
    "all equal": lambda: np.ones((50, 3)),
    "constant column": constant_column,
    "duplicates": lambda: np.repeat(blobs(8), 30, axis=0),
    "two different rows": lambda: np.repeat(np.eye(2), 40, axis=0),
    "nearly equal": lambda: np.full((60, 2), 1e6) + np.random.default_rng(1).random((60, 2)) * 1e-9,
    "one column": lambda: blobs(columns=1),
    "300 columns": lambda: blobs(rows=80, columns=300),
    "more columns than rows": lambda: blobs(rows=12, columns=60),
    "one far row": lambda: np.vstack([blobs(), np.full((1, 3), 1e7)]),
    "no groups": lambda: np.random.default_rng(3).normal(size=(300, 4)),
}


class StopsAt:
    """Raises ``Cancelled`` at the n-th report."""

    def __init__(self, report: int) -> None:
        self.left = report

    def step(self, fraction: float, message: str = "") -> None:
        assert 0 <= fraction <= 1
        self.left -= 1
        if self.left <= 0:
            raise Cancelled

    def log(self, line: str) -> None:
        pass


def space(columns: int) -> Space:
    """Inputs as of the recipe RFM, the others by number."""
    names = ["Recency", "Frequency", "Monetary", *map(str, range(columns))][:columns]
    return Space(tuple(Block(name, place, place + 1) for place, name in enumerate(names)))


def fitted(cls: type[Algorithm], rows: np.ndarray, seed: int = 42) -> Fit:
    return cls(space(rows.shape[1])).fit(rows, cls.Params(), seed, NullProgress())


def assert_sound(cls: type[Algorithm], rows: np.ndarray, fit: Fit) -> None:
    inside = fit.labels[fit.labels != NOISE]
    k = len(fit.centers)
    assert fit.labels.shape == (len(rows),)
    assert fit.labels.dtype == np.int64
    assert cls.finds_noise or len(inside) == len(rows)
    assert set(inside.tolist()) == set(range(k))
    assert fit.centers.shape == (k, rows.shape[1])
    assert np.isfinite(fit.centers).all()
    for array in fit.per_segment.values():
        assert len(array) == k
        assert np.isfinite(array).all()
    if fit.confidence is not None:
        assert fit.confidence.shape == (len(rows),)
        assert ((fit.confidence >= 0) & (fit.confidence <= 1)).all()
    json.dumps([fit.details, fit.scoring], allow_nan=False)


def scorer_of(cls: type[Algorithm], fit: Fit) -> tuple[Scorer, np.ndarray]:
    """What scores by the model, written and read again; and the labels that it is to give."""
    moved, sizes, order = by_size(fit)
    written = model_of(
        cls(), cls.Params(), seed=42, fit=moved, order=order, sizes=sizes,
        preprocessing={"columns": []},
    )  # fmt: skip
    return cls().scorer(model_from(json.loads(json.dumps(written)))), moved.labels


def assert_scored_as_trained(cls: type[Algorithm], rows: np.ndarray, fit: Fit) -> None:
    score, trained = scorer_of(cls, fit)
    labels, confidence = score(rows)
    assert labels.dtype == np.int64
    assert labels.shape == confidence.shape == (len(rows),)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    if cls.scores_exactly:
        assert (labels == trained).all()


def test_the_sixteen_algorithms_are_there() -> None:
    assert {cls.key for cls in algorithms.all()} >= {
        "kmeans", "minibatch_kmeans", "bisecting_kmeans", "kmedoids", "kprototypes",
        "gaussian_mixture", "agglomerative", "birch", "dbscan", "hdbscan", "optics", "mean_shift",
        "spectral", "affinity_propagation", "som", "rfm_grid",
    }  # fmt: skip


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_it_describes_itself(cls: type[Algorithm]) -> None:
    assert cls.label
    assert cls.icon
    assert cls.blurb.endswith(".")
    assert cls.blurb[0].isupper()
    assert cls.what.endswith(".")
    assert cls.source
    assert cls.version >= 1
    cls.Params()
    json.dumps(cls.Params.model_json_schema())
    for name, field in cls.Params.model_fields.items():
        assert field.title, f"{cls.key}: {name} has no title"
        said = len(SENTENCE_END.findall(field.description or ""))
        assert said >= 2, f"{cls.key}: say what {name} does and what a larger or other value does"
    assert draw_icon(cls.icon, "", 20, "")  # an unknown name raises


@pytest.mark.parametrize("cls", LEARNING)
def test_it_finds_groups_that_are_far_apart(cls: type[Algorithm]) -> None:
    rows = blobs()
    before = rows.copy()
    fit = fitted(cls, rows)
    assert_sound(cls, rows, fit)
    assert (before == rows).all()
    found = {tuple(set(fit.labels[group::4].tolist()) - {NOISE}) for group in range(4)}
    assert len(found) == 4
    assert all(len(labels) == 1 for labels in found)


@pytest.mark.parametrize("cls", ALGORITHMS)
@pytest.mark.parametrize("name", AWKWARD)
def test_it_works_or_says_what_to_do(cls: type[Algorithm], name: str) -> None:
    rows = AWKWARD[name]()
    refused, fit = None, None
    try:
        fit = fitted(cls, rows)
    except UserError as error:
        refused = error
    if fit:
        assert_sound(cls, rows, fit)
        assert_scored_as_trained(cls, rows, fit)
    else:
        assert str(refused).endswith(".")
        assert set(getattr(refused, "fields", {})) <= set(cls.Params.model_fields)


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_the_same_seed_gives_the_same_labels(cls: type[Algorithm]) -> None:
    rows = np.random.default_rng(3).normal(size=(400, 3)) ** 3
    first, second = fitted(cls, rows), fitted(cls, rows.copy())
    assert (first.labels == second.labels).all()
    assert (first.centers == second.centers).all()


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_it_assigns_the_rows_that_it_knows_as_it_labelled_them(cls: type[Algorithm]) -> None:
    rows = blobs()
    fit = fitted(cls, rows)
    assigned = fit.assign(rows) if fit.assign else nearest_centre(rows, fit.centers)
    assert (assigned == fit.labels).all()


@pytest.mark.parametrize("cls", [p for p in ALGORITHMS if p.values[0].scores_exactly])
def test_it_scores_rows_as_it_assigns_them(cls: type[Algorithm]) -> None:
    random = np.random.default_rng(5)
    fit = fitted(cls, random.normal(size=(400, 3)) ** 3)
    rows = random.normal(size=(500, 3)) ** 3
    assigned = fit.assign(rows) if fit.assign else nearest_centre(rows, fit.centers)
    labels, _ = scorer_of(cls, fit)[0](rows)
    pairs = set(zip(assigned.tolist(), labels.tolist(), strict=True))
    assert len(pairs) == len({label for label, _ in pairs}) == len({one for _, one in pairs})


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_it_scores_any_row_the_same_every_time(cls: type[Algorithm]) -> None:
    rows = blobs()
    fit = fitted(cls, rows)
    score, _ = scorer_of(cls, fit)
    far = np.vstack([rows, np.full((1, 3), 1e9), np.full((1, 3), -1e9), np.zeros((1, 3))])
    far.flags.writeable = False
    labels, confidence = score(far)
    assert set(labels.tolist()) <= {NOISE, *range(len(fit.centers))}
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (confidence[labels == NOISE] == 0).all()
    for found, again in zip((labels, confidence), score(far), strict=True):
        assert (found == again).all()
    for place in (0, len(rows)):
        one, sure = score(far[place : place + 1])
        assert one.tolist() == labels[[place]].tolist()
        assert sure == pytest.approx(confidence[[place]])


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_it_stops_when_it_is_cancelled(cls: type[Algorithm]) -> None:
    with pytest.raises(Cancelled):
        cls(space(3)).fit(blobs(), cls.Params(), 42, StopsAt(1))


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_a_model_holds_no_row(cls: type[Algorithm]) -> None:
    """It may be exported: no customer is in it, but as the centre of a segment of one."""
    rows = np.vstack([blobs(), [[100.0, -100.0, 100.0]]])
    fit = fitted(cls, rows)
    sizes = np.bincount(fit.labels[fit.labels != NOISE])
    alone = {tuple(row) for row in fit.centers[sizes < 2].tolist()}
    known = {tuple(row) for row in rows.tolist()} - alone
    assert not known & set(points_of([fit.scoring, fit.details, fit.centers.tolist()]))


def points_of(value: object) -> Iterator[tuple[float, ...]]:
    """Give every list of numbers in a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        if value and all(isinstance(item, float) for item in value):
            yield tuple(value)
        for item in value:
            yield from points_of(item)


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_its_cost_grows_with_rows(cls: type[Algorithm]) -> None:
    params = cls.Params()
    for columns in (1, 8, 300):
        costs = [cls().cost(n, columns, params) for n in (1, 100, 10_000, 1_000_000)]
        assert costs[0].seconds > 0
        assert costs[0].bytes > 0
        assert [cost.seconds for cost in costs] == sorted({cost.seconds for cost in costs})
        assert [cost.bytes for cost in costs] == sorted({cost.bytes for cost in costs})


@pytest.mark.parametrize("cls", [p for p in ALGORITHMS if "k" in p.values[0].Params.model_fields])
@pytest.mark.parametrize(
    ("rows", "words"),
    [(np.eye(3), "3 rows"), (np.repeat(np.eye(3), 9, axis=0), "3 different rows")],
    ids=["rows", "different rows"],
)
def test_more_segments_than_rows_are_refused(
    cls: type[Algorithm], rows: np.ndarray, words: str
) -> None:
    with pytest.raises(UserError, match=f"Ask for at most 3 segments: the data has {words}."):
        cls().fit(rows, cls.Params(k=5), 42, NullProgress())
