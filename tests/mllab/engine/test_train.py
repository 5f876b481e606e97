"""Training one prototype: files, numbers of segments, samples, scores and the seed."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from datasets.engine.types import Column
from mllab.engine import nearest
from mllab.engine.algorithms.agglomerative import Agglomerative, HierarchyParams
from mllab.engine.algorithms.base import Algorithm, Fit, Model, algorithms
from mllab.engine.algorithms.dbscan import Dbscan
from mllab.engine.algorithms.gaussian_mixture import GaussianMixture
from mllab.engine.algorithms.hdbscan import Hdbscan
from mllab.engine.algorithms.mean_shift import MeanShift
from mllab.engine.charts.base import charts
from mllab.engine.metrics.base import metrics
from mllab.engine.model import model_of, read_model
from mllab.engine.nearest import Scorer
from mllab.engine.prepare import prepare
from mllab.engine.settings import Feature, Settings
from mllab.engine.train import Trained, agreement_of, by_size, train
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress
from tests.frames import write

COLUMNS = [Column("id", "integer"), Column("a", "float"), Column("b", "float")]
FEATURES = [
    Feature(column="id", role="ignored"),
    Feature(column="a", role="input"),
    Feature(column="b", role="input"),
]
USUAL = {"dbscan": {"eps": 0.4}}
"""Parameters that find the three groups; those with a number of segments are asked for it."""

KEYS = [cls.key for cls in algorithms.all() if cls.family != "rule"]
GROUPS = [(0, 0.0, 0.0), (1, 30.0, 0.0), (1, 30.0, 0.0), (2, 0.0, 40.0)]
"""Group, a, b: the second holds half of the rows."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An experiment of 600 rows in three groups, far apart."""
    draw = np.random.default_rng(5)
    rows = []
    for number in range(600):
        _, a, b = GROUPS[number % 4]
        rows.append((number, a + draw.normal(), b + draw.normal()))
    source = write(tmp_path, COLUMNS, rows)
    out = tmp_path / "experiment"
    prepare(source, FEATURES, Settings(), 42, out, NullProgress())
    return out


def trained(
    folder: Path, key: str = "kmeans", out: str = "one", seed: int = 42, **params: object
) -> Trained:
    usual = {"k": 3} if "k" in algorithms.get(key).Params.model_fields else USUAL.get(key, {})
    return train(
        folder,
        folder / out,
        algorithm=key,
        params={**usual, **params},
        seed=seed,
        progress=NullProgress(),
    )


def labels_of(folder: Path, out: str = "one") -> np.ndarray:
    return np.load(folder / out / "labels.npy", allow_pickle=False)


@pytest.mark.parametrize("key", KEYS)
def test_it_writes_everything_a_prototype_is(folder: Path, key: str) -> None:
    found = trained(folder, key)
    labels = labels_of(folder)
    confidence = np.load(folder / "one" / "confidence.npy", allow_pickle=False)
    model = read_model(folder / "one" / "model.json")
    assert (labels.dtype, labels.shape) == (np.int32, (600,))
    assert (confidence.dtype, confidence.shape) == (np.float32, (600,))
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert (confidence[labels < 0] == 0).all()
    assert found.segments == 3
    assert found.trained_rows == 600
    assert found.seconds > 0
    assert found.details["sizes"] == np.bincount(labels[labels >= 0]).tolist()
    assert sum(found.details["sizes"]) + found.details["noise"] == 600
    assert found.details["scores_exactly"] is algorithms.get(key).scores_exactly
    # Groups far apart are scored alike by any rule, but for the odd row of noise beside them.
    assert found.details["agreement"] >= (1.0 if not found.details["noise"] else 0.98)
    assert [each["size"] for each in model["segments"]] == found.details["sizes"]
    assert (model["algorithm"], model["seed"], model["columns"]) == (key, 42, ["a", "b"])
    assert np.shape(model["centers"]) == (3, 2)
    assert "map" not in model["preprocessing"]
    assert set(model["libraries"]) == {"numpy", "scipy", "scikit-learn"}
    assert json.loads((folder / "one" / "profiles.json").read_text())
    figures = {path.stem for path in (folder / "one" / "figures").iterdir()}
    # Two columns have no third direction, and make no radar.
    assert figures == {cls.key for cls in charts.all()} - {"space", "radar"}
    assert set(found.scores) == {cls.key for cls in metrics.all()}


def test_the_silhouette_is_that_of_the_matrix(folder: Path) -> None:
    found = trained(folder)
    exact = silhouette_score(np.load(folder / "matrix.npy"), labels_of(folder))
    assert found.scores["silhouette"].value == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("key", KEYS)
