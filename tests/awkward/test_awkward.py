"""Every awkward file has the one outcome that its table names, in the preview and in the import."""

import re
from pathlib import Path

import pytest

from datasets.engine.file_work import file_preview, file_read
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.awkward import encodings, numbers, refused, tables, workbooks
from tests.awkward.base import Read, Refused, made
from tests.datasets.engine.csv_files import rows_of

READ: dict[str, Read] = {**tables.FILES, **encodings.FILES, **numbers.FILES, **workbooks.FILES}
REFUSED: dict[str, Refused] = {**refused.FILES, **workbooks.REFUSED}
MEMORY = 2**30


def upload(folder: Path, case: Read | Refused) -> Path:
    path = folder / "upload"
    path.write_bytes(made(case.data))
    (folder / "out").mkdir()
    (folder / "work").mkdir()
    return path


def preview_types(folder: Path, case: Read, path: Path) -> tuple[list[str], str]:
    """Give the names and types that the preview shows."""
    shown = file_preview(
        path, case.file, case.options, rows=5, lenient=False, work=folder / "work",
        progress=NullProgress(),
    )  # fmt: skip
    columns = shown["columns"]
    return [c["name"] for c in columns], " ".join(c["type"] for c in columns)


@pytest.mark.parametrize("name", READ)
def test_it_is_read_as_its_table_says(name: str, tmp_path: Path) -> None:
    case = READ[name]
    path = upload(tmp_path, case)
    assert preview_types(tmp_path, case, path) == (case.names, case.shown or case.types)
    result = file_read(
        path, case.file, case.options, out_dir=tmp_path / "out", progress=NullProgress(),
        memory_bytes=MEMORY,
    )  # fmt: skip
    rows, numbered = rows_of(tmp_path / "out")
    report = result.report
    assert [c["name"] for c in result.columns] == case.names
    assert " ".join(c["type"] for c in result.columns) == case.types
    assert rows == case.rows
    assert len(set(numbered)) == len(rows)
    warnings = report["warnings"]
    assert len(warnings) == len(case.said), warnings
    missing = [part for part, whole in zip(case.said, warnings, strict=True) if part not in whole]
    assert not missing, warnings
    found = [(one["row"], one["column"], one["text"]) for one in report["rejected"]]
    assert found == list(case.rejected)
    assert report["rows_empty"] == case.empty
    lost = report["rows_rejected"] + report["rows_empty"]
    assert report["rows_in_file"] == len(rows) + lost, "a row was lost without a word"


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    case = REFUSED[name]
    path = upload(tmp_path, case)
    if not case.late:
        with pytest.raises(UserError) as caught:
            preview_types(
                tmp_path, Read(b"", [], "", [], options=case.options, file=case.file), path
            )
        assert re.search(case.words, str(caught.value)), caught.value
    with pytest.raises(UserError) as caught:
        file_read(
            path, case.file, case.options, out_dir=tmp_path / "out", progress=NullProgress(),
            memory_bytes=MEMORY,
        )  # fmt: skip
    assert re.search(case.words, str(caught.value)), caught.value
    assert str(caught.value).endswith((".", "!"))


def test_there_are_more_than_the_forty_six_of_the_design() -> None:
    assert len(READ) + len(REFUSED) >= 46 + 15
