"""Texts as inputs: a column for each value, their order or their share."""

import numpy as np
import pytest

from mllab.engine.preparation.categories import MAX_COLUMNS, MAX_LEVELS
from mllab.engine.preparation.values import Values
from mllab.engine.preprocessing import apply, fit
from segplatform.kernel.errors import UserError
from tests.mllab.engine.tables import inputs, settings, texts

FEW = texts(["b", "a", "b", "c", None, "b"])


def matrix(values: Values, more: Values | None = None, **own: object) -> np.ndarray:
    fitted = fit({"x": values}, inputs("x"), settings(**own))
    return apply(fitted, {"x": more or values})


def test_each_value_has_a_column_and_missing_is_the_most_frequent() -> None:
    fitted = fit({"x": FEW}, inputs("x"), settings(scaling="none"))
    assert fitted.columns == ["x = b", "x = a", "x = c"]
    found = apply(fitted, {"x": FEW})
    assert found[:, 0].tolist() == [1, 0, 1, 0, 1, 1]
    assert found.sum(axis=1).tolist() == [1] * 6


def test_one_category_weighs_like_one_number() -> None:
    found = matrix(FEW)
    assert found.mean(axis=0) == pytest.approx(0)
    assert found.var(axis=0).sum() == pytest.approx(1)
    assert matrix(FEW, weight=3).var(axis=0).sum() == pytest.approx(9)


def test_missing_values_can_be_a_value_of_their_own() -> None:
    fitted = fit({"x": FEW}, inputs("x"), settings(missing="constant"))
    assert "x = (missing)" in fitted.columns


def test_rare_values_share_a_column() -> None:
    many = texts([f"v{i:02}" for i in range(30) for _ in range(40 - i)])
    fitted = fit({"x": many}, inputs("x"), settings(scaling="none"))
    assert len(fitted.columns) == MAX_COLUMNS
    assert fitted.columns[0] == "x = v00"
    assert fitted.columns[-1] == "x other values"
    assert apply(fitted, {"x": many}).sum(axis=1).tolist() == [1] * len(many.array)
    assert "19 most frequent" in fitted.notes[0]


def test_values_never_seen_count_as_other_or_as_none() -> None:
    many = texts([f"v{i:02}" for i in range(30)])
    assert matrix(many, texts(["new"]), scaling="none")[0, -1] == 1
    assert matrix(FEW, texts(["new"]), scaling="none").tolist() == [[0, 0, 0]]


def test_order_is_that_of_numbers_where_they_are() -> None:
    sizes = texts(["10", "9", "100", "L", "9"])
    found = matrix(sizes, categories="ordinal", scaling="none")
    assert found[:, 0].tolist() == [1, 0, 2, 3, 0]
    assert matrix(sizes, texts(["?"]), categories="ordinal", scaling="none").tolist() == [[1.5]]


def test_frequency_is_the_share_of_the_rows() -> None:
    found = matrix(FEW, categories="frequency", scaling="none", skew="none")
    assert found[:, 0] == pytest.approx([4 / 6, 1 / 6, 4 / 6, 1 / 6, 4 / 6, 4 / 6])
    new = matrix(FEW, texts(["?"]), categories="frequency", scaling="none", skew="none")
    assert new.tolist() == [[0]]


def test_levels_that_no_row_has_are_no_values() -> None:
    unused = Values("category", FEW.array, (*FEW.levels, "unused"))
    assert np.array_equal(matrix(unused), matrix(FEW))


def test_a_text_with_too_many_values_is_refused_in_a_sentence() -> None:
    many = Values(
        "category",
        np.arange(MAX_LEVELS + 1, dtype=np.int32),
        tuple(f"v{i}" for i in range(MAX_LEVELS + 1)),
    )
    with pytest.raises(UserError, match="“x” has 10,001 different values"):
        matrix(many)
