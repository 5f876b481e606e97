"""Runs code recipes in the cage: stages the inputs, runs, has the result typed, fetches it."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasets.engine.cage.client import Cage, Limits, Outcome
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.folders import erase
from datasets.engine.cage.pick import fetch, pick
from datasets.engine.execute import Source, shown_rows
from datasets.engine.reader import reader, table
from datasets.engine.results import ReadResult
from datasets.engine.store import PART_NAME, file_info
from datasets.engine.types import ROW_COLUMN, Column
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress

OUTPUT_FILE = "output.parquet"  # as task_python calls it
RUN_SHARE = 0.9  # of the progress; the rest is typing and fetching
RETYPE_SECONDS = 600.0  # of our own code, whatever the person's may take
PREVIEW_LINES = 200
LINE_CHARACTERS = 1_000
MAX_NOTES = 100


class CodeError(UserError):
    """A person's program failed; ``line`` is its own line, 1-based, where there is one.

    ``fields`` holds the sentence as ``code`` and the line as ``code.line``; ``log`` the last
    lines that the program printed, where nothing else keeps them (previews).
    """

    def __init__(self, sentence: str, line: int | None = None, log: Sequence[str] = ()) -> None:
        fields = {"code": sentence} | ({"code.line": str(line)} if line else {})
        super().__init__(sentence, fields)
        self.line, self.log = line, list(log)


@dataclass(frozen=True)
class Job:
    """One run of a program: the ``task`` with its ``args`` over ``sources`` by name.

    ``folder`` is empty, and this run's alone; it is emptied again at the end.
    """

    task: str
    args: Mapping[str, Any]
    sources: Mapping[str, Source]
    folder: Path
    limits: Limits


def run_code(cage: Cage, job: Job, out_dir: Path, progress: Progress) -> ReadResult:
    """Run the program over all rows and write ``part-0.parquet`` into ``out_dir``.

    What it prints goes to ``progress.log`` as it comes. The report holds ``rows_in``, ``notes``
    (what was changed to store the result, as sentences) and the ``seconds`` and ``memory_bytes``
    of the program. Raises ``CodeError``, and what ``progress.step`` raises within a fraction of
    a second; the program is killed then.
    """
    out_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _emptied(job.folder):
        columns, report = _made(cage, job, out_dir / PART_NAME, progress)
    info = file_info(out_dir / PART_NAME)
    for note in report["notes"]:
        progress.log(note)
    return ReadResult(columns, info["rows"], [dict(info)], info["bytes"], report)


def preview_code(cage: Cage, job: Job, progress: Progress, limit: int = 100) -> dict[str, Any]:
    """Run the program over small sources (samples); give what a preview of a recipe gives.

    ``{"columns", "rows", "count", "facts", "sql", "log", "warnings", "seconds"}``: ``sql`` is
    None, ``log`` the last lines that were printed. Raises as ``run_code`` does.
    """
    lines: list[str] = []
    typed = job.folder.with_name(f"{job.folder.name}-shown")
    typed.mkdir(mode=0o700)
    try:
        result = run_code(cage, job, typed, _Kept(progress, lines))
        columns = [Column(each["name"], each["type"]) for each in result.columns]
        with reader([typed / PART_NAME]) as con:
            source = f"SELECT * EXCLUDE ({ROW_COLUMN}) FROM {table([typed / PART_NAME])}"
            rows = con.execute(f"{source} ORDER BY {ROW_COLUMN} LIMIT ?", [limit]).fetchall()
    except CodeError as error:
        error.log = lines[-PREVIEW_LINES:]
        raise
    finally:
        shutil.rmtree(typed, ignore_errors=True)
    return {
        "columns": [{"name": column.name, "type": column.type} for column in columns],
        "rows": shown_rows(columns, rows),
        "count": result.rows,
        "facts": {},
        "sql": None,
        "log": lines[-PREVIEW_LINES:],
        "warnings": result.report["notes"],
        "seconds": result.report["seconds"],
    }


class _Kept:
    """Hands steps on and keeps the lines itself: the log of a preview is part of its result."""

    def __init__(self, progress: Progress, lines: list[str]) -> None:
        self.progress, self.lines = progress, lines

    def step(self, fraction: float, message: str = "") -> None:
        self.progress.step(fraction, message)

    def log(self, line: str) -> None:
        self.lines.append(line[:LINE_CHARACTERS])
        del self.lines[: -2 * PREVIEW_LINES]


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """Remove whatever the program left, also where it was killed."""
    try:
        yield
    finally:
        for left in folder.iterdir():
            erase(left)


def _made(
    cage: Cage, job: Job, target: Path, progress: Progress
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Run the program, then type its result in a process that never ran it, and fetch that."""
    inputs, scratch, raw, typed = (_folder(job, n) for n in ("inputs", "scratch", "raw", "typed"))
    progress.step(0.0, "Preparing the inputs")
    args = {**job.args, "inputs": _staged(job.sources, inputs)}
    ran = _run(cage, job.task, args, inputs, scratch, job.limits, SubProgress(progress, 0, 0.9))
    fetch(scratch, OUTPUT_FILE, raw / OUTPUT_FILE, job.limits.disk_bytes)
    erase(scratch)  # its space is needed again
    limits = replace(job.limits, seconds=RETYPE_SECONDS)
    told = {"file": OUTPUT_FILE, "types": _types(job.sources)}
    rest = SubProgress(progress, RUN_SHARE, 1)
    found = _run(cage, "retype", told, raw, typed, limits, rest).result
    picked = pick(typed, PART_NAME, target, max_bytes=job.limits.disk_bytes)
    missing = {each["name"]: each["missing"] for each in found["columns"]}
    columns = [
        {"name": column.name, "type": column.type, "missing": int(missing[column.name])}
        for column in picked.columns
    ]
    return columns, _report(ran, job.sources)


