"""Several files as one table: the same as their concatenation, and a word for what differs."""

import gzip
import io
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.engine.connectors.base import connectors
from datasets.engine.file_work import file_preview, file_read
from datasets.engine.results import ReadResult
from datasets.engine.several_folder import names_write, natural
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import rows_of
from tests.datasets.engine.xlsx_files import save

DAYS = {
    "day_10.csv": "Invoice,Amount,Day\n3,7.25,2011-12-03\n",
    "day_1.csv": "Invoice,Amount,Day\n1,2.50,2011-12-01\n2,,2011-12-01\n",
    "day_2.csv": "Day,Invoice,Amount\n2011-12-02,C9,1\n",
}


class Made:
    """A folder of files, and what reading it gave."""

    def __init__(self, folder: Path, files: Mapping[str, str | bytes]) -> None:
        self.path = folder / f"sent-{len(list(folder.iterdir()))}"
        self.path.mkdir()
        for number, data in enumerate(files.values()):
            held = data.encode() if isinstance(data, str) else data
            (self.path / str(number)).write_bytes(held)
        names_write(self.path, list(files))

    def preview(self, **options: Any) -> dict[str, Any]:
        work = self.path.parent / "work"
        work.mkdir(exist_ok=True)
        found = file_preview(self.path, "files", options, rows=9, lenient=True, work=work,
                             progress=NullProgress())  # fmt: skip
        assert not list(work.iterdir())
        return found

    def read(self, **options: Any) -> ReadResult:
        self.out = self.path.parent / f"out-{len(list(self.path.parent.iterdir()))}"
        self.out.mkdir()
        result = file_read(self.path, "files", options, out_dir=self.out,
                           progress=NullProgress(), memory_bytes=2**30)  # fmt: skip
        report = result.report
        assert {p.name for p in self.out.iterdir()} <= {"part-0.parquet", "rejected.parquet"}
        for file in report["files"]:
            assert file["rows"] == file["read"] + file["rejected"] + file["empty"]
        for key, total in (("rows", "rows_in_file"), ("read", "rows_read"), ("empty", "rows_empty"),
                           ("rejected", "rows_rejected")):  # fmt: skip
            assert sum(file[key] for file in report["files"]) == report[total]
        return result

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return rows_of(self.out)[0]


def book(folder: Path, *rows: list[Any]) -> bytes:
    folder = folder / f"book-{len(list(folder.iterdir()))}"
    folder.mkdir()
    return save(folder, ("Sheet", list(rows))).read_bytes()


def types_of(result: ReadResult) -> dict[str, str]:
    return {column["name"]: column["type"] for column in result.columns}


def test_files_become_one_table_in_the_order_of_their_names(tmp_path: Path) -> None:
    made = Made(tmp_path, DAYS)
    shown = made.preview(source_file=True)
    assert shown["rows"][0] == ["1", "2.50", "2011-12-01", "day_1.csv"]
    assert list(shown["choices"]["shown"]) == ["day_1.csv", "day_2.csv", "day_10.csv"]
    assert shown["warnings"] == []
    result = made.read(source_file=True)
    assert types_of(result) == {
        "Invoice": "text", "Amount": "decimal", "Day": "date", "source_file": "text",
    }  # fmt: skip
    assert [(row[0], row[3]) for row in made.rows] == [
        ("1", "day_1.csv"), ("2", "day_1.csv"), ("C9", "day_2.csv"), ("3", "day_10.csv"),
    ]  # fmt: skip
    assert rows_of(made.out)[1] == [1, 2, 3, 4]
    assert made.preview(shown="day_2.csv")["rows"][0][0] == "2011-12-02"


def test_the_same_file_twice_is_said(tmp_path: Path) -> None:
    made = Made(tmp_path, {"a.csv": "id,n\n1,2\n", "b.csv": "id,n\n3,4\n", "c.csv": "id,n\n1,2\n"})
    said = ["“c.csv” holds the same as “a.csv”: its rows count twice."]
    assert (made.preview()["warnings"], made.read().report["warnings"]) == (said, said)
    assert made.rows == [(1, 2), (3, 4), (1, 2)]


def test_totals_at_the_end_of_files_are_said(tmp_path: Path) -> None:
    files = {"a.csv": "Tea,2\nTotal,2", "b.csv": "Tea,3", "c.csv": "Tea,4\nSumme:,4"}
    made = Made(tmp_path, {name: f"p,n\n{rows}\n" for name, rows in files.items()})
    [said] = made.read().report["warnings"]
    assert said.startswith("The last rows of 2 files look like rows of totals, such as row 2:")


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["day_10", "day_2", "Day_1", "day", "2011/day_3"]
    assert sorted(names, key=natural) == ["2011/day_3", "day", "Day_1", "day_2", "day_10"]


