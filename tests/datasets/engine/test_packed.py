"""Compressed files and archives: read as what lies in them, or refused in a sentence."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from datasets.engine import packed
from datasets.engine.cage.client import Cage, Limits
from datasets.engine.file_run import FileJob, preview_caged, read_caged
from datasets.engine.file_work import file_preview, file_read, source_of
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import rows_of

CSV = b"id;name\n007;A\n008;\xc3\xa9\n"
ROWS = [("007", "A"), ("008", "é")]


def workbook() -> bytes:
    book = Workbook()
    for row in (("id", "name"), ("007", "A"), ("008", "é")):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def zipped(*files: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None,
           method: int = zipfile.ZIP_DEFLATED) -> bytes:  # fmt: skip
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            if change:
                change(info)
            archive.writestr(info, data)
    return held.getvalue()


def as_link(info: zipfile.ZipInfo) -> None:
    info.create_system, info.external_attr = 3, 0o120777 << 16


def encrypted(data: bytes) -> bytes:
    """Set the flag, in the file's own header and in the directory."""
    changed = bytearray(data)
    changed[data.index(b"PK\x03\x04") + 6] |= 1
    changed[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def upload(folder: Path, data: bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def preview(path: Path, **options: Any) -> dict[str, Any]:
    return file_preview(
        path, path.name, options, rows=9, lenient=False, work=path.parent, progress=NullProgress()
    )


def read(path: Path, **options: Any) -> list[tuple[Any, ...]]:
    out = path.parent / f"out-{len(list(path.parent.iterdir()))}"
    out.mkdir()
    file_read(path, path.name, options, out_dir=out, progress=NullProgress(), memory_bytes=2**30)
    assert [each.name for each in out.iterdir()] == ["part-0.parquet"]
    return rows_of(out)[0]


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(CSV),
        gzip.compress(CSV[:9]) + gzip.compress(CSV[9:]),
        gzip.compress(CSV.decode().encode("utf-16")),
        gzip.compress(workbook()),
        zipped(("a.csv", CSV)),
        zipped(("a.csv", CSV), method=zipfile.ZIP_STORED),
        zipped(("a.xlsx", workbook())),
        zipped(("a.csv", CSV), ("__MACOSX/._a.csv", b"\0"), (".DS_Store", b"\0")),
    ],
    ids=["gz", "gz in two", "utf-16 gz", "xlsx gz", "zip", "stored", "xlsx zip", "macOS zip"],
)  # fmt: skip
def test_it_reads_what_is_packed_whatever_its_name(data: bytes, tmp_path: Path) -> None:
    path = upload(tmp_path, data)
    shown = preview(path)
    assert shown["rows"] == [list(row) for row in ROWS]
    assert "member" not in shown["options"]
    assert read(path, **shown["options"]) == ROWS
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["orders.csv"]


def test_several_files_are_all_read_or_one_that_is_chosen(tmp_path: Path) -> None:
    names = ("x/b.csv", b"id\n2\n"), ("x/a.csv", b"id\n1\n"), ("c.pdf", b"%PDF-1.7\n")
    path = upload(tmp_path, zipped(*names), "days.zip")
    shown = preview(path)
    assert (shown["options"]["member"], shown["rows"]) == ("", [["1"]])
    assert shown["guesses"]["member"] == "They have the same columns."
    members = {"": "All 2 files", "x/a.csv": "x/a.csv", "x/b.csv": "x/b.csv"}
    assert shown["choices"]["member"] == members
    assert shown["warnings"][0] == "“c.pdf” is left out. It is another kind of file."
    assert read(path) == read(path, member="") == [(1,), (2,)]
    one = preview(path, member="x/b.csv")
    assert one["rows"] == [["2"]]
    assert one["warnings"][0] == "The archive holds 2 files; only “x/b.csv” is imported."
    assert read(path, member="x/b.csv") == [(2,)]
    assert "member" in source_of(path, path.name).Options.model_fields
    with pytest.raises(UserError, match="no such file") as caught:
        read(path, member="../../etc/passwd")
    assert "member" in caught.value.fields


