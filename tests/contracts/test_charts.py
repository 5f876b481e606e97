"""What every figure must be, on awkward labelings: plain, finite, small and without colours."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from numpy.typing import NDArray

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.profiles import profiles
from segplatform.kernel.errors import NotApplicable
from tests.mllab.engine.labs import write_table

CHARTS = [pytest.param(cls, id=cls.key) for cls in charts.all()]
COLOURS = ("color", "colors", "colorscale", "colorway", "template", "paper_bgcolor", "font")
MAX_BYTES = 300_000

LABELINGS: dict[str, list[int]] = {
    "plain": [0] * 20 + [1] * 15 + [2] * 10,
    "noise": [0] * 20 + [1] * 15 + [-1] * 10,
    "one segment": [0] * 12,
    "all noise": [-1] * 12,
    "one row": [0],
    "two rows": [0, 1],
    "a segment each": [*range(60)],
    "many": [*range(300)] * 2,
}
CASES = [pytest.param(name, id=name.replace(" ", "_")) for name in LABELINGS]
NUMBERS = "(__row * 1.5)::DOUBLE AS a, 7 AS same, 'x' AS t, NULL::DOUBLE AS nothing"
WIDE = ", ".join(f"__row * {place}::DOUBLE AS column_{place}" for place in range(300))


def context(folder: Path, labels: NDArray[np.int64], columns: str = NUMBERS) -> ChartContext:
    n = len(labels)
    names = [part.rsplit(" AS ", 1)[1] for part in columns.split(", ")]
    write_table(folder, range(1, n + 1), columns)
    X = np.random.default_rng(n).normal(size=(n, len(names)))
    features = [{"column": name, "role": "input"} for name in names]
    return ChartContext(
        X=X,
        labels=labels,
        columns=names,
        map_points=X[:, :2],
        map_rows=np.arange(n),
        map_variance=[0.54, 0.2],
        profiles=profiles(folder, labels, features),
        details={},
    )


def drawn(cls: type[Chart], given: ChartContext) -> Figure | None:
    """Draw it; None where it declines, which it may do in a sentence."""
    try:
        return cls().make(given)
    except NotApplicable as error:
        sentence = str(error)
    assert sentence.endswith(".")
    return None


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(one) for one in value.values()))
    return set().union(*(keys(one) for one in value)) if isinstance(value, list) else set()


def checked(figure: Figure) -> None:
    text = json.dumps(figure, allow_nan=False)
    assert len(text) < MAX_BYTES
    assert json.loads(text) == figure
    assert not keys(figure) & set(COLOURS)
    assert set(figure) == {"data", "layout"}
    assert figure["data"]
    assert "title" not in figure["layout"]
    go.Figure(figure)  # refuses what Plotly does not know


@pytest.mark.parametrize("cls", CHARTS)
def test_it_says_what_it_is(cls: type[Chart]) -> None:
    assert cls.label
    assert cls.blurb.endswith(".")


@pytest.mark.parametrize("cls", CHARTS)
@pytest.mark.parametrize("name", CASES)
def test_any_labeling_is_drawn_or_declined(cls: type[Chart], name: str, tmp_path: Path) -> None:
    labels = np.array(LABELINGS[name])
    figure = drawn(cls, context(tmp_path, labels))
    if figure is not None:
        checked(figure)


@pytest.mark.parametrize("cls", CHARTS)
def test_hundreds_of_columns_are_cut(cls: type[Chart], tmp_path: Path) -> None:
    figure = drawn(cls, context(tmp_path, np.arange(40) % 4, WIDE))
    if figure is not None:
        checked(figure)


@pytest.mark.parametrize("key", ["map", "sizes"])
def test_traces_name_their_segment_and_noise_is_last(key: str, tmp_path: Path) -> None:
    figure = charts.get(key)().make(context(tmp_path, np.array(LABELINGS["noise"])))
    assert [trace["name"] for trace in figure["data"]] == ["Segment 1", "Segment 2", "Noise"]
    assert [trace["meta"] for trace in figure["data"]] == [
        {"segment": 0},
        {"segment": 1},
        {"segment": -1},
    ]


@pytest.mark.parametrize("key", ["map", "sizes"])
def test_segments_beyond_forty_are_others(key: str, tmp_path: Path) -> None:
    figure = charts.get(key)().make(context(tmp_path, np.array(LABELINGS["many"])))
    assert len(figure["data"]) == 41
    assert figure["data"][-1]["meta"] == {"segment": None}
    field = "x" if key == "map" else "y"
    counted = sum(len(t["x"]) if key == "map" else t[field][0] for t in figure["data"])
    assert counted == 600


def test_the_axes_of_the_map_say_their_share_of_the_variance(tmp_path: Path) -> None:
    layout = charts.get("map")().make(context(tmp_path, np.array([0, 0, 1])))["layout"]
    assert layout["xaxis"]["title"]["text"] == "Component 1 (54 % of variance)"
    assert layout["yaxis"]["title"]["text"] == "Component 2 (20 % of variance)"
    assert layout["yaxis"]["scaleanchor"] == "x"


def test_the_heatmap_shows_numbers_from_everyones_mean(tmp_path: Path) -> None:
    given = context(tmp_path, np.array([0, 0, 1, 1]))
    (trace,) = charts.get("profiles")().make(given)["data"]
    assert trace["x"] == ["Segment 1", "Segment 2"]
    assert trace["y"] == ["nothing", "same", "a"]
    assert trace["z"][0] == [None, None]
    assert trace["z"][2][0] == pytest.approx(-trace["z"][2][1])
    assert trace["text"][2] == ["60", "140"]
    assert trace["text"][1] == ["100", "100"]
