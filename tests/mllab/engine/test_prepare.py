"""What preparing writes: a table, a matrix in its order, a map, and how they were made."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from datasets.engine.execute import Source
from datasets.engine.types import Column
from mllab.engine import prepare as module
from mllab.engine.prepare import Prepared, prepare
from mllab.engine.preprocessing import apply, from_json
from mllab.engine.settings import ColumnSettings, Feature, Settings
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from segplatform.kernel.progress import NullProgress
from tests.frames import FRAMES, ODD_NAMES, write
from tests.mllab.engine.tables import inputs, numbers, settings

COLUMNS = [
    *(Column("Customer ID", "integer"), Column("Spent", "decimal"), Column("Orders", "float")),
    *(Column("Shop", "text"), Column("Seen", "datetime"), Column("Gift", "boolean")),
]
FEATURES = [*inputs("Spent", "Orders"), Feature(column="Shop", role="display")]


def rows(count: int) -> list[tuple[Any, ...]]:
    draw = np.random.default_rng(3)
    return [
        (
            *(count - i, f"{np.exp(draw.normal(3, 1)):.4f}", draw.integers(1, 9)),
            *(f"shop {i % 3}", "2011-12-09 12:50:00", i % 2 == 0),
        )
        for i in range(count)
    ]


def run(
    source: Source, out: Path, features: Sequence[Feature] = FEATURES, **more: Any
) -> tuple[Prepared, dict[str, Any]]:
    """Prepare; give what it returned and preprocessing.json."""
    found = prepare(source, features, Settings(**more), 42, out, NullProgress())
    return found, json.loads((out / "preprocessing.json").read_text())


def test_it_writes_the_table_the_matrix_and_the_map(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in", COLUMNS, rows(50)), tmp_path / "out"
    found, content = run(source, out)
    table, matrix = pq.read_table(out / "table.parquet"), np.load(out / "matrix.npy")
    assert table.column_names == ["__row", *(column.name for column in COLUMNS)]
    assert table["__row"].to_pylist() == list(range(1, 51))
    assert (matrix.shape, matrix.dtype, found.rows) == ((50, 2), np.float64, 50)
    assert found.columns == content["columns"] == ["Spent", "Orders"]
    assert np.load(out / "map_rows.npy").tolist() == list(range(50))
    assert sorted(path.name for path in out.iterdir()) == [
        *("map_points.npy", "map_rows.npy", "matrix.npy", "preprocessing.json"),
        *("space.json", "space.npy", "table.parquet"),
    ]


def test_the_matrix_is_what_the_stored_preprocessing_makes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _, content = run(write(tmp_path / "in", COLUMNS, rows(50)), out)
    table = pq.read_table(out / "table.parquet")
    again = {
        name: numbers([float(value) for value in table[name].to_pylist()])
        for name in ("Spent", "Orders")
    }
    matrix = np.load(out / "matrix.npy")
    assert apply(from_json(content), again).tobytes() == matrix.tobytes()
    shown = content["map"]
    points = (matrix - shown["mean"]) @ np.array(shown["components"]).T
    np.testing.assert_allclose(np.load(out / "map_points.npy"), points)
    assert sum(shown["variance"]) == pytest.approx(1)
    assert content["features"][2] == {"column": "Shop", "role": "display", "confirmed": False}


def test_the_matrix_follows_the_row_numbers_whatever_the_file_s_order(tmp_path: Path) -> None:
    source = write(tmp_path / "in", COLUMNS, rows(50))
    run(source, tmp_path / "one")
    file = source.files[0]
    mixed = pq.read_table(file).take(np.random.default_rng(0).permutation(50))
    pq.write_table(mixed, file)
    run(source, tmp_path / "two")
    for name in ("matrix.npy", "map_points.npy", "preprocessing.json"):
        one, two = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
        assert one == two


def test_many_rows_have_a_sample_for_the_map_and_for_silhouettes(tmp_path: Path) -> None:
    source = write(tmp_path / "in", [Column("x", "float")], [(i % 97,) for i in range(10_001)])
    run(source, tmp_path / "out", inputs("x"))
    drawn = [np.load(tmp_path / "out" / name) for name in ("map_rows.npy", "query.npy")]
    for sample in drawn:
        assert (sample.dtype, len(set(sample.tolist()))) == (np.int64, 2000)
        assert (np.diff(sample) > 0).all()
    assert not np.array_equal(*drawn)
    points = np.load(tmp_path / "out" / "map_points.npy")
    assert points.shape == (2000, 2)
    assert not points[:, 1].any()


def test_rows_without_a_value_are_left_out_of_all_files(tmp_path: Path) -> None:
    table = rows(20)
    table[4] = (1, None, *table[4][2:])
    table[9] = (2, table[9][1], "inf", *table[9][3:])
    source = write(tmp_path / "in", COLUMNS, table)
    found, _ = run(source, tmp_path / "out", default={"missing": "drop_row"})
    kept = pq.read_table(tmp_path / "out" / "table.parquet")["__row"].to_pylist()
    assert kept == [row for row in range(1, 21) if row not in (5, 10)]
    assert len(np.load(tmp_path / "out" / "matrix.npy")) == found.rows == 18
    assert found.details["dropped_rows"] == 2
    assert found.details["notes"][0].startswith("2 of 20 rows were left out")


def test_details_say_who_the_rows_are_and_what_was_bent(tmp_path: Path) -> None:
    found, _ = run(write(tmp_path / "in", COLUMNS, rows(200)), tmp_path / "out")
    assert found.details["keys"] == ["Customer ID"]
    assert [entry["column"] for entry in found.details["skewed"]] == ["Spent"]
    json.dumps(found.details, allow_nan=False)


def test_principal_components_are_the_matrix(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in", COLUMNS, rows(60)), tmp_path / "out"
    found, content = run(source, out, inputs("Spent", "Orders", "Shop", "Gift"), pca="keep")
    matrix = np.load(out / "matrix.npy")
    assert found.columns == [f"Component {i + 1}" for i in range(matrix.shape[1])]
    np.testing.assert_allclose(np.cov(matrix.T), np.diag(matrix.var(axis=0, ddof=1)), atol=1e-12)
    assert not (out / "scaled.npy").exists()
    assert len(content["pca"]["mean"]) == 6


def test_every_type_of_column_can_be_an_input(tmp_path: Path) -> None:
    table = [(*row[:4], datetime(2011, 1, 1 + i), row[5]) for i, row in enumerate(rows(20))]
    source = write(tmp_path / "in", COLUMNS, table)
    names = [column.name for column in COLUMNS]
    found, _ = run(source, tmp_path / "out", inputs(*names), default={"scaling": "none"})
    assert found.columns[-2:] == ["Seen (days ago)", "Gift"]
    assert np.load(tmp_path / "out" / "matrix.npy")[:, -2].tolist() == list(range(19, -1, -1))


@pytest.mark.parametrize("key", FRAMES)
def test_awkward_tables_are_prepared_or_refused_in_a_sentence(key: str, tmp_path: Path) -> None:
    frame = FRAMES[key]()
    source = write(tmp_path / "in", frame.columns, frame.rows)
    names = [column.name for column in frame.columns]
    if key in ("no rows", "one row", "all null", "constant"):
        with pytest.raises(UserError, match=r"fewer than two rows|one value only"):
            run(source, tmp_path / "out", inputs(*names))
        return
    found, _ = run(source, tmp_path / "out", inputs(*names))
    matrix = np.load(tmp_path / "out" / "matrix.npy")
    assert np.isfinite(matrix).all()
    assert matrix.shape == (len(frame.rows), len(found.columns))


def test_odd_names_are_kept(tmp_path: Path) -> None:
    frame = FRAMES["odd names"]()
    source = write(tmp_path / "in", frame.columns, frame.rows)
    found, _ = run(source, tmp_path / "out", inputs(ODD_NAMES[3], ODD_NAMES[0]))
    assert found.columns == [ODD_NAMES[3], ODD_NAMES[0]]


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    table = [(1, None, 1, "a", None, True), (2, "1", 2, "b", None, True)]
    source = write(tmp_path / "in", COLUMNS, table)
    with pytest.raises(UserError, match=r"Only 1 of 2 rows have a value in every input"):
        run(source, tmp_path / "out", default={"missing": "drop_row"})


def test_too_large_a_matrix_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "in", COLUMNS, rows(20))
    monkeypatch.setattr(module, "MAX_CELLS", 39)
    with pytest.raises(TooLarge, match=r"20 rows × 2 columns are too many"):
        run(source, tmp_path / "out")
    monkeypatch.setattr(module, "MAX_MATRIX_COLUMNS", 1)
    with pytest.raises(TooLarge, match=r"make 2 columns to train on, at most 1 "):
        run(source, tmp_path / "out")


def test_choices_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    missing = Source([tmp_path / "nowhere.parquet"], COLUMNS)
    drop = {"missing": "drop_row"}
    with pytest.raises(UserError, match="There is no column “x”"):
        run(missing, tmp_path / "out", inputs("x"), default=drop)
    with pytest.raises(UserError, match="There is no column “x” to set up"):
        run(missing, tmp_path / "out", columns={"x": ColumnSettings()})
    with pytest.raises(UserError, match="looks like personal data"):
        run(Source([], [Column("Email", "text")]), tmp_path / "out", inputs("Email"))


def test_progress_is_told_in_words_and_can_stop_it(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []

    class Told(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            told.append((fraction, message))
            if fraction >= stop:
                raise Cancelled

    stop = 2.0
    source = write(tmp_path / "in", COLUMNS, rows(20))
    prepare(source, FEATURES, settings(), 42, tmp_path / "out", Told())
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert {"Looking at Spent", "Writing the matrix", "Drawing the map"} <= {w for _, w in told}
    stop = 0.7
    with pytest.raises(Cancelled):
        prepare(source, FEATURES, settings(), 42, tmp_path / "again", Told())
