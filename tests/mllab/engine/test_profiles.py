"""Profiles of segments beside pandas, and on columns that have little to say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mllab.engine.profiles import profiles
from mllab.engine.settings import Feature
from tests.mllab.engine.labs import FEATURES, write_table

ROWS = [*range(40, 0, -1)]
LABELS = np.array([0] * 20 + [1] * 15 + [-1] * 5)


def made(folder: Path, columns: str, rows: int = 6, labels: list[int] | None = None) -> Any:
    """Describe one column of a small table."""
    write_table(folder, range(1, rows + 1), columns)
    name = columns.rsplit(" AS ", 1)[1]
    labels = labels or [0, 0, 0, 1, 1, 1]
    found = profiles(folder, np.array(labels), [{"column": name, "role": "input"}])
    return json.loads(json.dumps(found, allow_nan=False))["columns"][0]


@pytest.fixture
def described(tmp_path: Path) -> dict[str, Any]:
    write_table(tmp_path, ROWS)
    found = profiles(tmp_path, LABELS, FEATURES)
    assert found == json.loads(json.dumps(found, allow_nan=False))
    return found


def column(described: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in described["columns"] if one["name"] == name)


def test_columns_are_inputs_and_display_in_order(described: dict[str, Any]) -> None:
    assert [(one["name"], one["role"], one["kind"]) for one in described["columns"]] == [
        ("Monetary", "input", "numeric"),
        ("Recency", "input", "numeric"),
        ("Country", "display", "category"),
        ("Since", "display", "date"),
    ]


def test_segments_have_their_sizes_and_noise_comes_last(described: dict[str, Any]) -> None:
    assert described["rows"] == 40
    assert described["segments"] == [
        {"label": 0, "size": 20, "share": 0.5},
        {"label": 1, "size": 15, "share": 0.375},
        {"label": -1, "size": 5, "share": 0.125},
    ]


def test_numbers_equal_pandas(described: dict[str, Any]) -> None:
    frame = pd.DataFrame({"label": LABELS, "Monetary": np.array(ROWS) * 10.5})
    everyone = frame["Monetary"]
    found = column(described, "Monetary")
    assert found["overall"]["mean"] == pytest.approx(everyone.mean())
    for cell in found["segments"]:
        values = everyone[frame["label"] == cell["label"]]
        assert (cell["n"], cell["missing"]) == (len(values), 0)
        assert cell["mean"] == pytest.approx(values.mean())
        assert cell["std"] == pytest.approx(values.std(ddof=0))
        quantiles = [cell["q25"], cell["median"], cell["q75"]]
        assert quantiles == pytest.approx(values.quantile([0.25, 0.5, 0.75]).tolist())
        assert cell["index"] == pytest.approx(100 * values.mean() / everyone.mean())
        assert cell["z"] == pytest.approx((values.mean() - everyone.mean()) / everyone.std(ddof=0))


def test_categories_have_the_same_values_everywhere(described: dict[str, Any]) -> None:
    found = column(described, "Country")
    assert found["overall"]["missing"] == 8
    assert {top["value"] for top in found["overall"]["top"]} == {"Land 0", "Land 1", "Land 2"}
    for cell, size in zip(found["segments"], (20, 15, 5), strict=True):
        assert [top["value"] for top in cell["top"]] == [
            top["value"] for top in found["overall"]["top"]
        ]
        counted = sum(top["count"] for top in cell["top"]) + cell["missing"]
        assert counted == size
        shares = sum(top["share"] for top in cell["top"]) + cell["missing"] / size
        assert shares == pytest.approx(1)


def test_dates_are_iso_texts(described: dict[str, Any]) -> None:
    found = column(described, "Since")
    assert found["overall"]["min"] == "2011-01-02"
    assert found["overall"]["max"] == "2011-02-10"
    assert found["segments"][0]["min"] == "2011-01-22"  # the first rows have the highest numbers


def test_features_may_be_objects_and_columns_may_be_gone(tmp_path: Path) -> None:
    write_table(tmp_path, ROWS)
    features = [Feature(column="Monetary", role="input"), Feature(column="Gone", role="display")]
    assert [one["name"] for one in profiles(tmp_path, LABELS, features)["columns"]] == ["Monetary"]


def test_many_values_are_eight_and_others(tmp_path: Path) -> None:
    found = made(tmp_path, "'v' || (__row % 12)::VARCHAR AS t", 24, [0, 1] * 12)
    assert len(found["overall"]["top"]) == 8
    assert found["overall"]["others"] == {"count": 8, "share": 8 / 24}
    assert sum(cell["others"]["count"] for cell in found["segments"]) == 8


def test_a_missing_column_has_no_numbers(tmp_path: Path) -> None:
    found = made(tmp_path, "NULL::DOUBLE AS empty")
    assert found["overall"]["mean"] is None
    assert found["segments"][0] | {"n": 0, "missing": 3, "z": None} == found["segments"][0]


def test_a_segment_with_nothing_but_missing_values(tmp_path: Path) -> None:
    found = made(tmp_path, "CASE WHEN __row > 3 THEN __row END AS half")
    assert found["segments"][0]["mean"] is None
    assert found["segments"][0]["index"] is None
    assert found["segments"][1]["index"] == pytest.approx(100)


def test_what_is_no_number_counts_as_missing(tmp_path: Path) -> None:
    found = made(
        tmp_path, "[1, 'nan', 'inf', '-inf', 1e308, 3][__row]::DOUBLE AS odd", labels=[0] * 6
    )
    assert (found["overall"]["n"], found["overall"]["missing"]) == (2, 4)
    assert found["overall"]["mean"] == 2


def test_a_mean_about_zero_has_no_index(tmp_path: Path) -> None:
    found = made(tmp_path, "[-5, -1, 3, -3, 1, 5.0001][__row]::DOUBLE AS balance")
    assert [cell["index"] for cell in found["segments"]] == [None, None]
    assert found["segments"][1]["z"] > 0


def test_a_constant_has_an_index_but_no_distance(tmp_path: Path) -> None:
    found = made(tmp_path, "7 AS same")
    assert [(cell["index"], cell["z"]) for cell in found["segments"]] == [(100.0, None)] * 2


@pytest.mark.parametrize("name", ['"a ""b"" %s"', '"label"', '"Row"', '"c1"', '"rows"'])
def test_any_name_of_a_column_will_do(tmp_path: Path, name: str) -> None:
    write_table(tmp_path, range(1, 5), f"__row AS {name}, 'x' AS t")
    plain = name[1:-1].replace('""', '"')
    features = [{"column": plain, "role": "input"}, {"column": "t", "role": "display"}]
    found = profiles(tmp_path, np.array([0, 0, 1, 1]), features)
    assert [one["overall"]["n"] for one in found["columns"]] == [4, 4]


def test_booleans_are_categories(tmp_path: Path) -> None:
    found = made(tmp_path, "__row > 2 AS flag")
    assert [(top["value"], top["count"]) for top in found["overall"]["top"]] == [
        ("true", 4),
        ("false", 2),
    ]
