"""Averages that stand in for trained rows, and libraries that are watched while they compute."""

import threading
import time

import numpy as np
import pytest

from mllab.engine.algorithms.base import Model
from mllab.engine.micro import CROWD, crowd_middles, micro_scorer, micro_scoring, typical_middles
from mllab.engine.watched import watched
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress

DRAW = np.random.default_rng(4)
MOONS = np.linspace(0, np.pi, 300)
ROWS = np.vstack(
    [
        np.column_stack([np.cos(MOONS), np.sin(MOONS)]),
        np.column_stack([1 - np.cos(MOONS), 0.4 - np.sin(MOONS)]),
        DRAW.uniform(-4, 5, size=(40, 2)),
    ]
)
ROWS += DRAW.normal(scale=0.03, size=ROWS.shape)
LABELS = np.repeat([0, 1, -1], [300, 300, 40])


def scored(rows: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    middles = crowd_middles(rows, labels)
    model = Model(middles, np.arange(len(middles)), {}, scoring=micro_scoring(rows, labels))
    return micro_scorer(model)(asked)[0]


def test_bent_segments_and_noise_are_known_again() -> None:
    assert (scored(ROWS, LABELS, ROWS) == LABELS).mean() > 0.97
    assert scored(ROWS, LABELS, np.array([[0.0, 50.0], [-30.0, 0.0]])).tolist() == [-1, -1]


def test_an_average_is_of_five_rows_at_least_and_of_one_segment() -> None:
    found = micro_scoring(ROWS, LABELS)
    groups, names = np.array(found["groups"]), np.array(found["labels"])
    assert len(found["reach"]) == len(groups) <= len(ROWS) // CROWD
    for label in (0, 1):
        own = ROWS[np.equal(LABELS, label)]
        near = np.linalg.norm(own[:, None] - groups[names == label], axis=2).argmin(axis=1)
        assert np.bincount(near, minlength=int((names == label).sum())).min() >= CROWD


def test_a_segment_of_one_row_gets_the_mean_of_five() -> None:
    rows = np.vstack([ROWS[:50], [[90.0, 90.0]]])
    labels = np.repeat([0, 1], [50, 1])
    assert crowd_middles(rows, labels)[1].max() < 30
    assert scored(rows, labels, rows).tolist() == labels.tolist()


def test_a_typical_row_is_blurred_by_its_own_segment() -> None:
    rows = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [2.1], [2.2]])
    labels = np.array([0, 0, 0, 0, 0, 1, 1])
    middles = typical_middles(rows, np.array([2, 5]), labels)
    assert middles.ravel() == pytest.approx([2.0, np.mean([2.1, 2.2, 2.0, 3.0, 1.0])])


class Stops:
    """Raises ``Cancelled`` at the second look."""

    looks = 0

    def step(self, fraction: float, message: str = "") -> None:
        self.looks += 1
        if self.looks > 1:
            raise Cancelled

    def log(self, line: str) -> None:
        pass


def test_a_long_call_is_left_within_a_second() -> None:
    ends = threading.Event()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        watched(lambda: ends.wait(20), Stops(), "Waiting")
    assert time.monotonic() - began < 10
    ends.set()


def test_what_a_watched_call_gives_and_raises_arrives() -> None:
    def fails() -> None:
        raise UserError("No.")

    assert watched(lambda: 7, NullProgress(), "") == 7
    with pytest.raises(UserError, match="No"):
        watched(fails, NullProgress(), "")
