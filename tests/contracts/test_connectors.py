"""What every connector must do, on awkward files handed out fresh to each test."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from datasets.engine.connectors.base import Connector, ConnectorOptions, connectors
from datasets.engine.content import content_kind
from datasets.engine.detect import detect
from datasets.engine.types import COLUMN_TYPES, from_duckdb
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.workbook_files import save_ods, save_xls

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


def tables_of() -> dict[str, list[tuple[str | int | None, ...]]]:
    """Awkward tables: no rows, one row, all null, a constant, 300 columns, odd names."""
    return {
        "no rows": [("a", "b")],
        "one row": [("a", "b"), (1, "x")],
        "all null": [("a", "b", "c"), (1, None, None), (2, None, None)],
        "constant": [("a", "b"), *[(1, "x")] * 50],
        "300 columns": [tuple(f"c{i}" for i in range(300)), (1,) * 300],
        "odd names": [("select", 'a "b"', "a b", "Ünï", "A B"), (1, 2, 3, 4, 5)],
        "only text": [("a", "b"), ("x", "y"), ("z", "w")],
    }


def xlsx_sources(folder: Path) -> dict[str, Path]:
    """The awkward tables as workbooks."""
    paths = {}
    for name, rows in tables_of().items():
        book = Workbook()
        for row in rows:
            book.active.append(row)
        paths[name] = folder / f"{name}.xlsx"
        book.save(paths[name])
    return paths


def objects_of(table: list[tuple[str | int | None, ...]]) -> list[dict[str, str | int | None]]:
    """Give rows below their names as objects."""
    names, *rows = table
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def json_sources(folder: Path) -> dict[str, Path]:
    """Awkward tables as JSON lines, and one as an array: there is none without an object."""
    paths = {}
    for name, table in tables_of().items():
        objects = objects_of(table)
        if objects:
            paths[name] = folder / f"{name}.jsonl"
            paths[name].write_text("".join(json.dumps(each) + "\n" for each in objects))
    paths["an array"] = folder / "array.json"
    paths["an array"].write_text(json.dumps([{"a": 1, "b": {"c": None}}, {"d": [1]}], indent=1))
    return paths


def parquet_sources(folder: Path) -> dict[str, Path]:
    """The awkward tables as Parquet, nothing but types of Arrow's own."""
    paths = {}
    for name, (names, *rows) in tables_of().items():
        cells = list(zip(*rows, strict=True)) or [()] * len(names)
        paths[name] = folder / f"{name}.parquet"
        made = [pa.array(list(column)) for column in cells]
        pq.write_table(pa.Table.from_arrays(made, names=list(map(str, names))), paths[name])
    return paths


def workbook_sources(folder: Path) -> dict[str, Path]:
    """The awkward tables as old workbooks; the wide one, which these cannot hold, as .ods."""
    paths = {}
    for name, rows in tables_of().items():
        save = save_ods if len(rows[0]) > 256 else save_xls
        paths[name] = save(folder, ("Data", rows)).rename(folder / name)
    return paths


def sqlite_sources(folder: Path) -> dict[str, Path]:
    """The awkward tables as SQLite files of one table."""
    paths = {}
    for name, (names, *rows) in tables_of().items():
        paths[name] = folder / f"{name}.db"
        quoted = (str(each).replace('"', '""') for each in names)
        columns = ", ".join(f'"{each} {place}"' for place, each in enumerate(quoted))
        with closing(sqlite3.connect(paths[name])) as con, con:
            con.execute(f"CREATE TABLE t ({columns})")
            con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", rows)
    return paths


SOURCES: dict[str, Callable[[Path], dict[str, Path]]] = {
    "csv_file": csv_sources,
    "json_file": json_sources,
    "parquet_file": parquet_sources,
    "sqlite_file": sqlite_sources,
    "workbook_file": workbook_sources,
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
def test_it_leaves_columns_out_and_renames_them(cls: type[Connector], tmp_path: Path) -> None:
    path = sources(cls, tmp_path)["constant"]
    plain = cls().preview(path, cls.Options(), 1)
    first, last = plain.columns[0]["name"], plain.columns[-1]["name"]
    out = tmp_path / "out"
    out.mkdir()
    options = cls.Options.model_validate({"left_out": [first], "renamed": {last: "Renamed"}})
    result = cls().read(path, options, out, NullProgress(), MEMORY)
    assert [column["name"] for column in result.columns] == [
        *(column["name"] for column in plain.columns[1:-1]),
        "Renamed",
    ]
    assert result.report["left_out"] == [first]
    assert result.report["warnings"] == []
    with duckdb.connect() as con:
        names = con.execute(f"DESCRIBE SELECT * FROM '{out / result.files[0]['name']}'").fetchall()
    assert [name for name, *_ in names[1:]] == [column["name"] for column in result.columns]
    unknown = cls.Options.model_validate({"left_out": ["no such column"]})
    with pytest.raises(UserError, match="no column “no such column”"):
        cls().read(path, unknown, out, NullProgress(), MEMORY)


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
