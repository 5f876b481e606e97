"""K-Prototypes and the RFM grid: algorithms that know what the columns of the matrix are."""

import json
from pathlib import Path

import numpy as np
import pytest

from datasets.engine.rfm_groups import group
from datasets.engine.types import Column
from mllab.engine.algorithms.kprototypes import KPrototypes, KPrototypesParams
from mllab.engine.algorithms.rfm_grid import GROUPS, RfmGrid, RfmGridParams
from mllab.engine.prepare import prepare
from mllab.engine.settings import Feature, Settings
from mllab.engine.space import Block, Space, match, space_of
from mllab.engine.train import train
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.frames import write

COLUMNS = [
    Column("Recency", "integer"), Column("Country", "text"), Column("Frequency", "integer"),
]  # fmt: skip
COUNTRIES = ("Austria", "Belgium", "Cyprus")


def prepared(tmp_path: Path, **settings: str) -> Path:
    """Customers whose country says more than their numbers."""
    draw = np.random.default_rng(2)
    rows = [
        (int(draw.integers(1, 300)), COUNTRIES[number % 3], int(draw.integers(1, 40)))
        for number in range(240)
    ]
    features = [Feature(column=column.name, role="input") for column in COLUMNS]
    out = tmp_path / "experiment"
    prepare(write(tmp_path, COLUMNS, rows), features, Settings(**settings), 42, out, NullProgress())
    return out


def read(folder: Path) -> tuple[np.ndarray, Space]:
    stored = json.loads((folder / "preprocessing.json").read_text())
    return np.load(folder / "matrix.npy"), space_of(stored)


def test_the_columns_of_a_category_are_one_again(tmp_path: Path) -> None:
    X, space = read(prepared(tmp_path))
    assert [(block.column, block.stop - block.start) for block in space.blocks] == [
        ("Recency", 1), ("Country", 3), ("Frequency", 1),
    ]  # fmt: skip
    country = space.blocks[1]
    assert country.is_category
    assert len({tuple(country.codes(X)[place::3].tolist()) for place in range(3)}) == 3
    unseen = X[:1].copy()
    unseen[0, country.start : country.stop] = -0.1
    assert country.codes(unseen).tolist() == [3]


def test_components_have_no_inputs_behind_them(tmp_path: Path) -> None:
    X, space = read(prepared(tmp_path, pca="keep"))
    assert space == Space()
    with pytest.raises(UserError, match="switch principal components off"):
        RfmGrid(space).fit(X, RfmGridParams(), 42, NullProgress())


def test_a_heavy_category_decides_the_segments(tmp_path: Path) -> None:
    X, space = read(prepared(tmp_path))
    fit = KPrototypes(space).fit(X, KPrototypesParams(k=3, gamma=100), 42, NullProgress())
    assert [len(set(fit.labels[place::3].tolist())) for place in range(3)] == [1, 1, 1]
    assert fit.details["categories"] == ["Country"]
    plain = KPrototypes(space).fit(X, KPrototypesParams(k=3, gamma=0), 42, NullProgress())
    assert len(set(plain.labels[::3].tolist())) == 3


def test_the_grid_names_its_segments_as_the_recipe_does(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    found = train(
        folder, tmp_path / "out", algorithm="rfm_grid", params={}, seed=1, progress=NullProgress()
    )
    assert len(found.details["names"]) == found.segments
    assert set(found.details["names"]) <= set(GROUPS)
    assert found.details["agreement"] == 1.0
    X, space = read(folder)
    labels = np.load(tmp_path / "out" / "labels.npy")
    best = np.lexsort((-X[:, space.blocks[2].start], X[:, 0]))[0]
    assert found.details["names"][labels[best]] in (group(5, f) for f in range(1, 6))


def test_it_says_in_a_sentence_what_is_lacking() -> None:
    grid, params = RfmGrid(), RfmGridParams()
    assert grid.lacks(["Days since order", "Orders"], params) == ""
    assert grid.lacks(["Monetary", "Recency"], params) == (
        "It lacks an input for frequency: the recipe RFM makes both."
    )
    assert grid.lacks(["x", "y"], RfmGridParams(recency="X", frequency="y")) == ""


def test_equal_values_score_alike_and_ten_groups_are_named() -> None:
    assert len(GROUPS) == 10
    X = np.column_stack([np.repeat(np.arange(6.0), 20), np.tile(np.arange(4.0), 30)])
    space = Space((Block("Recency", 0, 1), Block("Frequency", 1, 2)))
    fit = RfmGrid(space).fit(X, RfmGridParams(), 42, NullProgress())
    seen = {(tuple(row), int(label)) for row, label in zip(X.tolist(), fit.labels, strict=True)}
    assert len(seen) == 24
    assert match(["lastorderdays", "recency"], ("recency", "lastorder")) == 1