def test_the_first_of_files_that_differ_is_read(tmp_path: Path) -> None:
    path = upload(tmp_path, zipped(("b.csv", b"id,sum\n2,3\n"), ("a.csv", b"name\nx\n")))
    shown = preview(path)
    assert (shown["options"]["member"], shown["rows"]) == ("a.csv", [["x"]])
    assert "they differ" in shown["guesses"]["member"]
    assert read(path) == [("x",)]


HOSTILE = {
    "bomb gz": (gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000), "200 times"),
    "bomb zip": (zipped(("a.csv", b"a,b\n" + b"1,2\n" * 2_000_000)), "200 times"),
    "encrypted": (encrypted(zipped(("a.csv", CSV))), "encrypted"),
    "link": (zipped(("a.csv", b"/etc/passwd"), change=as_link), "holds a link"),
    "absolute": (zipped(("/etc/a.csv", CSV)), "leads out"),
    "drive": (zipped(("C:\\\\a.csv", CSV)), "leads out"),
    "path upwards": (zipped(("x/../../a.csv", CSV)), "leads out"),
    "archive in a gz": (gzip.compress(gzip.compress(CSV)), "another archive"),
    "archive in a zip": (zipped(("a.zip", zipped(("b.csv", CSV)))), "another archive"),
    "picture in a gz": (gzip.compress(b"\x89PNG\r\n\x1a\n" + b"\0" * 9), "PNG picture"),
    "no table in a zip": (zipped(("a.pdf", b"%PDF-1.7"), ("b.pdf", b"%PDF-1.7")), "no file that"),
    "nothing in a gz": (gzip.compress(b""), "empty"),
    "nothing in a zip": (zipped(("a/", b"")), "empty"),
    "cut gz": (gzip.compress(CSV * 999)[:-20], "damaged"),
    "cut zip": (zipped(("a.csv", CSV * 999))[:-30], "damaged"),
    "changed gz": (gzip.compress(CSV)[:-8] + b"\0" * 8, "damaged"),
    "lying zip": (
        zipped(("a.csv", CSV)).replace(len(CSV).to_bytes(4, "little"), (9).to_bytes(4, "little")),
        "damaged",
    ),
    "unusual packing": (zipped(("a.csv", CSV), method=zipfile.ZIP_LZMA), "ordinary ZIP"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_refuses_in_a_sentence(name: str, tmp_path: Path) -> None:
    data, words = HOSTILE[name]
    path = upload(tmp_path, data)
    with pytest.raises(UserError, match=words):
        read(path)
    left = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert left == [path]


def test_two_files_of_one_name_and_too_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = upload(tmp_path, zipped(("a.csv", CSV), ("a.csv", CSV)))
    with pytest.raises(UserError, match="same name"):
        preview(path)
    monkeypatch.setattr(packed, "MAX_ENTRIES", 2)
    path = upload(tmp_path, zipped(*((f"{n}.csv", CSV) for n in range(3))))
    with pytest.raises(UserError, match="more than 2 files"):
        preview(path)


def test_a_preview_unpacks_no_more_than_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.engine.file_work.HEAD_UNPACKED", 40)
    path = upload(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000))
    assert preview(path)["rows"][0] == ["1", "2"]


def test_it_is_unpacked_in_the_cage_too(cage: Cage, tmp_path: Path) -> None:
    path, work, out = upload(tmp_path, gzip.compress(CSV)), tmp_path / "work", tmp_path / "out"
    work.mkdir()
    out.mkdir()
    job = FileJob(path, path.name, {}, work, Limits(60, 10**9, 2**28))
    shown = preview_caged(cage, job, NullProgress(), rows=5, lenient=False)
    assert shown["rows"] == [list(row) for row in ROWS]
    assert read_caged(cage, job, out, NullProgress()).rows == 2
    assert rows_of(out)[0] == ROWS
