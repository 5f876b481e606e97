"""Scoring a dataset by a stored model: as training did, row by row, in order."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from datasets.engine.execute import Source
from datasets.engine.types import Column, duckdb_type
from mllab.engine.algorithms.base import algorithms
from mllab.engine.model import read_model
from mllab.engine.prepare import prepare
from mllab.engine.score import score
from mllab.engine.settings import ColumnSettings, Feature, Settings
from mllab.engine.train import train
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress
from tests.frames import write

COLUMNS = [
    Column("id", "text"), Column("amount", "decimal"), Column("visits", "integer"),
    Column("land", "text"), Column("last", "date"), Column("club", "boolean"),
]  # fmt: skip
INPUTS = ["amount", "visits", "land", "last", "club"]
SETTINGS = {
    "plain": Settings(),
    "leaves out": Settings(columns={"amount": ColumnSettings(missing="drop_row")}),
    "components": Settings(pca="keep", pca_share=0.9),
    "bent": Settings(
        default=ColumnSettings(skew="yeo_johnson", scaling="robust", outliers="clip"),
        columns={"land": ColumnSettings(categories="frequency")},
    ),
}
NAMES = {"-1": "Noise", "0": "Regulars", "1": "Big spenders", "2": "Guests"}
PARAMS = {"kmeans": {"k": 3}, "gaussian_mixture": {"k": 3}}


def rows(count: int = 300) -> list[tuple[Any, ...]]:
    """Three kinds of customers; every 40th lacks an amount, every 50th a land."""
    draw = np.random.default_rng(3)
    return [_row(number, draw) for number in range(count)]


def _row(number: int, draw: np.random.Generator) -> tuple[Any, ...]:
    kind = int(draw.integers(3))
    amount = f"{(20, 900, 4000)[kind] * float(draw.uniform(0.8, 1.3)):.4f}"
    land = (("UK", "FR"), ("DE", "FR"), ("UK", "IT"))[kind][number % 2]
    return (
        f"C{number}", None if number % 40 == 7 else amount, (2, 9, 30)[kind] + number % 3,
        None if number % 50 == 9 else land, f"2011-0{kind + 1}-{number % 28 + 1:02}", kind == 1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return write(tmp_path_factory.mktemp("table"), COLUMNS, rows())


@pytest.fixture(scope="module")
def content(table: Source, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What a K-Means over the amounts that are there is applied with."""
    folder = tmp_path_factory.mktemp("model")
    return trained(table, folder, SETTINGS["leaves out"], "kmeans")


def trained(table: Source, folder: Path, settings: Settings, key: str) -> dict[str, Any]:
    features = [Feature(column=name, role="input") for name in INPUTS]
    prepare(table, features, settings, 42, folder, NullProgress())
    train(
        folder, folder / "one", algorithm=key, params=PARAMS[key], seed=42,
        progress=NullProgress(),
    )  # fmt: skip
    return {"model": read_model(folder / "one/model.json"), "names": NAMES}


def scored(source: Source, content: Mapping[str, Any], out: Path, prefix: str = "seg") -> Any:
    """Score; give the result and the rows that were written."""
    result = score(source, content, prefix, out, NullProgress())
    return result, read(out / result.files[0]["name"])