def test_segments_are_numbered_by_size(folder: Path, key: str) -> None:
    sizes = trained(folder, key).details["sizes"]
    labels = labels_of(folder)
    assert sizes == sorted(sizes, reverse=True)
    assert (labels[1::4][labels[1::4] >= 0] == 0).all()
    X = np.load(folder / "matrix.npy")
    centers = np.array(read_model(folder / "one" / "model.json")["centers"])
    for label in range(3):
        assert centers[label] == pytest.approx(X[labels == label].mean(axis=0), abs=0.05)


class FirstCentreOnly(Agglomerative):
    """Scores everyone into the first segment."""

    def scorer(self, model: Model) -> Scorer:
        return lambda rows: (np.zeros(len(rows), dtype=np.int64), np.ones(len(rows)))


def test_agreement_is_measured_on_all_rows() -> None:
    """Four rows in segment 0, two in 1 and two of noise: the scorer is right for 4 of 8."""
    labels = np.array([0, 0, -1, 1, 0, 0, -1, 1])
    fit = Fit(labels=labels, centers=np.array([[0.0], [1.0]]))
    model = model_of(
        FirstCentreOnly(), HierarchyParams(), seed=1, fit=fit, order=np.arange(2), sizes=[4, 2],
        preprocessing={"columns": ["a"]},
    )  # fmt: skip
    X = np.arange(8.0)[:, None]
    assert agreement_of(FirstCentreOnly(), model, X, labels, 1) == pytest.approx(4 / 8)


def test_ties_are_numbered_by_their_first_row() -> None:
    fit = Fit(
        labels=np.array([2, 2, -1, 0, 1, 0, 1, 1]),
        centers=np.array([[0.0], [1.0], [2.0]]),
        per_segment={"weights": np.array([0.0, 1.0, 2.0])},
    )
    moved, sizes, order = by_size(fit)
    assert moved.labels.tolist() == [1, 1, -1, 2, 0, 2, 0, 0]
    assert moved.centers.ravel().tolist() == [1.0, 2.0, 0.0]
    assert moved.per_segment["weights"].tolist() == [1.0, 2.0, 0.0]
    assert sizes == [3, 2, 2]
    assert order.tolist() == [1, 2, 0]


@pytest.mark.parametrize("cls", [Agglomerative, Dbscan, GaussianMixture, Hdbscan, MeanShift])
def test_of_many_rows_a_sample_is_trained_and_all_are_assigned(
    cls: type[Algorithm], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(folder, cls.key, "whole")
    monkeypatch.setattr(cls, "fit_rows", 300)
    monkeypatch.setattr(nearest, "BATCH", 70)
    found = trained(folder, cls.key, "part")
    whole, part = labels_of(folder, "whole"), labels_of(folder, "part")
    both = (whole >= 0) & (part >= 0)
    confidence = np.load(folder / "part" / "confidence.npy")
    assert found.trained_rows == 300
    assert both.mean() > 0.85
    assert (whole[both] == part[both]).all()
    assert (confidence[part >= 0] > 0).all()
    assert confidence[part >= 0].mean() > 0.8


@pytest.mark.parametrize("key", KEYS)
def test_the_same_seed_gives_the_same_files(folder: Path, key: str) -> None:
    trained(folder, key, "one")
    trained(folder, key, "two")
    for name in ("labels.npy", "confidence.npy", "model.json"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()


def test_another_process_gives_the_same_labels(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mllab.engine.train import train; "
        "from segplatform.kernel.progress import NullProgress; folder = Path(sys.argv[1]); "
        "train(folder, folder / 'other', algorithm='gaussian_mixture', params={'k': 3}, "
        "seed=7, progress=NullProgress())"
    )
    trained(folder, "gaussian_mixture", seed=7)
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, cwd=root)
    ours, theirs = (folder / out / "labels.npy" for out in ("one", "other"))
    assert (
        hashlib.sha256(ours.read_bytes()).digest() == hashlib.sha256(theirs.read_bytes()).digest()
    )


def test_wrong_input_is_refused_in_a_sentence(folder: Path) -> None:
    with pytest.raises(UserError, match="There is no algorithm “magic”"):
        train(folder, folder / "x", algorithm="magic", params={}, seed=1, progress=NullProgress())
    with pytest.raises(UserError, match="k: This must be 2 or more"):
        trained(folder, k=1)
    with pytest.raises(UserError, match="one segment only") as caught:
        trained(folder, "dbscan", eps=50)
    assert "smaller one, such as 35" in str(caught.value)


def test_a_cancelled_training_leaves_no_files(folder: Path) -> None:
    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            if fraction > 0.3:
                raise Cancelled

    with pytest.raises(Cancelled):
        train(folder, folder / "x", algorithm="kmeans", params={"k": 3}, seed=1, progress=Stop())
    assert not (folder / "x").exists()
