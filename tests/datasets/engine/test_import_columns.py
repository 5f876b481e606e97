"""Columns left out and renamed: what is written, what is said of it, and what cannot be."""

from pathlib import Path
from typing import Any

import pytest

from datasets.engine.connectors.csv_file import CsvFile, CsvOptions
from datasets.engine.connectors.xlsx_file import XlsxOptions
from datasets.engine.file_work import options_check
from datasets.engine.import_columns import names_written
from datasets.engine.rejected import rejected_page
from datasets.engine.results import ReadResult
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress

MEMORY = 2**28
FIELDS = {"renamed.a"}


def read(folder: Path, text: str, **options: Any) -> ReadResult:
    path, out = folder / "table.csv", folder / "out"
    path.write_text(text, encoding="utf-8")
    out.mkdir()
    chosen = CsvOptions.model_validate(options)
    return CsvFile().read(path, chosen, out, NullProgress(), MEMORY)


def test_names_are_cleaned_and_may_be_swapped() -> None:
    assert names_written(["a", "b", "c"], ["c"], {"a": " b\u202e ", "b": "a"}) == ["b", "a", None]
    assert names_written(["a", "b"], ["b"], {"a": "B"}) == ["B", None]


@pytest.mark.parametrize(
    ("renamed", "sentence"),
    [
        ({"a": "B"}, "Two columns are called “B”"),
        ({"a": " \u200b"}, "Give the column “a” a name"),
        ({"a": "x" * 201}, "200 characters at most"),
        ({"a": "__ROW"}, "used by Segplatform itself"),
    ],
)
def test_a_name_that_cannot_be_given_is_said_where_it_stands(
    renamed: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence) as raised:
        names_written(["a", "b"], [], renamed)
    assert set(raised.value.fields) == FIELDS


@pytest.mark.parametrize(("left_out", "renamed"), [(["a", "b"], {}), (["z"], {}), ([], {"z": "y"})])
def test_one_column_stays_and_all_are_there(left_out: list[str], renamed: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"Keep at least one|no column “z”"):
        names_written(["a", "b"], left_out, renamed)


def test_a_column_that_is_left_out_is_neither_typed_nor_counted(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n if n < 1990 else 'x'},{n if n % 2 else 'none'}\n" for n in range(2000))
    result = read(
        tmp_path, f"a,b,c\n{rows}", types={"b": "integer", "c": "integer"}, left_out=["b"],
        renamed={"c": "Count"},
    )  # fmt: skip
    assert [(c["name"], c["type"]) for c in result.columns] == [
        ("a", "integer"),
        ("Count", "integer"),
    ]
    assert result.report["columns"] == {"Count": {"unreadable": 1000, "wanted": "integer"}}
    assert result.report["warnings"] == ["Count: 1,000 values could not be read as chosen."]
    rejected, count = rejected_page(tmp_path / "out" / "rejected.parquet", limit=1, offset=0)
    assert (rejected, count) == ([(1, "Count", "none", "not a whole number")], 1000)


def test_an_option_of_ours_is_refused_in_its_own_sentence() -> None:
    with pytest.raises(UserError, match=r"^One end of the range has a row") as caught:
        options_check(XlsxOptions, {"cells": "Z9:B"})
    assert caught.value.fields["cells"] == str(caught.value)