def test_what_lacks_a_column_or_has_more_is_said(tmp_path: Path) -> None:
    files = {
        "1.csv": "a,b\n1,x\n", "2.csv": "b,a\ny,2\n", "3.csv": "a\n3\n", "4.csv": "a,b,c\n4,z,!\n",
    }  # fmt: skip
    made = Made(tmp_path, files)
    said = [
        "1 file lacks the column “b”: its cells stay empty there.",
        "“4.csv” is left out. It has columns that the other files lack: “c”.",
    ]
    assert made.preview()["warnings"] == said
    result = made.read()
    assert result.report["warnings"] == said
    assert made.rows == [(1, "x"), (2, "y"), (3, None)]
    third, fourth = result.report["files"][2:]
    assert (third["lacks"], fourth["rejected"], fourth["left_out"][:6]) == (["b"], 1, "It has")
    added = made.read(more_columns="add")
    assert made.rows == [(1, "x", None), (2, "y", None), (3, None, None), (4, "z", "!")]
    assert not any(file["left_out"] for file in added.report["files"])


def test_each_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    files = {
        "1.csv": "Ort;Summe;\nKöln;1;\n".encode("cp1252"),
        "2.csv": "Export of May\n\nsumme,ORT\n2,Zürich\n",
        "3.csv.gz": gzip.compress("Ort\tSumme\nGraz\t3\n".encode("utf-16")),
        "4.csv": "",
        "5.png": b"\x89PNG\r\n\x1a\n",
        "6.xlsx": book(tmp_path, ["Ort", "Summe"], ["Bern", 4]),
    }
    made = Made(tmp_path, files)
    result = made.read()
    assert made.rows == [("Köln", 1), ("Zürich", 2), ("Graz", 3)]
    out = {f["name"]: f["left_out"] for f in result.report["files"] if f["left_out"]}
    assert list(out) == ["4.csv", "5.png", "6.xlsx"]
    assert "empty" in out["4.csv"]
    assert "PNG" in out["5.png"]
    assert "no CSV file" in out["6.xlsx"]
    assert any("cp1252" in said or "Windows-1252" in said for said in result.report["warnings"])


def test_files_without_a_header_fit_by_position_and_width(tmp_path: Path) -> None:
    files = {"1.csv": "1,x\n2,y\n", "2.csv": "3,z\n4,x\n", "3.csv": "one,two\n", "4.csv": "5,6,7\n"}
    made = Made(tmp_path, files)
    result = made.read()
    # Alone the third would count as a header: the others say that none is meant.
    assert made.rows == [("1", "x"), ("2", "y"), ("3", "z"), ("4", "x"), ("one", "two")]
    assert "no header and 3 columns" in result.report["files"][3]["left_out"]


def test_a_type_that_the_last_file_refutes_is_dropped(tmp_path: Path) -> None:
    files = {f"{n}.csv": f"id,when\n{n},01/02/2011\n" for n in range(30)}
    made = Made(tmp_path, files | {"30.csv": "id,when\nC1,31/01/2011\n"})
    assert types_of(made.read()) == {"id": "text", "when": "date"}
    assert types_of(made.read(types={"id": "integer"})) == {"id": "integer", "when": "date"}


def test_refused_cells_and_rows_have_numbers_that_count_through(tmp_path: Path) -> None:
    files = {"1.csv": "a,b\n1,2\n3,4\n", "2.csv": "b,a\n5,many\n6,7,8\n\n9,10\n"}
    made = Made(tmp_path, files)
    result = made.read(types={"a": "integer"})
    refused = [(r["row"], r["column"], r["text"]) for r in result.report["rejected"]]
    assert sorted(refused) == [(3, "a", "many"), (4, None, "6,7,8")]
    assert rows_of(made.out)[1] == [1, 2, 3, 6]


def test_a_file_that_breaks_in_the_middle_is_left_out_as_a_whole(tmp_path: Path) -> None:
    broken = 'a,b\n1,2\n3,"' + "x" * 2_000_000 + '"\n'
    made = Made(tmp_path, {"1.csv": "a,b\n7,8\n", "2.csv": broken, "3.csv": "a,b\n9,10\n"})
    result = made.read()
    assert made.rows == [(7, 8), (9, 10)]
    assert result.report["files"][1]["left_out"]


