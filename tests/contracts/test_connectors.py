"""What every connector must do, on awkward files handed out fresh to each test."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from datasets.engine.connectors.base import Connector, ConnectorOptions, connectors
from datasets.engine.content import content_kind
from datasets.engine.detect import detect
from datasets.engine.types import COLUMN_TYPES, from_duckdb
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress

CONNECTORS = [pytest.param(cls, id=cls.key) for cls in connectors.all()]
MEMORY = 2**30


def csv_sources(folder: Path) -> dict[str, Path]:
    """Awkward tables as CSV: no rows, one row, all null, a constant, 300 columns, odd names."""
    texts = {
        "no rows": "a,b\n",
        "one row": "a,b\n1,x\n",
        "all null": "a,b,c\n1,,\n2,,\n",
        "constant": "a,b\n" + "1,x\n" * 50,
        "300 columns": ",".join(f"c{i}" for i in range(300)) + "\n" + ",".join(["1"] * 300) + "\n",
        "odd names": 'select,"a ""b""",a b,Ünï,a b\n1,2,3,4,5\n',
        "duplicates": "a,b\n" + "1,x\n1,x\n",
        "only text": "a,b\nx,y\nz,w\n",
    }
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    return paths


def xlsx_sources(folder: Path) -> dict[str, Path]:
    """Awkward tables as workbooks: no rows, one row, all null, a constant, 300 columns, names."""
    tables: dict[str, list[tuple[str | int | None, ...]]] = {
        "no rows": [("a", "b")],
        "one row": [("a", "b"), (1, "x")],
        "all null": [("a", "b", "c"), (1, None, None), (2, None, None)],
        "constant": [("a", "b"), *[(1, "x")] * 50],
        "300 columns": [tuple(f"c{i}" for i in range(300)), (1,) * 300],
        "odd names": [("select", 'a "b"', "a b", "Ünï", "a b"), (1, 2, 3, 4, 5)],
        "only text": [("a", "b"), ("x", "y"), ("z", "w")],
    }
    paths = {}
    for name, rows in tables.items():
        book = Workbook()
        for row in rows:
            book.active.append(row)
        paths[name] = folder / f"{name}.xlsx"
        book.save(paths[name])
    return paths


SOURCES: dict[str, Callable[[Path], dict[str, Path]]] = {
    "csv_file": csv_sources,
    "xlsx_file": xlsx_sources,
}


class StopAtOnce(NullProgress):
    def step(self, fraction: float, message: str = "") -> None:
        raise Cancelled


class Recorder(NullProgress):
    def __init__(self) -> None:
        self.fractions: list[float] = []

    def step(self, fraction: float, message: str = "") -> None:
        self.fractions.append(fraction)


def sources(cls: type[Connector], folder: Path) -> dict[str, Path]:
    assert cls.key in SOURCES, f"{cls.key} has no awkward sources in this test: add some"
    return SOURCES[cls.key](folder)


def test_there_are_connectors_for_csv_and_workbooks() -> None:
    assert {"csv_file", "xlsx_file"} <= {cls.key for cls in connectors.all()}


@pytest.mark.parametrize("cls", CONNECTORS)
def test_it_describes_itself(cls: type[Connector]) -> None:
    assert cls.title
    assert cls.help.endswith(".")
    assert issubclass(cls.Options, ConnectorOptions)
    assert cls.Options() == cls.Options.model_validate(json.loads(cls.Options().model_dump_json()))
    for name, field in cls.Options.model_fields.items():
        assert field.title, f"{cls.key}: {name} has no title"
        assert field.description, f"{cls.key}: {name} has no help"


@pytest.mark.parametrize("cls", CONNECTORS)
def test_its_files_are_detected_by_content(cls: type[Connector], tmp_path: Path) -> None:
    for path in sources(cls, tmp_path).values():
        assert content_kind(path)[0] in cls.kinds
        assert detect(path, "misleading.png") == cls.key


@pytest.mark.parametrize("cls", CONNECTORS)
def test_its_preview_and_its_reading_agree(cls: type[Connector], tmp_path: Path) -> None:
    connector = cls()
    for name, path in sources(cls, tmp_path).items():
        shown = connector.preview(path, connector.Options(), 5)
        json.dumps([shown.options, shown.guesses, shown.columns, shown.rows, shown.warnings])
        assert len(shown.rows) <= 5
        assert all(len(row) == len(shown.columns) for row in shown.rows)
        out = tmp_path / f"out {name}"
        out.mkdir()
        options = connector.Options.model_validate(shown.options)
        result = connector.read(path, options, out, NullProgress(), MEMORY)
        read = [{"name": c["name"], "type": c["type"]} for c in result.columns]
        assert read == shown.columns, name


@pytest.mark.parametrize("cls", CONNECTORS)
def test_it_writes_what_it_says(cls: type[Connector], tmp_path: Path) -> None:
    connector = cls()
    for name, path in sources(cls, tmp_path).items():
        before = path.read_bytes()
        out = tmp_path / f"out {name}"
        out.mkdir()
        progress = Recorder()
        result = connector.read(path, connector.Options(), out, progress, MEMORY)
        json.dumps([result.columns, result.files, result.report])
        assert path.read_bytes() == before
        assert {f["name"] for f in result.files} == {p.name for p in out.glob("part-*.parquet")}
        report = result.report
        lost = report["rows_rejected"] + report["rows_empty"]
        assert report["rows_in_file"] == report["rows_read"] + lost
        assert result.rows == report["rows_read"] == sum(f["rows"] for f in result.files)
        assert result.bytes == sum((out / f["name"]).stat().st_size for f in result.files)
        assert all(0 <= f <= 1 for f in progress.fractions)
        assert progress.fractions
        file = out / result.files[0]["name"]
        assert "ARROW:schema" not in {key.decode() for key in pq.read_metadata(file).metadata or {}}
        with duckdb.connect() as con:
            described = con.execute(f"DESCRIBE SELECT * FROM read_parquet('{file}')").fetchall()
        assert described[0][:2] == ("__row", "BIGINT")
        assert [(n, from_duckdb(t)) for n, t, *_ in described[1:]] == [
            (c["name"], c["type"]) for c in result.columns
        ]
        assert {c["type"] for c in result.columns} <= set(COLUMN_TYPES)


@pytest.mark.parametrize("cls", CONNECTORS)
def test_it_stops_when_it_is_cancelled(cls: type[Connector], tmp_path: Path) -> None:
    connector = cls()
    path = sources(cls, tmp_path)["constant"]
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(Cancelled):
        connector.read(path, connector.Options(), out, StopAtOnce(), MEMORY)
    assert not list(out.glob("part-*"))


@pytest.mark.parametrize("cls", CONNECTORS)
def test_it_refuses_an_empty_file_in_words(cls: type[Connector], tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    with pytest.raises(UserError, match="empty"):
        cls().preview(path, cls.Options())
