"""DuckDB as the app opens it: locked, limited to its paths, able to be interrupted."""

import time
from pathlib import Path

import duckdb
import pytest

from datasets.engine.duck import connect, execute, identifier, literal
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress

MEMORY = 2**28


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{outside}')",
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{outside}'",
        "ATTACH '{outside}' AS other",
        "SET memory_limit = '10GB'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "RESET allowed_paths",
        "INSTALL httpfs",
        "LOAD '{outside}'",
    ],
)
def test_it_reaches_nothing_outside_its_paths(sql: str, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside.csv"
    inside.mkdir()
    outside.write_text("a\n1\n")
    with connect(MEMORY, tmp_path / "spill", paths=[inside]) as con, pytest.raises(duckdb.Error):
        con.execute(sql.format(outside=outside)).fetchall()
    assert outside.read_text() == "a\n1\n"


def test_it_sees_no_python_variable(tmp_path: Path) -> None:
    import pyarrow as pa

    secret = pa.table({"x": [1]})
    with connect(MEMORY, tmp_path) as con, pytest.raises(duckdb.Error):
        con.execute("SELECT * FROM secret").fetchall()
    assert secret.num_rows == 1


def test_it_reads_and_writes_its_paths(tmp_path: Path) -> None:
    with connect(MEMORY, tmp_path / "spill", 1, paths=[tmp_path]) as con:
        con.execute(f"COPY (SELECT 42 AS x) TO {literal(str(tmp_path / 'a b.parquet'))}")
        found = con.execute(f"FROM read_parquet({literal(str(tmp_path / 'a b.parquet'))})")
        assert found.fetchall() == [(42,)]


def test_it_opens_one_file_and_not_its_neighbour(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    for path in (mine, other):
        path.write_text("a\n1\n")
    with connect(MEMORY, tmp_path / "spill", paths=[mine]) as con:
        assert con.execute(f"FROM read_csv('{mine}')").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            con.execute(f"FROM read_csv('{other}')").fetchall()


class CancelSoon(NullProgress):
    def __init__(self) -> None:
        self.calls = 0

    def step(self, fraction: float, message: str = "") -> None:
        assert 0 <= fraction <= 1
        self.calls += 1
        if self.calls >= 2:
            raise Cancelled


def test_it_stops_a_running_query_when_cancelled(tmp_path: Path) -> None:
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range > b.range"
    began = time.monotonic()
    with connect(MEMORY, tmp_path) as con:
        with pytest.raises(Cancelled):
            execute(con, endless, CancelSoon())
        assert con.execute("SELECT 1").fetchall() == [(1,)]
    assert time.monotonic() - began < 60


def test_an_error_of_the_query_comes_through(tmp_path: Path) -> None:
    with connect(MEMORY, tmp_path) as con, pytest.raises(duckdb.CatalogException):
        execute(con, "SELECT * FROM nothing_here", NullProgress())


@pytest.mark.parametrize("text", ["plain", 'a "b"', "it's", "a;b--c", "select", "Ünï 😀"])
def test_names_and_texts_survive_quoting(text: str, tmp_path: Path) -> None:
    with connect(MEMORY, tmp_path) as con:
        found = con.execute(f"SELECT {literal(text)} AS {identifier(text)}")
        assert found.description[0][0] == text
        assert found.fetchall() == [(text,)]
