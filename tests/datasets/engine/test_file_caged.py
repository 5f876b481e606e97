"""Files read in a real sandbox: the same as without it, and whatever is hostile ends there."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.cage.client import Cage, Limits
from datasets.engine.cage.outcome import Outcome
from datasets.engine.file_run import FileFault, FileJob, losses_caged, preview_caged, read_caged
from datasets.engine.file_work import file_preview, file_read
from datasets.engine.results import ReadResult
from segplatform.kernel.errors import Cancelled, TooLarge, UserError
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import rows_of
from tests.datasets.engine.xlsx_files import save

LIMITS = Limits(seconds=60, memory_bytes=900_000_000, disk_bytes=2**30)
ORDERS = "Invoice;Amount;Day\n" + "".join(
    f"{'C' if n == 1900 else ''}{n};{n},50;2011-12-{n % 28 + 1:02}\n" for n in range(2000)
)


class Recorder(NullProgress):
    def __init__(self) -> None:
        self.steps: list[tuple[float, str]] = []
        self.lines: list[str] = []

    def step(self, fraction: float, message: str = "") -> None:
        self.steps.append((fraction, message))

    def log(self, line: str) -> None:
        self.lines.append(line)


class Files:
    """Reads files in the cage as a worker does."""

    def __init__(self, cage: Cage, folder: Path) -> None:
        self.cage, self.folder, self.out = cage, folder / "work", folder / "result"
        for each in (self.folder, self.out):
            each.mkdir(mode=0o700)

    def job(self, path: Path, limits: Limits = LIMITS, **options: Any) -> FileJob:
        return FileJob(path, path.name, options, self.folder, limits)

    def preview(self, path: Path, **options: Any) -> dict[str, Any]:
        job = self.job(path, **options)
        return preview_caged(self.cage, job, NullProgress(), rows=5, lenient=False)

    def read(self, path: Path, progress: NullProgress | None = None, **options: Any) -> ReadResult:
        return read_caged(self.cage, self.job(path, **options), self.out, progress or Recorder())


def test_losses_are_counted_in_the_cage(files: "Files", tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    found = losses_caged(files.cage, files.job(path), NullProgress(), ["Invoice"])
    lost = found["Invoice"]["types"]["integer"]
    assert lost == {"misses": 1, "examples": [(1901, "C1900")]}


@pytest.fixture
def files(cage: Cage, tmp_path: Path) -> Files:
    return Files(cage, tmp_path)


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_it_reads_the_same_as_without_a_cage(files: Files, tmp_path: Path) -> None:
    path = written(tmp_path, "orders.csv", ORDERS + "1;2;3;4\n7;nonsense;\n")
    options = {"types": {"Amount": "decimal"}}
    plain, progress = tmp_path / "plain", Recorder()
    plain.mkdir()
    expected = file_read(
        path, path.name, options, out_dir=plain, progress=NullProgress(), memory_bytes=2**30
    )
    found = files.read(path, progress, **options)
    assert found.columns == expected.columns
    assert found.report == expected.report
    assert rows_of(files.out) == rows_of(plain)
    assert found.files == [{**expected.files[0], "sha256": found.files[0]["sha256"]}]
    assert sorted(p.name for p in files.out.iterdir()) == ["part-0.parquet", "rejected.parquet"]
    told = [fraction for fraction, _ in progress.steps]  # a quick read ends between two reports
    assert told == sorted(told)
    assert told[-1] > 0
    assert "The first rows do not settle every type" in progress.lines[0]
    assert not list(files.folder.iterdir())
    shown = file_preview(
        path, path.name, {}, rows=5, lenient=False, work=tmp_path, progress=NullProgress()
    )
    assert files.preview(path) == shown
    assert path.read_text().startswith(ORDERS)


def test_it_refuses_in_the_same_words(files: Files, tmp_path: Path) -> None:
    bad = written(tmp_path, "orders.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    for attempt in (files.preview, files.read):
        with pytest.raises(UserError, match="PNG picture"):
            attempt(bad)
    path = written(tmp_path, "latin.csv", "id;name\n1;é\n".encode("cp1252"))
    with pytest.raises(UserError, match="on line 2") as caught:
        files.preview(path, encoding="utf-8")
    assert "encoding" in caught.value.fields
    assert not list(files.folder.iterdir())


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(seconds=0.01, memory_bytes=2**30, disk_bytes=2**30), "longer than 0 seconds"),
        (Limits(seconds=60, memory_bytes=2**26, disk_bytes=2**30), "64 MB of memory"),
        (Limits(seconds=60, memory_bytes=2**30, disk_bytes=2**16), "65,536 bytes of the"),
    ],
    ids=["time", "memory", "disk"],
)
def test_it_stops_at_a_limit_in_a_sentence(
    files: Files, tmp_path: Path, limits: Limits, words: str
) -> None:
    path = written(tmp_path, "orders.csv", ORDERS.replace("\n", "\n\0") * 20)
    with pytest.raises(TooLarge, match=words):
        read_caged(files.cage, files.job(path, limits), files.out, NullProgress())
    assert files.read(written(tmp_path, "small.csv", "a,b\n1,2\n")).rows == 1


def test_a_cancel_ends_it(files: Files, tmp_path: Path) -> None:
    path = written(tmp_path, "orders.csv", ORDERS.replace(";", ' ";" ') * 500)

    class Cancel(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            if fraction > 0:
                raise Cancelled

    with pytest.raises(Cancelled):
        files.read(path, Cancel())
    assert not list(files.folder.iterdir())


def test_a_zip_that_lies_about_its_parts_ends_in_a_sentence(files: Files, tmp_path: Path) -> None:
    path = save(tmp_path, ("S", [("id", "name"), (1, "a")]))
    with zipfile.ZipFile(path) as package:
        true = package.getinfo("xl/worksheets/sheet1.xml").file_size
    data = path.read_bytes().replace(true.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        files.read(path)


def test_a_fault_of_ours_names_its_place_and_no_cell(files: Files, tmp_path: Path) -> None:
    job = files.job(written(tmp_path, "orders.csv", "a,b\nsecret,2\n"))
    wrong: Any = "no number"
    with pytest.raises(FileFault, match=r"^TypeError at [\w.:< ]*file_work.py:\d+") as caught:
        preview_caged(files.cage, job, NullProgress(), rows=wrong, lenient=False)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("answer", [b"{}", b"no json", b'{"read": {"columns": []}}', b""])
def test_an_answer_of_another_form_is_not_believed(tmp_path: Path, answer: bytes) -> None:
    class Forger:
        """A run that was taken over, and may leave what it likes."""

        def run(self, *_: object, scratch: Path, **__: object) -> Outcome:
            (scratch / "answer.json").write_bytes(answer)
            (scratch / "part-0.parquet").symlink_to("/etc/hostname")
            return Outcome("ok")

    forged: Any = Forger()
    files = Files(forged, tmp_path)
    with pytest.raises(UserError, match="gave up in the middle"):
        files.read(written(tmp_path, "orders.csv", ORDERS))
    assert not list(files.out.iterdir())
