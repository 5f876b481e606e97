"""Figures, sizes, profiles and scores as the pages write them."""

from typing import Any

from mllab.engine.metrics.base import Score
from mllab.services.algorithms import metric_list
from mllab.web.figures import FigureView
from mllab.web.profiles import heat, heat_bucket
from mllab.web.scores import plain, score_view, written
from mllab.web.segments import Look
from mllab.web.sizes import SHOWN, sizes_view

SILHOUETTE = next(metric for metric in metric_list() if metric.key == "silhouette")


def test_a_scatter_plot_has_a_table_behind_it() -> None:
    figure = {
        "data": [{"type": "scatter", "name": "Segment 1", "x": [1, 3], "y": [0, 4]}],
        "layout": {"xaxis": {"title": {"text": "Across"}}},
    }
    table = FigureView("map", "Map", "A map", figure).table
    assert table
    assert table["rows"] == [["Segment 1", "2", "2.00", "2.00"]]
    figure["data"][0]["meta"] = {"segment": 0}  # type: ignore[index]
    view = FigureView("map", "Map", "A map", figure, names={"0": "<b>Loyal</b>"})
    assert view.table
    assert view.table["rows"][0][0] == "<b>Loyal</b>"
    assert view.data["names"] == {"0": "<b>Loyal</b>"}
    assert [column["label"] for column in table["columns"]][2] == "Mean of Across"


def test_a_score_that_is_not_defined_is_not_zero() -> None:
    view = score_view(SILHOUETTE, Score(None, 0))
    assert not view.is_there
    assert view.words == ""


def test_an_estimate_has_its_error_and_a_value_its_words() -> None:
    view = score_view(SILHOUETTE, Score(0.42, 2000, 0.0101), "best", 1)
    assert (view.text, view.error, view.words, view.said) == ("0.420", "± 0.010", "fair", "best")


def test_numbers_are_as_long_as_they_say_something() -> None:
    assert [plain(value) for value in (None, 1535.4, 38.25, 0.01234)][1:] == [
        "1,535", "38.2", "0.0123",
    ]  # fmt: skip
    assert [written("share", 0.3344), written("large", 854.3), written("large", 5.5)] == [
        "33.4 %", "854", "5.5",
    ]  # fmt: skip


def test_many_small_segments_are_one_line_and_noise_the_last() -> None:
    sizes: list[dict[str, Any]] = [{"label": n, "rows": 10} for n in range(SHOWN + 5)]
    views = sizes_view(sizes, 50, Look(edit="/segments/0/"))
    assert [view.name for view in views[-2:]] == ["5 smaller ones", "Noise"]
    assert views[0].share == "3.3 %"
    assert [view.edit for view in views[1:]] == [f"/segments/{n}/" for n in range(1, SHOWN)] + [
        "", "",
    ]  # fmt: skip
    assert sum(view.rows for view in views) == 300


def test_cells_are_tinted_by_their_distance_from_everyone() -> None:
    assert [heat_bucket(z) for z in (None, 0.1, 0.3, -1.0, 2.5, -9.0)] == [0, 0, 1, -2, 3, -3]


def test_a_profile_without_numbers_is_empty() -> None:
    assert heat({"segments": [{"label": 0, "size": 3}], "columns": []}, Look()).rows == []