def read(file: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        found = con.execute("SELECT * FROM read_parquet($1)", [str(file)])
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("key", PARAMS)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_what_it_learned_from_gets_the_very_labels_of_training(
    table: Source, tmp_path: Path, settings: Settings, key: str
) -> None:
    content = trained(table, tmp_path, settings, key)
    _, found = scored(table, content, tmp_path / "out")
    labels = np.load(tmp_path / "one/labels.npy")
    assert [row["seg"] for row in found if row["seg"] is not None] == labels.tolist()
    confidence = [row["seg_confidence"] for row in found if row["seg"] is not None]
    assert confidence == pytest.approx(np.load(tmp_path / "one/confidence.npy").tolist(), abs=1e-6)
    assert all(row["seg_name"] == NAMES[str(row["seg"])] for row in found if row["seg"] is not None)


def test_all_columns_stay_as_they_are_and_three_come_behind(
    table: Source, content: Mapping[str, Any], tmp_path: Path
) -> None:
    result, found = scored(table, content, tmp_path / "out")
    before = read(table.files[0])
    assert [{name: row[name] for name in before[0]} for row in found] == before
    assert [(c["name"], c["type"]) for c in result.columns] == [
        *((c.name, c.type) for c in COLUMNS),
        ("seg", "integer"), ("seg_name", "text"), ("seg_confidence", "float"),
    ]  # fmt: skip
    with duckdb.connect() as con:
        file = str(tmp_path / "out" / result.files[0]["name"])
        said = con.execute("DESCRIBE SELECT * FROM read_parquet($1)", [file]).fetchall()
    assert [row[:2] for row in said] == [
        ("__row", "BIGINT"), *((c["name"], duckdb_type(c["type"])) for c in result.columns),
    ]  # fmt: skip
    missing = {c["name"]: c["missing"] for c in result.columns}
    assert missing == {name: sum(row[name] is None for row in found) for name in missing}
    assert result.rows == len(found) == 300


def test_a_row_without_a_value_it_needs_has_no_segment(
    table: Source, content: Mapping[str, Any], tmp_path: Path
) -> None:
    result, found = scored(table, content, tmp_path / "out")
    assert [row["seg"] is None for row in found] == [row["amount"] is None for row in found]
    empty = next(row for row in found if row["seg"] is None)
    assert (empty["seg_name"], empty["seg_confidence"]) == (None, None)
    facts = result.report["facts"]
    assert facts["rows_without_a_segment"] == [{"column": "amount", "rows_without_a_value": 8}]
    assert facts["rows_per_segment"][-1] == {
        "segment": "Without a segment", "rows": 8, "share": "2.7 %",
    }  # fmt: skip
    assert sum(each["rows"] for each in facts["rows_per_segment"]) == 300
    assert result.report["rows_in"] == [300]


def test_a_date_is_measured_from_the_day_that_training_knew_as_the_last(
    table: Source, content: Mapping[str, Any], tmp_path: Path
) -> None:
    """The same customer scored alone: nothing is fitted anew on what is scored."""
    _, found = scored(table, content, tmp_path / "all")
    for number in (0, 100, 299):
        one = write(tmp_path / f"one{number}", COLUMNS, [rows()[number]])
        _, alone = scored(one, content, tmp_path / f"out{number}")
        assert alone[0] == {**found[number], "__row": 1}


def test_it_names_all_columns_that_do_not_fit_in_one_sentence(
    content: Mapping[str, Any], tmp_path: Path
) -> None:
    columns = [Column("amount", "text"), Column("visits", "float"), Column("club", "boolean")]
    source = write(tmp_path, columns, [("1", 1.5, True)])
    with pytest.raises(UserError) as caught:
        score(source, content, "seg", tmp_path / "out", NullProgress())
    sentence = (
        "The segmentation needs “land” and “last”, which the dataset does not have; and “amount” "
        "as a number, which is text here. Add what is missing in a recipe first, or choose "
        "another segmentation."
    )
    assert str(caught.value) == sentence
    assert caught.value.fields == {"inputs": sentence, "segmentation": sentence}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("prefix", ["visits", "ID", "__ROW", "land"])
def test_a_name_that_is_taken_is_refused(
    table: Source, content: Mapping[str, Any], tmp_path: Path, prefix: str
) -> None:
    with pytest.raises(UserError, match="already: change the prefix") as caught:
        score(table, content, prefix, tmp_path / "out", NullProgress())
    assert list(caught.value.fields) == ["prefix"]


def test_a_text_that_it_has_not_learned_is_counted_and_scored(
    content: Mapping[str, Any], tmp_path: Path
) -> None:
    given = [(*row[:3], "Mars", *row[4:]) if place < 5 else row for place, row in enumerate(rows())]
    result, found = scored(write(tmp_path, COLUMNS, given), content, tmp_path / "out")
    assert found[0]["seg"] is not None
    assert result.report["notes"] == [
        "5 rows have values in “land” that the model has not learned; such a value counts as none "
        "of the known ones."
    ]


def test_no_rows_give_no_rows(content: Mapping[str, Any], tmp_path: Path) -> None:
    result, found = scored(write(tmp_path, COLUMNS, []), content, tmp_path / "out")
    assert (result.rows, found, len(result.columns)) == (0, [], 9)
    assert {each["rows"] for each in result.report["facts"]["rows_per_segment"]} == {0}


def test_two_files_of_many_rows_keep_their_order(
    content: Mapping[str, Any], tmp_path: Path
) -> None:
    source = many(tmp_path, 120_000)
    result = score(source, content, "seg", tmp_path / "out", NullProgress())
    found = pq.read_table(tmp_path / "out" / result.files[0]["name"])
    assert found["__row"].to_pylist() == list(range(1, 120_001))
    assert found["id"].to_pylist() == [f"C{number}" for number in range(120_000)]
    labels = found["seg"].to_pylist()
    assert labels == labels[:3] * 40_000
    assert found["seg_name"].to_pylist() == [NAMES[str(label)] for label in labels]
    assert [each["rows"] for each in result.report["facts"]["rows_per_segment"]] == [40_000] * 3


def many(folder: Path, count: int) -> Source:
    """Write rows of three kinds, one after the other, into two files; the later ones first."""
    files = [folder / "a.parquet", folder / "b.parquet"]
    half = count // 3
    with duckdb.connect() as con:
        for file, low, high in ((files[1], 0, half), (files[0], half, count)):
            con.execute(f"""
                COPY (SELECT i + 5 AS __row, 'C' || i AS id,
                    ([20, 900, 4000])[i % 3 + 1]::DECIMAL(18, 4) AS amount,
                    ([2, 9, 30])[i % 3 + 1]::BIGINT AS visits,
                    (['UK', 'DE', 'IT'])[i % 3 + 1] AS land,
                    DATE '2011-01-15' + (31 * (i % 3))::INTEGER AS last, i % 3 = 1 AS club
                FROM range({low}, {high}) AS t(i)) TO '{file}'""")
    return Source(files, COLUMNS)


class StopAtTwo(NullProgress):
    def __init__(self) -> None:
        self.calls = 0

    def step(self, fraction: float, message: str = "") -> None:
        self.calls += 1
        if self.calls > 2:
            raise Cancelled


def test_it_stops_between_two_pieces(content: Mapping[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        score(many(tmp_path, 120_000), content, "seg", tmp_path / "out", StopAtTwo())


def test_agreement_is_told_where_scoring_is_not_what_training_did(
    table: Source, content: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {**content, "agreement": 0.973}
    result, _ = scored(table, told, tmp_path / "exact")
    assert "agreement_with_training" not in result.report["facts"]
    monkeypatch.setattr(algorithms.get("kmeans"), "scores_exactly", False)
    result, _ = scored(table, told, tmp_path / "near")
    assert result.report["facts"]["agreement_with_training"] == [
        {"rows_labelled_as_in_training": "97.3 %"}
    ]


def test_a_model_of_a_former_version_is_refused(
    table: Source, content: Mapping[str, Any], tmp_path: Path
) -> None:
    old = {name: value for name, value in content["model"].items() if name != "order"}
    with pytest.raises(UserError, match="Train it again"):
        score(table, {**content, "model": old}, "seg", tmp_path / "out", NullProgress())