def test_archives_among_the_files_are_unpacked(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in (("x/b.csv", "a\n2\n"), ("y/b.csv", "a\n3\n"), ("r.pdf", "%PDF-1.7")):
            archive.writestr(name, text)
    made = Made(tmp_path, {"m.zip": held.getvalue(), "n.csv": "a\n4\n", "a.csv": "a\n1\n"})
    result = made.read(source_file=True)
    names = ["a.csv", "m.zip/x/b.csv", "m.zip/y/b.csv", "n.csv"]
    assert made.rows == [(number, name) for number, name in enumerate(names, 1)]
    assert result.report["files"][-1]["name"] == "m.zip/r.pdf"
    assert result.report["files"][-1]["left_out"]


def test_nothing_to_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="empty"):
        Made(tmp_path, {"1.csv": "", "2.csv": ""}).read()


def test_workbooks_go_the_general_way(tmp_path: Path) -> None:
    first = book(tmp_path, ["a", "b"], [1, "x"], [2, "#DIV/0!"])
    second = book(tmp_path, ["b", "a"], ["y", "03"])
    made = Made(tmp_path, {"1.xlsx": first, "2.xlsx": second})
    assert made.preview()["connector"] == "xlsx_file"
    assert types_of(made.read(source_file=True)) == {
        "a": "text", "b": "text", "source_file": "text",
    }  # fmt: skip
    assert [row[0] for row in made.rows] == ["1", "2", "03"]


def test_columns_with_types_of_their_own_keep_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors.get("xlsx_file"), "typed", True)
    first = book(tmp_path, ["n", "only"], [1, "x"], [2, "y"])
    second = book(tmp_path, ["n"], [2.5])
    made = Made(tmp_path, {"1.xlsx": first, "2.xlsx": second})
    assert types_of(made.read(source_file=True)) == {
        "n": "float", "only": "text", "source_file": "text",
    }  # fmt: skip
    assert made.rows == [(1.0, "x", "1.xlsx"), (2.0, "y", "1.xlsx"), (2.5, None, "2.xlsx")]


def test_a_cancel_is_heard_between_files(tmp_path: Path) -> None:
    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            if "file 2 of 3" in message:
                raise Cancelled

    made = Made(tmp_path, DAYS)
    out = tmp_path / "stopped"
    out.mkdir()
    with pytest.raises(Cancelled):
        file_read(made.path, "files", {}, out_dir=out, progress=Stop(), memory_bytes=2**30)


CELLS = st.one_of(
    st.integers(-999, 99_999).map(str),
    st.sampled_from(["", "2.50", "x", "007", "2011-12-31", "true", 'a "b"', "é;ü", "two\nlines"]),
)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=4, max_size=24)


def written(rows: list[tuple[str, ...]], order: tuple[int, ...], delimiter: str) -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & set('";,\n') else cell

    lines = [["Invoice", "Amount", "Word"], *map(list, rows)]
    return "".join(delimiter.join(quoted(line[i]) for i in order) + "\n" for line in lines)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=TABLES, cuts=st.lists(st.integers(0, 24), max_size=3), data=st.data())
def test_it_equals_the_concatenation(
    tmp_path: Path, rows: list[tuple[str, ...]], cuts: list[int], data: st.DataObject
) -> None:
    ends = sorted({min(cut, len(rows)) for cut in cuts} | {0, len(rows)})
    parts = [rows[a:b] for a, b in pairwise(ends)]
    files = {
        f"{n}.csv": written(part, data.draw(st.permutations((0, 1, 2)).map(tuple)),
                            data.draw(st.sampled_from(",;")))
        for n, part in enumerate(parts)
    }  # fmt: skip
    # A file of few rows may be read as having no header, as it may be alone: so it is said.
    one, several = Made(tmp_path, {"all.csv": written(rows, (0, 1, 2), ",")}), Made(tmp_path, files)
    expected, found = one.read(header=True), several.read(header=True)
    by_name = {c["name"]: c for c in found.columns}
    assert [by_name[c["name"]] for c in expected.columns] == expected.columns
    names = [column["name"] for column in expected.columns]
    left, right = (pq.read_table(m.out / "part-0.parquet").select(names) for m in (one, several))
    assert left.to_pylist() == right.to_pylist()
    assert expected.report["rows_empty"] == found.report["rows_empty"]
