"""Files made to hang a reader or to take all memory: how each ends in the sandbox, and its peak.

Run by ``python -m benchmarks.bench_import_awkward [part of a name]``. Each file is previewed and
imported within the limits that the product sets; then an honest file must be read as ever. Peaks
are of the whole process in the sandbox, 0.14 GB of libraries included, as the watch saw them.
"""

import gzip
import io
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

MEMORY, DISK, SECONDS, PREVIEW_SECONDS = 1_200_000_000, 20 * 2**30, 120.0, 60.0
MEBI = 2**20
HEAD = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c>'
    b'<c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
    b'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>a</t></is></c></row>'
)
LAST = b'<row r="1048576">'
TAIL = b"</sheetData></worksheet>"
SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
Parts = Iterator[bytes]


def workbook(path: Path, *parts: bytes | Parts, shared: Parts | None = None) -> None:
    """Save a workbook whose sheet has this XML within its cells, written piece by piece."""
    from openpyxl import Workbook

    held = io.BytesIO()
    Workbook().save(held)
    with zipfile.ZipFile(held) as package, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in package.namelist():
            if name not in (SHEET, SHARED):
                out.writestr(name, package.read(name))
        with out.open(SHEET, "w", force_zip64=True) as file:
            for part in parts:
                for piece in [part] if isinstance(part, bytes) else part:
                    file.write(piece)
        with out.open(SHARED, "w", force_zip64=True) as file:
            for piece in shared or iter([b"<sst/>"]):
                file.write(piece)


def again(piece: bytes, times: int) -> Parts:
    for _ in range(times):
        yield piece


def text(*parts: bytes | Parts) -> Callable[[Path], None]:
    """Make a file of these bytes."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            for part in parts:
                file.writelines([part] if isinstance(part, bytes) else part)

    return write


def sparse(path: Path) -> None:
    path.write_bytes(b"a,b\n1,2\n")
    os.truncate(path, 2**30)


def zipped(name: str, content: Callable[[], Parts], times: int = 1) -> Callable[[Path], None]:
    """Make an archive, or one within another."""

    def write(path: Path) -> None:
        data = b"".join(content())
        for level in range(times):
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name if level == 0 else f"{level}.zip", data)
            data = held.getvalue()
        path.write_bytes(data)

    return write


def lying_zip(path: Path) -> None:
    """Say in the directory that 300 MB are 9 bytes."""
    size = 300 * MEBI
    workbook(path, HEAD, b'<row r="3"><c r="B3"><v>', again(b"1" * MEBI, 300), b"</v></c></row>")
    data = path.read_bytes()
    true = len(HEAD) + size + len(b'<row r="3"><c r="B3"><v>') + len(b"</v></c></row>")
    path.write_bytes(data.replace(true.to_bytes(4, "little"), (9).to_bytes(4, "little")))


def dictionary_bomb(path: Path) -> None:
    """Write a small Parquet file whose column unpacks to 800 MB of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = pa.DictionaryArray.from_arrays(pa.array([0] * 800, pa.int32()), ["x" * (MEBI - 9)])
    pq.write_table(pa.table({"a": values, "n": list(range(800))}), path)


def noise(words: int) -> bytes:
    """Give text that packs to a third, so that no ratio gives it away."""
    return b" ".join(os.urandom(6).hex().encode() for _ in range(words))


def shared_texts() -> Parts:
    yield b"<sst>"
    piece = b"".join(b"<si><t>" + noise(20) + b"</t></si>" for _ in range(400))
    for _ in range(480 * MEBI // len(piece)):
        yield piece
    yield b"</sst>"


def entities(path: Path) -> None:
    names = "abcdefghij"
    made = [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names)]
    words = f'<!DOCTYPE x [<!ENTITY a "lol">{"".join(made)}]>'.encode()
    cell = b'<row r="3"><c r="B3" t="inlineStr"><is><t>&j;</t></is></c></row>'
    workbook(path, words, HEAD, cell, TAIL)


def outside(path: Path) -> None:
    words = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    cell = b'<row r="3"><c r="B3" t="inlineStr"><is><t>&a;</t></is></c></row>'
    workbook(path, words, HEAD, cell, TAIL)


def cell_of(size: int) -> Callable[[Path], None]:
    """Put so many bytes of one letter into one cell of a workbook."""
    start = b'<row r="3"><c r="B3" t="inlineStr"><is><t>'
    return lambda path: workbook(
        path, HEAD, start, again(b"a" * MEBI, size // MEBI), b"</t></is></c></row>", TAIL
    )


def rows_xlsx(path: Path, *, empty: bool) -> None:
    rows = (
        b'<row r="%d"/>' % n if empty else b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n)
        for n in range(3, 1_048_577)
    )
    workbook(path, HEAD, rows, TAIL)


def zeros() -> Parts:
    return again(bytes(MEBI), 1_000)


