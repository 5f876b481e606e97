"""Python recipes in the cage: what a script sees, what becomes of its output, what is told."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasets.engine.cage.client import Cage
from datasets.engine.code_run import CodeError, Job, preview_code
from datasets.engine.recipes.python import Python
from datasets.engine.types import Column
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.caged import LIMITS, Tried, sources
from tests.frames import orders, write


def columns_of(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(cells) for cells in zip(*rows, strict=True)]


def test_a_script_gets_its_inputs_and_gives_them_back_unchanged(cage: Cage, tmp_path: Path) -> None:
    inputs = sources(tmp_path)
    tried = Tried(cage, tmp_path, 'output = inputs["orders"]', inputs)
    assert tried.types == {column.name: column.type for column in orders().columns}
    assert tried.result.rows == 7
    assert [each["missing"] for each in tried.result.columns] == [1, 0, 0, 0]
    assert tried.rows[0] == (1, datetime.datetime(2010, 12, 1, 8, 26), "A1", Decimal("10.0000"))
    assert tried.result.report["rows_in"] == [7]
    with duckdb.connect() as con:
        numbers = con.execute("SELECT __row FROM read_parquet($1)", [str(tried.file)]).fetchall()
    assert [row[0] for row in numbers] == list(range(1, 8))


def test_what_a_script_prints_and_reports_arrives(cage: Cage, tmp_path: Path) -> None:
    code = 'print("one")\nprogress(0.5, "Half")\nprint("two")\noutput = pd.DataFrame({"a": [1]})'
    tried = Tried(cage, tmp_path, code, {})
    assert tried.progress.lines == ["one", "two"]
    assert any(message == "Half" for _, message in tried.progress.steps)
    assert all(0 <= fraction <= 1 for fraction, _ in tried.progress.steps)
    assert tried.rows == [(1,)]


def test_types_come_out_as_people_expect(cage: Cage, tmp_path: Path) -> None:
    code = """
output = pd.DataFrame({
    "whole": [1, 2, None], "whole_known": pd.array([1, 2, None], "Int64"),
    "yes": pd.array([True, None, False], "boolean"), "yes_object": [True, None, False],
    "text": ["a", None, ""], "nothing": [None] * 3, "label": pd.Categorical(["x", "y", "x"]),
    "band": pd.cut([1, 2, 3], [0, 2, 4]), "score": pd.qcut([1, 2, 3], 3, labels=[1, 2, 3]),
    "day": [__import__("datetime").date(2020, 1, 2)] * 3,
    "time": pd.to_datetime(["2020-01-02 03:04:05", None, "2020-01-02"], format="mixed"),
    "zone": pd.to_datetime(["2020-01-02 12:00"] * 3).tz_localize("Europe/Paris"),
    "mixed": [1, "a", None], "list": [[1], [2], None],
    "money": [__import__("decimal").Decimal("1.23456")] * 3,
})
"""
    tried = Tried(cage, tmp_path, code, {})
    assert tried.types == {
        "whole": "float", "whole_known": "integer", "yes": "boolean", "yes_object": "boolean",
        "text": "text", "nothing": "text", "label": "text", "band": "text", "score": "integer",
        "day": "date", "time": "datetime", "zone": "datetime", "mixed": "text", "list": "text",
        "money": "decimal",
    }  # fmt: skip
    found = dict(zip(tried.types, columns_of(tried.rows), strict=True))
    assert found["whole_known"] == [1, 2, None]
    assert found["text"] == ["a", None, ""]
    assert found["band"] == ["(0, 2]", "(0, 2]", "(2, 4]"]
    assert found["zone"][0] == datetime.datetime(2020, 1, 2, 11)
    assert found["mixed"] == ["1", "a", None]
    assert found["money"][0] == Decimal("1.2346")
    notes = " ".join(tried.result.report["notes"])
    assert "“mixed” holds values of different kinds" in notes
    assert "Europe/Paris" in notes
    assert tried.progress.lines == tried.result.report["notes"]


def test_columns_of_an_input_keep_their_types(cage: Cage, tmp_path: Path) -> None:
    columns = [
        *(Column("id", "integer"), Column("price", "decimal"), Column("day", "date")),
        *(Column("gift", "boolean"), Column("empty", "integer")),
    ]
    long = 9_007_199_254_740_993  # floats cannot tell it from its neighbours
    rows = [(long, "2.55", "2020-01-02", True, None), (None, None, None, None, None)]
    inputs = {"t": write(tmp_path / "t", columns, rows)}
    tried = Tried(cage, tmp_path, 'output = inputs["t"].copy()', inputs)
    assert list(tried.types.values()) == ["integer", "decimal", "date", "boolean", "integer"]
    assert tried.rows == [
        (long, Decimal("2.5500"), datetime.date(2020, 1, 2), True, None),
        (None, None, None, None, None),
    ]


def test_whole_numbers_that_became_floats_are_whole_again(cage: Cage, tmp_path: Path) -> None:
    code = """