def _folder(job: Job, name: str) -> Path:
    folder = job.folder / name
    folder.mkdir(mode=0o700)
    return folder


def _staged(sources: Mapping[str, Source], inputs: Path) -> list[dict[str, Any]]:
    """Copy the files of the inputs (the program may own the copies) and say what they are."""
    staged = []
    for place, (name, source) in enumerate(sources.items()):
        names = [f"{place}-{part}.parquet" for part in range(len(source.files))]
        for file, short in zip(source.files, names, strict=True):
            shutil.copyfile(file, inputs / short)
        columns = [{"name": column.name, "type": column.type} for column in source.columns]
        staged.append({"name": name, "files": names, "columns": columns})
    return staged


def _run(
    cage: Cage,
    task: str,
    args: dict[str, Any],
    inputs: Path,
    scratch: Path,
    limits: Limits,
    progress: Progress,
) -> Outcome:
    """Run one task; raises ``CodeError`` unless it came to its end."""
    try:
        outcome = cage.run(
            task, args, inputs=inputs, scratch=scratch, limits=limits,
            on_line=progress.log, on_step=progress.step,
        )  # fmt: skip
    except CageError as error:
        raise CodeError(f"The sandbox stopped working: {error}. Run the recipe again.") from error
    if outcome.reason != "ok":
        raise _told(outcome, limits)
    return outcome


def _told(outcome: Outcome, limits: Limits) -> CodeError:
    """Say in one sentence why a program did not come to its end, with its own line."""
    error = outcome.error
    line = error.line if error else None
    words = error.message if error else ""
    if ours := _STOPPED.get(outcome.reason):  # never the program's words: braces are a language
        words = ours.format(
            seconds=f"{limits.seconds:,.0f}",
            memory=f"{limits.memory_bytes / 2**30:,.1f} GB",
            disk=f"{limits.disk_bytes / 2**30:,.1f} GB",
            files=f"{limits.files:,}",
        )
    return CodeError(f"line {line}: {words}" if line else words, line)


_STOPPED = {
    "time": "The recipe took longer than {seconds} seconds and was stopped. Work on fewer rows, "
    "or ask the operator for more.",
    "memory": "The recipe took more than {memory} of memory and was stopped. Read fewer columns, "
    "or ask the operator for more.",
    "disk": "The recipe wrote more than {disk} to the disk and was stopped. Keep less in files, "
    "or ask the operator for more.",
    "files": "The recipe made more than {files} files and was stopped. Keep its results in fewer.",
    "log": "The recipe printed too much and was stopped. Print less, for example .head().",
}
"""Why a run was stopped, in words that say what to do; all other reasons bring their own."""


def _types(sources: Mapping[str, Source]) -> dict[str, list[str]]:
    """Give the types that each name of a column has in the inputs, in their order."""
    types: dict[str, list[str]] = {}
    for source in sources.values():
        for column in source.columns:
            types.setdefault(column.name, []).append(column.type)
    return types


def _report(ran: Outcome, sources: Mapping[str, Source]) -> dict[str, Any]:
    from pyarrow.parquet import read_metadata

    rows = [sum(read_metadata(f).num_rows for f in s.files) for s in sources.values()]
    told = ran.result.get("notes")  # from the program's own process: anything may be there
    notes = [each[:300] for each in told if isinstance(each, str)] if isinstance(told, list) else []
    return {
        "facts": {},
        "rows_in": rows,
        "notes": notes[:MAX_NOTES],
        "seconds": round(ran.seconds, 3),
        "memory_bytes": ran.memory_bytes,
    }
