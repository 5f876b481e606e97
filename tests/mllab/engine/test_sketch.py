"""The sketch: before and after of each input, in bins and in words."""

from pathlib import Path

import numpy as np
import pytest

from datasets.engine.types import Column
from mllab.engine.settings import ColumnSettings, Feature, Settings
from mllab.engine.sketch import sketch
from segplatform.kernel.errors import UserError
from tests.frames import write

COLUMNS = [
    *(Column("Spent", "decimal"), Column("Age", "float"), Column("Shop", "text")),
    *(Column("Seen", "date"), Column("Gift", "boolean"), Column("One", "integer")),
]
INPUTS = [Feature(column=column.name, role="input") for column in COLUMNS]


def rows(count: int) -> list[tuple[object, ...]]:
    draw = np.random.default_rng(0)
    return [
        (
            *(f"{np.exp(draw.normal(4, 2)):.4f}", None if i % 10 == 0 else draw.normal(40, 9)),
            *("ABC"[i % 3], f"2011-12-{1 + i % 28:02}", i % 2 == 0, 7),
        )
        for i in range(count)
    ]


def test_it_tells_what_the_settings_do(tmp_path: Path) -> None:
    found = sketch(write(tmp_path, COLUMNS, rows(300)), INPUTS, Settings())
    words = {entry["column"]: entry["words"] for entry in found}
    assert list(words) == [column.name for column in COLUMNS]
    skew = found[0]["before"]["skew"]
    assert words["Spent"] == f"Very skewed ({skew:.1f}): signed logarithm, then standard scaling"
    assert words["Age"].startswith(("Even", "Slightly"))
    assert "missing values become" in words["Age"]
    assert words["Shop"] == "3 values: a column of 0 and 1 for each"
    assert words["Gift"] == "Yes or no: standard scaling"
    assert words["One"] == "One value only: left out"


def test_bins_hold_every_value_before_and_after(tmp_path: Path) -> None:
    spent, age, shop, seen, _, one = sketch(write(tmp_path, COLUMNS, rows(300)), INPUTS, Settings())
    assert len(spent["before"]["bins"]["edges"]) == 21
    assert sum(spent["before"]["bins"]["counts"]) == sum(spent["after"]["bins"]["counts"]) == 300
    assert abs(spent["after"]["skew"]) < 1 < spent["before"]["skew"]
    assert sum(age["before"]["bins"]["counts"]) == 270
    assert sum(age["after"]["bins"]["counts"]) == 300
    assert shop["before"] == shop["after"] == {"bins": {"counts": [100] * 3}, "skew": None}
    assert seen["before"]["bins"]["edges"][::20] == [0, 27]
    assert sum(one["before"]["bins"]["counts"]) == 300
    assert one["after"]["bins"] is None


def test_the_words_follow_each_choice(tmp_path: Path) -> None:
    own = ColumnSettings(
        skew="yeo_johnson", scaling="robust", outliers="clip", weight=2, missing="drop_row"
    )
    text = ColumnSettings(categories="ordinal", weight=3)
    found = sketch(
        write(tmp_path, COLUMNS, rows(300)), INPUTS, Settings(default=own, columns={"Shop": text})
    )
    assert found[0]["words"].endswith("Yeo-Johnson transform, robust scaling, then weight 2")
    assert ": clipped to " in found[0]["words"]
    assert found[1]["rows"] == 270
    assert found[2]["words"] == "3 values: their place in order, then weight 3"


def test_it_looks_at_so_many_rows_spread_over_the_table(tmp_path: Path) -> None:
    columns = [Column("n", "integer")]
    source = write(tmp_path, columns, [(i,) for i in range(1000)])
    entry = sketch(source, [Feature(column="n", role="input")], Settings(), rows=300)[0]
    assert entry["rows"] == 300
    assert set(entry["before"]["bins"]["counts"]) <= {14, 15, 16}


def test_a_table_without_rows_or_values_has_a_sketch(tmp_path: Path) -> None:
    for place, table in enumerate(([], [(None,) * 6] * 3)):
        found = sketch(write(tmp_path / str(place), COLUMNS, table), INPUTS, Settings())
        assert {entry["words"] for entry in found} == {"One value only: left out"}
        assert {entry["before"]["bins"] for entry in found} == {None}


def test_it_refuses_what_preparing_refuses(tmp_path: Path) -> None:
    source = write(tmp_path, COLUMNS, rows(3))
    with pytest.raises(UserError, match="at least one column"):
        sketch(source, [], Settings())
    with pytest.raises(UserError, match="There is no column “x”"):
        sketch(source, INPUTS, Settings(columns={"x": ColumnSettings()}))
    with pytest.raises(UserError, match="number that stands for a missing value in “Spent”"):
        sketch(source, INPUTS, Settings(default=ColumnSettings(missing="constant")))
