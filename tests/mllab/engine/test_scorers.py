"""Scoring by a stored model: ties, numbers of segments, rows in pieces."""

import numpy as np
import pytest

from mllab.engine import nearest
from mllab.engine.algorithms.base import Model
from mllab.engine.nearest import inertia, margin_scorer, nearest_centre, nearest_row, nearest_scorer


def test_of_centres_at_the_same_distance_the_one_that_the_fit_had_first_wins() -> None:
    """The fit called them 0 and 1; the second was larger, so that it became segment 0."""
    model = Model(centers=np.array([[2.0], [0.0]]), order=np.array([1, 0]), params={})
    labels, confidence = nearest_scorer(model)(np.array([[1.0], [0.5], [2.0]]))
    assert labels.tolist() == [1, 1, 0]
    assert confidence == pytest.approx([0.0, 2 / 3, 1.0])


def test_rows_of_segments_are_put_in_the_order_of_the_fit_and_labels_back() -> None:
    model = Model(centers=np.zeros((3, 1)), order=np.array([2, 0, 1]), params={})
    assert model.as_fitted(np.array([20.0, 0.0, 10.0])).tolist() == [0.0, 10.0, 20.0]
    assert model.renumbered(np.array([2, 0, 1, 2])).tolist() == [0, 1, 2, 0]


def test_pieces_give_the_same_centres(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(1)
    rows, centers = draw.normal(size=(101, 3)), draw.normal(size=(7, 3))
    whole = nearest_centre(rows, centers)
    monkeypatch.setattr(nearest, "PAIRS", 30)
    assert (nearest_centre(rows, centers) == whole).all()
    assert nearest_centre(rows[:0], centers).tolist() == []


def test_inertia_is_the_sum_of_squares() -> None:
    assert inertia(np.array([[0.0], [3.0], [9.0]]), np.array([[1.0], [10.0]])) == 1 + 4 + 1


def test_a_rule_of_its_own_keeps_its_labels_with_margins_of_the_centres() -> None:
    """A row in a segment whose centre is not the nearest has no confidence, not a negative one."""
    score = margin_scorer(
        lambda rows: np.zeros(len(rows), dtype=np.int64), np.array([[0.0], [4.0]])
    )
    labels, confidence = score(np.array([[1.0], [3.0]]))
    assert labels.tolist() == [0, 0]
    assert confidence == pytest.approx([2 / 3, 0.0])


def test_the_nearest_trained_row_lends_its_label() -> None:
    assign = nearest_row(np.array([[0.0], [1.0], [8.0]]), np.array([4, 0, -1]))
    assert assign(np.array([[0.4], [0.6], [50.0]])).tolist() == [4, 0, -1]