FILES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a zip of 1 GB of zeros": ("a.zip", zipped("a.csv", zeros)),
    "a zip in a zip in a zip": ("a.zip", zipped("a.csv", lambda: again(b"1,2\n" * 2**18, 99), 3)),
    "a gzip of 1 GB of zeros": (
        "a.csv.gz", lambda path: path.write_bytes(gzip.compress(bytes(1_000 * MEBI), 1)) and None,
    ),
    "400 MB in one cell": ("a.xlsx", cell_of(400 * MEBI)),
    "300 MB that are said to be 9 bytes": ("a.xlsx", lying_zip),
    "480 MB of shared texts": (
        "a.xlsx", lambda path: workbook(path, HEAD, TAIL, shared=shared_texts()),
    ),
    "entities that multiply": ("a.xlsx", entities),
    "an entity from outside": ("a.xlsx", outside),
    "a million empty rows, XLSX": ("a.xlsx", lambda path: rows_xlsx(path, empty=True)),
    "a million rows, XLSX": ("a.xlsx", lambda path: rows_xlsx(path, empty=False)),
    "one styled cell at the end, XLSX": (
        "a.xlsx",
        lambda path: workbook(path, HEAD, LAST + b'<c r="XFD1048576" s="0"/></row>', TAIL),
    ),
    "one value at the end, XLSX": (
        "a.xlsx",
        lambda path: workbook(path, HEAD, LAST + b'<c r="ALL1048576"><v>1</v></c></row>', TAIL),
    ),
    "a million empty rows": ("a.csv", text(b"a,b\n1,2\n", again(b"\n" * 1_000, 1_000))),
    "a cell of 5 MB": ("a.csv", text(b"a,b\n1,", again(b"x" * MEBI, 5), b"\n")),
    "20,000 columns": ("a.csv", text(b",".join(b"c%d" % n for n in range(20_000)), b"\n1\n")),
    "1,000 columns, 20,000 rows": (
        "a.csv",
        text(b",".join(b"c%d" % n for n in range(1_000)), b"\n",
             again(b",".join(b"%d" % n for n in range(1_000)) + b"\n", 20_000)),
    ),
    "400 cells of 1 MB": ("a.csv", text(b"a,b\n", again(b"1," + b"x" * (MEBI - 2) + b"\n", 400))),
    "3 million different texts": (
        "a.csv",
        text(b"a,b\n", (os.urandom(30).hex().encode() + b",1\n" for _ in range(3_000_000))),
    ),
    "1 GB of nothing": ("a.csv", sparse),
    "200 MB in one line": ("a.csv", text(again(b"x" * MEBI, 200))),
    "a quote open over 200 MB": ("a.csv", text(b'a,b\n1,"', again(b"x" * 99 + b"\n", 2_000_000))),
    "quotes that never pair": ("a.csv", text(b"a,b\n", again(b'1,"x\n2,y"z\n', 100_000))),
    "a small dictionary of 800 MB": ("a.parquet", dictionary_bomb),
}  # fmt: skip


class Measured:
    """The sandbox, and the peak of the last run in it."""

    def __init__(self) -> None:
        from datasets.engine.cage.client import Cage

        self.cage, self.peak = Cage(), 0

    def run(self, *arguments: Any, **others: Any) -> Any:
        done = self.cage.run(*arguments, **others)
        self.peak = done.memory_bytes
        return done


def told(cage: Any, path: Path, name: str, work: Path) -> Iterator[str]:
    """Preview and import one file; give for each how long, how much and what came of it."""
    from datasets.engine.cage.client import Limits
    from datasets.engine.file_run import FileJob, preview_caged, read_caged
    from segplatform.kernel.errors import UserError
    from segplatform.kernel.progress import NullProgress

    for act, seconds in (("preview", PREVIEW_SECONDS), ("import", SECONDS)):
        job = FileJob(path, name, {}, work / "run", Limits(seconds, MEMORY, DISK))
        out = Path(tempfile.mkdtemp(dir=work))
        cage.peak, began = 0, time.perf_counter()
        try:
            if act == "preview":
                shown = preview_caged(cage, job, NullProgress(), rows=100, lenient=False)
                said = f"{len(shown['columns']):,} columns"
            else:
                said = f"{read_caged(cage, job, out, NullProgress()).rows:,} rows"
        except UserError as error:
            said = f"“{str(error)[:70]}…”"
        took = time.perf_counter() - began
        yield f"{act:8}{took:7.2f} s {cage.peak / 1e6:8,.0f} MB  {said}"


def main() -> None:
    """Make each file, read it, tell, and read an honest one."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    cage = Measured()
    status = cage.cage.status()
    if not status.ok:
        print(f"No sandbox, nothing measured: {status.reason}")
        return
    highest = 0
    print(f"Limits: {MEMORY / 1e9:.1f} GB, {SECONDS:.0f} s for an import")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "run").mkdir(mode=0o700)
        for title, (name, make) in FILES.items():
            if wanted not in title:
                continue
            path = work / "upload"
            make(path)
            size = path.stat().st_size
            print(f"{title} ({size / 1e6:,.1f} MB)")
            for line in told(cage, path, name, work):
                print("   ", line, flush=True)
                highest = max(highest, cage.peak)
            path.write_bytes(b"id,name\n1,Ada\n")
            if not list(told(cage, path, "a.csv", work))[-1].endswith("1 rows"):
                raise SystemExit(f"After “{title}” an honest file could not be read any more.")
    print(f"The highest peak: {highest / 1e6:,.0f} MB; an honest file was read after each.")
    cage.cage.close()


if __name__ == "__main__":
    main()
