"""Plans of recipes as SQL: what is refused, how results are ordered, typed and told."""

import threading
import time
from pathlib import Path

import duckdb
import pytest
from sqlglot import parse_one

from datasets.engine.execute import Source, describe, expression_type, materialise, preview, sql
from datasets.engine.recipes.base import Plan
from datasets.engine.types import Column
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress
from tests.frames import write

COLUMNS = [Column("n", "integer"), Column("price", "decimal"), Column('a "b"', "text")]
ROWS = [(3, "1.5000", "x"), (1, "2.2500", None), (2, None, "it's")]
MEMORY = 2**28


def plan(text: str, order_by: list[str] | None = None, **facts: str) -> Plan:
    """Give the plan of a text of SQL."""
    parsed = {name: parse_one(fact, dialect="duckdb") for name, fact in facts.items()}
    return Plan(parse_one(text, dialect="duckdb"), order_by or [], parsed)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return write(tmp_path / "in", COLUMNS, ROWS)


def written(plan: Plan, sources: list[Source], out: Path) -> list[tuple[object, ...]]:
    result = materialise(plan, sources, out, NullProgress(), MEMORY)
    with duckdb.connect() as con:
        file = str(out / result.files[0]["name"])
        return con.execute("SELECT * FROM read_parquet($1)", [file]).fetchall()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("n * price", "decimal"),
        ("n / 2", "float"),
        ("sum(n)", "integer"),
        ("n > 1", "boolean"),
        ('"a ""b"""', "text"),
        ("CAST('2010-12-01' AS DATE)", "date"),
        ("now()", "datetime"),
        ("[price]", "text"),
    ],
)
def test_the_type_of_an_expression(text: str, kind: str) -> None:
    assert expression_type(parse_one(text, dialect="duckdb"), COLUMNS) == kind


@pytest.mark.parametrize("text", ['"a ""b""" + n', "nothing", "no_such_function(n)"])
def test_an_expression_that_does_not_fit_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match=r"^This cannot be computed: .+\.$"):
        expression_type(parse_one(text, dialect="duckdb"), COLUMNS)


def test_types_are_found_in_many_threads_at_once() -> None:
    found: list[str] = []
    tree = parse_one("n * price", dialect="duckdb")
    threads = [
        threading.Thread(target=lambda: found.append(expression_type(tree, COLUMNS)))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["decimal"] * 12


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM input_0, read_text('/etc/passwd')",
        "SELECT 1 FROM (FROM glob('/*'))",
        "SELECT (FROM read_blob('/etc/passwd'))",
        "SELECT * FROM input_0, LATERAL read_text('/etc/passwd')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM main.input_0",
        "SELECT * FROM input_1",
        "SELECT * FROM output",
        "WITH x AS (DELETE FROM input_0) SELECT 1",
        "WITH x AS (INSERT INTO input_0 VALUES (1)) SELECT 1",
        "INSERT INTO input_0 VALUES (1)",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE input_0",
        "COPY input_0 TO '/tmp/x'",
        "ATTACH '/tmp/x'",
        "PRAGMA version",
        "SELECT $1",
    ],
)
def test_a_plan_only_reads_its_inputs(text: str) -> None:
    with pytest.raises(UserError, match=r"only reads its inputs|one SELECT"):
        describe(plan(text), [COLUMNS])


def test_a_fact_only_reads_the_inputs_and_the_result(source: Source) -> None:
    good = plan("FROM input_0", seen="SELECT count(*) AS rows FROM output")
    assert preview(good, [source])["facts"] == {"seen": [{"rows": 3}]}
    with pytest.raises(UserError, match="only reads its inputs"):
        preview(plan("FROM input_0", seen="FROM read_text('/etc/passwd')"), [source])


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="rename one"):
        describe(plan("SELECT n AS x, price AS X FROM input_0"), [COLUMNS])


