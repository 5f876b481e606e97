"""Prototypes side by side: common rows, matched colours, agreement, one pair of axes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from mllab.engine.compare import CompareItem, compare
from mllab.engine.matching import agreement, cross_table, matched
from segplatform.kernel.errors import UserError
from tests.mllab.engine.labs import write_experiment, write_prototype, write_table

ROWS = [*range(1, 31)]
FIRST = [0] * 15 + [1] * 10 + [2] * 5


class Lab:
    """Makes prototypes in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def experiment(self, rows: list[int] = ROWS, name: str = "one") -> Path:
        folder = self.folder / name
        return folder if folder.exists() else write_experiment(folder, rows)

    def item(self, labels: Any, experiment: Path | None = None) -> CompareItem:
        self.count += 1
        folder = experiment or self.experiment()
        made = write_prototype(folder / "prototypes" / str(self.count), folder, labels)
        return CompareItem(str(self.count), f"Model {self.count}", made, folder)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def compared(*items: CompareItem) -> Any:
    return json.loads(json.dumps(compare(items), allow_nan=False))


def test_the_same_segments_under_other_numbers_are_the_same(lab: Lab) -> None:
    renamed = np.array([2, 0, 1])[FIRST]
    found = compared(lab.item(FIRST), lab.item(renamed))
    assert found["rows"] == 30
    assert found["items"][0]["order"] == [1, 2, 3]
    assert found["items"][1]["order"] == [2, 3, 1]
    pair = found["pairs"][0]
    assert (pair["a"], pair["b"]) == ("1", "2")
    assert pair["ari"] == pair["ami"] == pair["agreement"] == 1.0
    assert pair["table"] == [[0, 0, 15], [10, 0, 0], [0, 5, 0]]


def test_scores_are_those_of_scikit_learn(lab: Lab) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(-1, 3, 30), rng.integers(-1, 4, 30)
    pair = compared(lab.item(a), lab.item(b))["pairs"][0]
    assert pair["ari"] == pytest.approx(adjusted_rand_score(a, b))
    assert pair["ami"] == pytest.approx(adjusted_mutual_info_score(a, b))
    assert np.sum(pair["table"]) == 30
    assert pair["labels_a"] == [0, 1, 2, -1]
    assert pair["labels_b"] == [0, 1, 2, 3, -1]


def test_a_segment_without_a_match_takes_a_free_colour(lab: Lab) -> None:
    split = [0] * 8 + [3] * 7 + [1] * 10 + [2] * 5
    assert compared(lab.item(FIRST), lab.item(split))["items"][1]["order"] == [1, 2, 3, 4]


def test_more_segments_than_colours_wrap(lab: Lab) -> None:
    many = np.arange(30)
    found = compared(lab.item(FIRST), lab.item(many))["items"][1]["order"]
    assert len(found) == 30
    assert set(found) <= set(range(1, 13))
    reversed_order = compared(lab.item(many), lab.item(FIRST))["items"]
    assert reversed_order[0]["order"][:13] == [*range(1, 13), 1]


def test_sizes_and_noise_are_of_all_rows_of_the_prototype(lab: Lab) -> None:
    item = compared(lab.item([-1] * 3 + FIRST[3:]), lab.item(FIRST))["items"][0]
    assert item["noise"] == 3
    assert item["sizes"][0] == {"label": 0, "color": 1, "rows": 12, "share": 0.4, "match": 0}


def test_a_segment_that_lost_half_of_its_rows_is_another_one(lab: Lab) -> None:
    most = [0] * 8 + [3] * 7 + FIRST[15:]
    half = [0] * 7 + [3] * 7 + [1] + FIRST[15:]
    items = compared(lab.item(FIRST), lab.item(most), lab.item(half))["items"]
    matches = [{size["label"]: size["match"] for size in item["sizes"]} for item in items]
    assert matches[0] == {0: 0, 1: 1, 2: 2}
    assert matches[1] == {0: 0, 1: 1, 2: 2, 3: None}
    assert matches[2] == {0: None, 1: 1, 2: 2, 3: None}


def test_rows_are_joined_by_their_numbers(lab: Lab) -> None:
    other = lab.experiment([*range(30, 10, -1)], "two")
    labels_by_row = dict(zip(ROWS, FIRST, strict=True))
    same = [labels_by_row[row] for row in range(30, 10, -1)]
    found = compared(lab.item(FIRST), lab.item(same, other))
    assert found["rows"] == 20
    assert found["pairs"][0]["agreement"] == 1.0
    assert found["items"][0]["sizes"][0]["rows"] == 15
    assert found["items"][1]["sizes"][0]["rows"] == 5