columns = {"Customer": [1.0, float("nan")], "Amount": [1.5, 2.00001], "Other": [1.0, 2.0]}
output = pd.DataFrame(columns)
"""
    tried = Tried(cage, tmp_path, code, sources(tmp_path))
    assert tried.types == {"Customer": "integer", "Amount": "decimal", "Other": "float"}
    assert tried.rows == [(1, Decimal("1.5000"), 1.0), (None, Decimal("2.0000"), 2.0)]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('output = pd.DataFrame({"k": [1, 1], "v": [2, 3]}).groupby("k").sum()', ["k", "v"]),
        ('output = pd.DataFrame({"v": [2, 3]}, index=[7, 8])', ["v"]),
        ('d = pd.DataFrame({"k": [1], "v": [2]})\noutput = d.set_index("k", drop=False)',
         ["k", "v"]),
        ('output = pd.DataFrame({"v": []})', ["v"]),
    ],
)  # fmt: skip
def test_a_named_index_becomes_a_column(
    cage: Cage, tmp_path: Path, code: str, names: list[str]
) -> None:
    assert list(Tried(cage, tmp_path, code, {}).types) == names


def test_leaving_early_on_purpose_is_fine(cage: Cage, tmp_path: Path) -> None:
    code = 'output = pd.DataFrame({"a": [1]})\nraise SystemExit'
    assert Tried(cage, tmp_path, code, {}).rows == [(1,)]


def preview(cage: Cage, folder: Path, code: str) -> dict[str, Any]:
    work = folder / "work"
    work.mkdir(mode=0o700)
    job = Job("python", {"code": code}, sources(folder), work, LIMITS)
    return preview_code(cage, job, NullProgress(), 2)


def test_a_preview_shows_the_first_rows_and_the_log(cage: Cage, tmp_path: Path) -> None:
    shown = preview(cage, tmp_path, 'print("hello")\noutput = inputs["orders"]')
    assert shown["columns"][0] == {"name": "Customer", "type": "integer"}
    assert shown["rows"][0] == ["1", "2010-12-01 08:26", "A1", "10.00"]
    assert (len(shown["rows"]), shown["count"], shown["sql"]) == (2, 7, None)
    assert shown["log"] == ["hello"]
    assert [path.name for path in tmp_path.iterdir() if "work" in path.name] == ["work"]


def test_a_preview_that_fails_keeps_the_log(cage: Cage, tmp_path: Path) -> None:
    with pytest.raises(CodeError) as caught:
        preview(cage, tmp_path, 'print("before")\n1 / 0')
    assert (caught.value.log, caught.value.line) == (["before"], 2)


def test_templates_fit_their_inputs(cage: Cage, tmp_path: Path) -> None:
    columns = [
        *(Column('Kunde "x"', "text"), Column("Order date", "datetime"), Column("Qty", "integer")),
        *(Column("Unit price", "decimal"), Column("Order ID", "text"), Column("client", "text")),
    ]
    rows = [
        (f"k{n}", f"2020-01-{n % 27 + 1:02} 10:00:00", n + 1, "2.50", f"o{n}", f"c{n % 11}")
        for n in range(60)
    ]
    inputs = {'or"ders': write(tmp_path / "t", columns, rows)}
    named = {name: source.columns for name, source in inputs.items()}
    for template in Python().templates(named):
        folder = tmp_path / template.key
        folder.mkdir()
        tried = Tried(cage, folder, template.code, inputs)
        assert tried.result.rows == (11 if template.key == "rfm" else 60)
        assert template.title
        assert template.help.endswith(".")


def test_a_template_needs_no_input(cage: Cage, tmp_path: Path) -> None:
    template = Python().templates({})[0]
    assert Tried(cage, tmp_path, template.code, {}).result.rows == 10
