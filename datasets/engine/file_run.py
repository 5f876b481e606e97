"""Files read in the cage: the worker's side, which believes nothing before it has looked."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.engine.cage.client import Cage
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.folders import erase
from datasets.engine.cage.messages import ANSWER_FILE
from datasets.engine.cage.outcome import Outcome, size
from datasets.engine.cage.pick import PickError, fetch, pick
from datasets.engine.cage.watch import Limits
from datasets.engine.file_answer import MAX_BYTES, Answer, Read, answer_of
from datasets.engine.rejects import FILE_NAME as REJECTED
from datasets.engine.results import ReadResult
from datasets.engine.store import PART_NAME, file_info
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import Progress

BROKEN = (
    "The file could not be read: what reads it gave up in the middle, as damaged files can make "
    "it do. Open the file where it comes from, export it again and upload that."
)
TOO_MUCH = {
    "time": "Reading this file took longer than {seconds} seconds and was stopped. Split it into "
    "smaller files, or ask the operator for more.",
    "memory": "Reading this file takes more than the {memory} of memory that an import may use. "
    "Split it into smaller files, or ask the operator for more.",
    "disk": "Reading this file takes more than {disk} of the server's disk. Split it into smaller "
    "files, or ask the operator for more.",
}
GONE = "The sandbox that files are read in stopped working. Try again."


class FileFault(RuntimeError):
    """A fault of ours while a file was read: its kind and places, never the file's words."""


@dataclass(frozen=True)
class FileJob:
    """One file to read, or a folder of several: ``name`` is the person's.

    ``folder`` is empty and this run's alone.
    """

    path: Path
    name: str
    options: Mapping[str, Any]
    folder: Path
    limits: Limits


def preview_caged(
    cage: Cage, job: FileJob, progress: Progress, *, rows: int, lenient: bool
) -> dict[str, Any]:
    """Give what ``file_preview`` gives. Raises its errors, and what ``progress.step`` raises."""
    args = {"act": "preview", "rows": rows, "lenient": lenient}
    with _answered(cage, job, args, progress) as (answer, _):
        if answer.preview is None:
            raise UserError(BROKEN)
        return answer.preview.model_dump()


def losses_caged(
    cage: Cage, job: FileJob, progress: Progress, columns: Sequence[str]
) -> dict[str, Any]:
    """Give what ``file_losses`` gives; raises as ``preview_caged`` does."""
    args = {"act": "losses", "columns": list(columns), "memory_bytes": job.limits.memory_bytes}
    with _answered(cage, job, args, progress) as (answer, _):
        if answer.losses is None:
            raise UserError(BROKEN)
        return {name: lost.model_dump() for name, lost in answer.losses.items()}


def read_caged(cage: Cage, job: FileJob, out_dir: Path, progress: Progress) -> ReadResult:
    """Give what ``file_read`` gives, its files in ``out_dir``; raises as ``preview_caged`` does."""
    args = {"act": "read", "memory_bytes": job.limits.memory_bytes}
    with _answered(cage, job, args, progress) as (answer, scratch):
        if answer.read is None:
            raise UserError(BROKEN)
        return _fetched(answer.read, scratch, out_dir, job.limits.disk_bytes)


@contextmanager
def _answered(
    cage: Cage, job: FileJob, args: dict[str, Any], progress: Progress
) -> Iterator[tuple[Answer, Path]]:
    """Run the task; give its answer and the folder of its files, which is gone afterwards."""
    inputs, scratch = job.folder / "in", job.folder / "out"
    try:
        for folder in (inputs, scratch):
            folder.mkdir(mode=0o700)
        several = job.path.is_dir()
        linked = lend_all(job.path, inputs) if several else _lend(job.path, inputs / "file")
        outcome = cage.run(
            "file", {**args, "name": job.name, "options": dict(job.options), "several": several},
            inputs=inputs, scratch=scratch, limits=job.limits, linked=linked,
            on_line=progress.log, on_step=progress.step,
        )  # fmt: skip
        _require_end(outcome, job.limits)
        yield _answer(scratch, job.folder), scratch
    except CageError as error:
        raise UserError(GONE) from error
    finally:
        for folder in (inputs, scratch):
            erase(folder)


def lend_all(folder: Path, target: Path) -> bool:
    """Lend every file of a folder, by its number; say whether they are links."""
    return any([_lend(path, target / path.name) for path in sorted(folder.iterdir())])


def _lend(path: Path, target: Path) -> bool:
    """Put the file where the cage can read it: one more name of it, or else a copy."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
        return False
    return True


def _require_end(outcome: Outcome, limits: Limits) -> None:
    """Raise what fits a run that did not come to its end."""
    if outcome.reason == "ok":
        return
    if sentence := TOO_MUCH.get(outcome.reason):
        raise TooLarge(
            sentence.format(
                seconds=f"{limits.seconds:,.0f}",
                memory=size(limits.memory_bytes),
                disk=size(limits.disk_bytes),
            )
        )
    if outcome.reason == "error":
        raise FileFault(outcome.error.type if outcome.error else "unknown")
    if outcome.reason == "refused":
        raise UserError(GONE)
    raise UserError(BROKEN)


def _answer(scratch: Path, folder: Path) -> Answer:
    """Read the answer; raises the ``UserError`` that it is, or ``FileFault``."""
    copy = folder / ANSWER_FILE
    try:
        fetch(scratch, ANSWER_FILE, copy, MAX_BYTES)
        answer = answer_of(copy.read_bytes())
    except (PickError, ValueError) as error:
        raise UserError(BROKEN) from error
    finally:
        copy.unlink(missing_ok=True)
    if answer.refused:
        raise answer.refused.error()
    if answer.failed:
        raise FileFault(f"{answer.failed.kind} at {answer.failed.where}")
    return answer


def _fetched(read: Read, scratch: Path, out_dir: Path, max_bytes: int) -> ReadResult:
    """Take the files over once they are what they should be."""
    try:
        picked = pick(scratch, PART_NAME, out_dir / PART_NAME, max_bytes=max_bytes)
        if read.report.rejected_total:
            rejected = pick(scratch, REJECTED, out_dir / REJECTED, max_bytes=max_bytes)
            read.require_rejected(rejected)
        read.require_table(picked)
    except (PickError, ValueError) as error:
        raise UserError(BROKEN) from error
    info = file_info(out_dir / PART_NAME)
    columns = [column.model_dump() for column in read.columns]
    return ReadResult(columns, picked.rows, [dict(info)], info["bytes"], read.report.told())
