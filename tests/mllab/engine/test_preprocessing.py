"""From columns to the matrix: the same numbers as scikit-learn, whatever the order of rows."""

import json
import math

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, RobustScaler, StandardScaler

from mllab.engine.preparation.shape import mean_and_deviation, skewness, yeo_johnson
from mllab.engine.preparation.values import Values
from mllab.engine.preparation.words import words
from mllab.engine.preprocessing import apply, fit, from_json, kept_rows
from mllab.engine.settings import ColumnSettings, Feature, Settings
from segplatform.kernel.errors import UserError
from tests.mllab.engine.tables import inputs, numbers, settings, spread, texts

NAMES = ("age", "amount", "colour")
SKLEARN = {"standard": StandardScaler, "min_max": MinMaxScaler, "robust": RobustScaler}


def one(values: Values, **own: object) -> np.ndarray:
    """Fit and apply one column."""
    table = {"x": values}
    return apply(fit(table, inputs("x"), settings(**own)), table)


@pytest.mark.parametrize("scaling", SKLEARN)
def test_scaling_equals_scikit_learn(scaling: str) -> None:
    x = spread()["amount"].array.reshape(-1, 1)
    filled = SimpleImputer(strategy="median").fit_transform(x)
    expected = SKLEARN[scaling]().fit_transform(filled)
    found = one(numbers(x[:, 0]), scaling=scaling, skew="none")
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("shift", [0, -20, 1e6])
def test_yeo_johnson_equals_scikit_learn(shift: float) -> None:
    x = np.sort(spread()["amount"].array)[:300].reshape(-1, 1) + shift
    expected = PowerTransformer().fit_transform(x)
    np.testing.assert_allclose(one(numbers(x[:, 0]), skew="yeo_johnson"), expected, atol=1e-9)


@pytest.mark.parametrize("power", [0, 2, 1, -1.5, 0.3, 3])
def test_the_formula_of_yeo_johnson_equals_scipy(power: float) -> None:
    from scipy.stats import yeojohnson

    x = np.array([-50.0, -1, -1e-9, 0, 1e-9, 0.5, 3, 200])
    np.testing.assert_allclose(yeo_johnson(x, power), yeojohnson(x, power), rtol=1e-9, atol=1e-15)


def test_auto_is_the_median_a_signed_log_of_what_is_skewed_and_standard_scaling() -> None:
    table = spread()
    fitted = fit(table, inputs("age", "amount"), Settings())
    x = table["amount"].array
    filled = np.where(np.isnan(x), np.nanmedian(x), x)
    bent = np.sign(filled) * np.log1p(np.abs(filled))
    expected = np.column_stack([table["age"].array, bent])
    expected = StandardScaler().fit_transform(expected)
    np.testing.assert_allclose(apply(fitted, table), expected, rtol=0, atol=1e-9)
    assert [entry["column"] for entry in fitted.skewed] == ["amount"]
    assert fitted.columns == ["age", "amount"]
    assert any("24 missing values were filled with the median" in note for note in fitted.notes)


def test_a_log_that_would_make_it_worse_is_left_out() -> None:
    x = 10 - np.exp(np.random.default_rng(0).normal(0, 0.4, 500))
    fitted = fit({"x": numbers(x)}, inputs("x"), Settings())
    assert fitted.skewed == []
    assert "a logarithm would not help" in fitted.notes[0]


def test_skewness_is_that_of_scipy() -> None:
    from scipy.stats import skew

    x = spread()["amount"].array
    x = x[np.isfinite(x)]
    assert skewness(x) == pytest.approx(skew(x), abs=1e-12)
    assert skewness(x * 1e300) == pytest.approx(skew(x), abs=1e-9)
    assert skewness(np.full(5, 0.1)) == 0
    assert skewness(x[:0]) == 0


def test_what_is_constant_up_to_rounding_has_no_deviation() -> None:
    assert mean_and_deviation(np.array([0.1, 0.1 + 1e-17, 0.1]))[1] == 0
    assert mean_and_deviation(np.array([1e9, 1e9 + 1e-6]))[1] > 0