def test_maps_share_the_points_and_axes_of_the_first(lab: Lab) -> None:
    other = lab.experiment([*range(30, 10, -1)], "two")
    items = compared(lab.item(FIRST), lab.item([0] * 10 + [1] * 10, other))["items"]
    one, two = (item["figure"] for item in items)
    assert one["layout"] == two["layout"]
    points = [
        {(x, y) for trace in figure["data"] for x, y in zip(trace["x"], trace["y"], strict=True)}
        for figure in (one, two)
    ]
    assert points[0] == {(row, -row) for row in range(1, 31, 2) if row > 10}
    assert points[1] == points[0]
    for figure in (one, two):
        go.Figure(figure)


def test_prototypes_without_common_rows_are_refused(lab: Lab) -> None:
    other = lab.experiment([*range(100, 110)], "two")
    with pytest.raises(UserError, match="no rows in common"):
        compare([lab.item(FIRST), lab.item([0] * 10, other)])


@pytest.mark.parametrize("count", [0, 1, 7])
def test_too_few_and_too_many_are_refused(lab: Lab, count: int) -> None:
    with pytest.raises(UserError, match="from 2 to 6"):
        compare([lab.item(FIRST) for _ in range(count)])


def test_noise_agrees_with_noise_only() -> None:
    a, b = np.array([0, 0, -1, -1]), np.array([0, -1, -1, 0])
    names_a, names_b, table = cross_table(a, b)
    assert matched(names_a, names_b, table) == {0: 0}
    assert agreement(names_a, names_b, table) == 0.5


def test_all_noise_has_no_match(lab: Lab) -> None:
    found = compared(lab.item([-1] * 30), lab.item(FIRST))
    assert found["items"][0]["order"] == []
    assert found["items"][1]["order"] == [1, 2, 3] or len(set(found["items"][1]["order"])) == 3
    assert found["pairs"][0]["agreement"] == 0.0


def test_hundreds_of_segments_are_cut(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    rows = [*range(1, 2001)]
    folder = lab.experiment(rows)
    rng = np.random.default_rng(3)
    items = [lab.item(rng.integers(-1, 300, 2000), folder) for _ in range(4)]
    found = compare(items)
    pair = found["pairs"][0]
    assert len(pair["labels_a"]) == len(pair["table"]) == 42
    assert pair["labels_a"][-2:] == [None, -1]
    assert np.sum(pair["table"]) == 2000
    assert len(json.dumps(found)) < 500_000


def test_groups_of_the_table_are_one_more_side(lab: Lab) -> None:
    one = lab.item(FIRST)
    found = json.loads(json.dumps(compare([one], "Country"), allow_nan=False))
    groups = found["groups"]
    lands = [None if row % 5 == 0 else f"Land {row % 3}" for row in ROWS]
    assert {(each["name"], each["rows"]) for each in groups["sizes"]} == {
        (name, lands.count(name)) for name in set(lands)
    }
    assert groups["sizes"][-1]["name"] is None
    pair = groups["pairs"][0]
    assert pair["b"] == one.id
    assert pair["ari"] == pytest.approx(adjusted_rand_score([*map(str, lands)], FIRST))
    assert pair["ami"] == pytest.approx(adjusted_mutual_info_score([*map(str, lands)], FIRST))
    places = {each["name"]: at for at, each in enumerate(groups["sizes"])}
    counts = np.zeros((4, 3), dtype=int)
    for land, label in zip(lands, FIRST, strict=True):
        counts[places[land], label] += 1
    assert pair["table"] == counts.tolist()


def test_the_best_groups_are_proposed_and_others_can_be_chosen(lab: Lab, tmp_path: Path) -> None:
    assert [each["name"] for each in compared(lab.item(FIRST), lab.item(FIRST))["columns"]] == [
        "Country", "Recency",
    ]  # fmt: skip
    folder = lab.experiment()
    write_table(folder, ROWS, "'x' AS One, CASE __row % 2 WHEN 0 THEN 'Loyal' END AS Kind, "
                              "__row % 2 = 0 AS \"a\"\"b\", __row AS Many")  # fmt: skip
    found = compare([lab.item(FIRST)], propose=True)
    assert [(each["name"], each["values"], each["is_rfm"]) for each in found["columns"]] == [
        ("Kind", 2, True), ('a"b', 2, False),
    ]  # fmt: skip
    assert found["groups"]["column"] == "Kind"
    assert compare([lab.item(FIRST)], 'a"b')["groups"]["pairs"][0]["table"]
    for column, words in (
        ("Many", "not split"),
        ("One", "not split"),
        ("X", "no column"),
    ):
        with pytest.raises(UserError, match=words):
            compare([lab.item(FIRST)], column)