def test_products_of_decimals_keep_the_declared_type(source: Source, tmp_path: Path) -> None:
    product = plan("SELECT __row, price * n AS total, sum(n) OVER () AS big FROM input_0")
    assert describe(product, [COLUMNS]) == [Column("total", "decimal"), Column("big", "integer")]
    materialise(product, [source], tmp_path / "out", NullProgress(), MEMORY)
    with duckdb.connect() as con:
        file = str(tmp_path / "out/part-0.parquet")
        found = con.execute("DESCRIBE SELECT * FROM read_parquet($1)", [file]).fetchall()
    assert [row[1] for row in found] == ["BIGINT", "DECIMAL(18,4)", "BIGINT"]


def test_without_an_order_the_inputs_order_stays(source: Source, tmp_path: Path) -> None:
    kept = plan("SELECT __row, n FROM input_0 WHERE n <> 1 ORDER BY n")
    assert written(kept, [source], tmp_path / "out") == [(1, 3), (2, 2)]


def test_the_order_of_a_plan_numbers_the_rows(source: Source, tmp_path: Path) -> None:
    ordered = plan("SELECT price AS p, n FROM input_0", ["p"])
    rows = written(ordered, [source], tmp_path / "out")
    assert [(row[0], row[2]) for row in rows] == [(1, 3), (2, 1), (3, 2)]
    assert [row[1] for row in preview(ordered, [source])["rows"]] == ["3", "1", "2"]
    assert sql(ordered).endswith('ORDER BY "p" NULLS LAST')


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    columns = [Column("n", "integer")]
    file = tmp_path / "many.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT range + 1 AS __row, 999999 - range AS n FROM range(1000000)) TO '{file}'"
        )
    source = Source([file], columns)
    kept = written(plan("SELECT __row, n FROM input_0"), [source], tmp_path / "kept")
    assert kept == [(place + 1, 999_999 - place) for place in range(1_000_000)]
    turned = written(plan("SELECT n FROM input_0", ["n"]), [source], tmp_path / "turned")
    assert turned == [(place + 1, place) for place in range(1_000_000)]


def test_the_preview_shows_texts_and_counts_all(source: Source) -> None:
    shown = preview(plan("FROM input_0"), [source], limit=2)
    assert shown["columns"][1] == {"name": "price", "type": "decimal"}
    assert shown["rows"] == [["3", "1.50", "x"], ["1", "2.25", None]]
    assert (shown["count"], shown["facts"]) == (3, {})


def test_two_inputs(source: Source, tmp_path: Path) -> None:
    other = write(tmp_path / "other", [Column("n", "integer")], [(1,), (9,)])
    joined = plan('SELECT a.__row, a."a ""b""", b.n FROM input_0 a JOIN input_1 b USING (n)')
    result = materialise(joined, [source, other], tmp_path / "out", NullProgress(), MEMORY)
    assert (result.rows, result.report["rows_in"]) == (1, [3, 2])
    assert [column["missing"] for column in result.columns] == [1, 0]


@pytest.mark.parametrize("text", ["price * 1000000000000000", "n * 9000000000000000000 * 9"])
def test_a_value_that_does_not_fit_is_told(source: Source, tmp_path: Path, text: str) -> None:
    large = plan(f"SELECT __row, {text} AS x FROM input_0")
    with pytest.raises(UserError, match="too large"):
        materialise(large, [source], tmp_path / "out", NullProgress(), MEMORY)
    with pytest.raises(UserError, match="too large"):
        preview(large, [source])


class CancelSoon(NullProgress):
    def __init__(self) -> None:
        self.calls = 0

    def step(self, fraction: float, message: str = "") -> None:
        self.calls += 1
        if self.calls > 2:
            raise Cancelled


def test_a_running_plan_is_cancelled(source: Source, tmp_path: Path) -> None:
    numbers = "SELECT unnest(generate_series(1, 100000)) AS x FROM input_0"
    endless = plan(f"SELECT count(*) AS c FROM ({numbers}) a, ({numbers}) b WHERE a.x > b.x", ["c"])
    began = time.monotonic()
    with pytest.raises(Cancelled):
        materialise(endless, [source], tmp_path / "out", CancelSoon(), MEMORY)
    assert time.monotonic() - began < 60