@pytest.mark.parametrize(
    ("missing", "stands"), [("median", 3), ("mean", 4.2), ("mode", 2), ("constant", 9), ("auto", 3)]
)
def test_a_missing_value_becomes(missing: str, stands: float) -> None:
    x = numbers([2, 2, 3, 4, 10, math.nan, math.inf, -math.inf])
    found = one(x, missing=missing, constant=9, skew="none", scaling="none")
    assert found[5:, 0].tolist() == [stands] * 3


def test_rows_without_a_value_can_be_left_out() -> None:
    table = spread()
    choice = settings(missing="drop_row")
    fitted = fit(table, inputs(*NAMES), choice)
    kept = kept_rows(fitted, table)
    assert kept is not None
    assert kept.sum() == 400 - 24 - 14 + 1
    whole = {name: values.take(kept) for name, values in table.items()}
    assert np.array_equal(apply(fitted, table), apply(fit(whole, inputs(*NAMES), choice), whole))


def test_outliers_are_clipped_before_the_logarithm() -> None:
    x = np.append(np.arange(1.0, 100.0), [1e9, -1e9])
    found = one(numbers(x), outliers="clip", skew="log", scaling="none")[:, 0]
    low, high = np.quantile(x, [0.01, 0.99])
    np.testing.assert_allclose(found, np.log1p(np.clip(x, low, high)))


def test_weights_multiply_the_scaled_columns() -> None:
    table = spread()
    plain = apply(fit(table, inputs(*NAMES), Settings()), table)
    heavy = apply(fit(table, inputs(*NAMES), settings(weight=2.5)), table)
    np.testing.assert_allclose(heavy, plain * 2.5)


def test_robust_scaling_without_a_spread_falls_back_and_says_so() -> None:
    x = [0.0] * 80 + list(range(20))
    fitted = fit({"x": numbers(x)}, inputs("x"), settings(scaling="robust", skew="none"))
    assert apply(fitted, {"x": numbers(x)}).std() == pytest.approx(1)
    assert "standard scaling, not robust" in fitted.notes[0]


def test_booleans_are_0_and_1_and_dates_the_days_before_the_last() -> None:
    table = {
        "gift": numbers([1, 0, 1, math.nan], "boolean"),
        "seen": numbers([10.9, 12.1, 12.9, math.nan], "date"),
    }
    fitted = fit(table, inputs(*table), settings(scaling="none"))
    assert fitted.columns == ["gift", "seen (days ago)"]
    assert apply(fitted, table).tolist() == [[1, 2], [0, 0], [1, 0], [1, 0]]


def test_a_constant_column_is_left_out_and_told() -> None:
    table = {"a": numbers([1, 2, 3]), "b": numbers([5, 5, 5]), "c": texts(["x", "x", None])}
    fitted = fit(table, inputs("a", "b", "c"), Settings())
    assert fitted.columns == ["a"]
    assert fitted.notes == [
        "“b” has one value only: it was left out.",
        "“c” has one value only: it was left out.",
    ]
    with pytest.raises(UserError, match="Every input has one value only"):
        fit(table, inputs("b", "c"), Settings())


@pytest.mark.parametrize("pca", ["off", "keep"])
@pytest.mark.parametrize("categories", ["one_hot", "ordinal", "frequency"])
def test_json_gives_the_identical_matrix(pca: str, categories: str) -> None:
    table = spread()
    own = ColumnSettings(categories=categories, outliers="clip", skew="yeo_johnson")
    fitted = fit(table, inputs(*NAMES), Settings(default=own, pca=pca))
    again = from_json(json.loads(json.dumps(fitted.to_json(), allow_nan=False)))
    assert again == fitted
    assert apply(again, table).tobytes() == apply(fitted, table).tobytes()
    with pytest.raises(ValueError, match="not preprocessing/1"):
        from_json({"format": "preprocessing/9"})


@pytest.mark.parametrize("categories", ["one_hot", "ordinal", "frequency"])
def test_shuffling_rows_permutes_the_matrix_and_changes_nothing_else(categories: str) -> None:
    table, order = spread(), np.random.default_rng(1).permutation(400)
    mixed = {
        name: Values(values.kind, values.array[order], values.levels)
        for name, values in table.items()
    }
    choice = settings(categories=categories, missing="mean")
    fitted, other = (fit(rows, inputs(*NAMES), choice) for rows in (table, mixed))
    assert fitted == other
    assert np.array_equal(apply(fitted, table)[order], apply(other, mixed))


def test_principal_components_are_those_of_scikit_learn() -> None:
    table = spread()
    before = apply(fit(table, inputs(*NAMES), Settings()), table)
    fitted = fit(table, inputs(*NAMES), Settings(pca="keep", pca_share=0.6))
    assert fitted.pca
    ours, theirs = apply(fitted, table), PCA(0.6).fit(before)
    assert fitted.columns == [f"Component {i + 1}" for i in range(theirs.n_components_)]
    np.testing.assert_allclose(fitted.pca.variance, theirs.explained_variance_ratio_, atol=1e-9)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs.transform(before)), atol=1e-9)
    assert "of the variance" in fitted.notes[-1]


def fields(table: dict[str, Values], features: list[Feature], choice: Settings) -> set[str]:
    with pytest.raises(UserError) as raised:
        fit(table, features, choice)
    return set(raised.value.fields)


def test_choices_that_do_not_fit_are_refused_by_their_field() -> None:
    table = spread()
    assert fields(table, inputs("age", "x"), Settings()) == {"features.1.column"}
    other = Settings(columns={"x": ColumnSettings()})
    assert fields(table, inputs("age"), other) == {"preprocessing.columns.x"}
    constant = settings(missing="constant")
    assert fields(table, inputs("age", "colour"), constant) == {
        "preprocessing.columns.age.constant"
    }


def test_personal_data_under_a_harmless_name_is_refused_unless_confirmed() -> None:
    table = {"a": numbers([1, 2]), "reach": texts(["ann@example.org", "bo@example.org"])}
    assert fields(table, inputs("a", "reach"), Settings()) == {"features.1.column"}
    confirmed = Feature(column="reach", role="input", confirmed=True)
    assert len(fit(table, [confirmed], Settings()).columns) == 2


def test_values_that_no_scale_can_hold_are_refused_in_a_sentence() -> None:
    fitted = fit({"x": numbers([1e-300, 2e-300])}, inputs("x"), settings(skew="none"))
    assert np.isfinite(apply(fitted, {"x": numbers([1e-300, 2e-300])})).all()
    with np.errstate(all="ignore"), pytest.raises(UserError, match="too large to be scaled"):
        apply(fitted, {"x": numbers([1e300, 2.0])})


@pytest.mark.parametrize("skew", ["auto", "log", "yeo_johnson", "none"])
@pytest.mark.parametrize("scaling", ["standard", "min_max", "robust", "none"])
def test_extreme_values_give_finite_numbers_or_a_sentence(skew: str, scaling: str) -> None:
    even = np.linspace(-1, 1, 50)
    extremes = {
        "huge": even * 1.7e308,
        "tiny": even * 1e-310,
        "one": np.append(even[1:] * 0, 1e308),
    }
    for name, x in extremes.items():
        table = {name: numbers(x), "y": numbers(even)}
        choice = settings(skew=skew, scaling=scaling)
        if name == "huge" and skew != "log":
            with pytest.raises(UserError, match="of “huge” are too large to be scaled"):
                fit(table, inputs(*table), choice)
        else:
            assert np.isfinite(apply(fit(table, inputs(*table), choice), table)).all()


def test_days_count_up_to_the_day_that_is_asked_for() -> None:
    table = {"seen": numbers([14_000.0, 14_010.5, 14_020.0], "date")}
    asked = settings(reference="2008-07-01", scaling="none", skew="none")
    fitted = fit(table, inputs("seen"), asked)
    assert apply(fitted, table)[:, 0].tolist() == [61.0, 51.0, 41.0]
    assert from_json(json.loads(json.dumps(fitted.to_json()))) == fitted
    assert words(fitted.inputs[0]).startswith("Days up to 2008-07-01. Even")
