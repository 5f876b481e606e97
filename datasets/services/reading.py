"""Reading what somebody uploaded: in the sandbox, or with limits only where there is none."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from datasets.engine.file_work import file_preview, file_read
from datasets.engine.results import ReadResult
from datasets.services.files import preview_folder
from datasets.services.memory import memory_guard
from datasets.services.sandbox import FILES_WITHOUT, file_cage, file_limits
from segplatform.kernel.progress import Progress

RESULT = "result"
"""The folder of the finished files, in the one that a reading is given."""

PREVIEW_SECONDS = 60.0
TOO_LARGE = (
    "Reading this file takes more than the {limit} of memory that an import may use. "
    "Split it into smaller files, or ask the operator for more."
)


def reading_preview(
    *,
    path: Path,
    name: str,
    options: Mapping[str, Any],
    rows: int,
    lenient: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Read the first rows of a file; ``lenient`` drops types of columns that are not there."""
    cage = file_cage()
    with preview_folder() as folder:
        if cage is None:
            with memory_guard(TOO_LARGE):
                return file_preview(
                    path, name, options,
                    rows=rows, lenient=lenient, work=folder, progress=progress,
                )  # fmt: skip
        from datasets.engine.file_run import FileJob, preview_caged

        job = FileJob(path, name, options, folder, file_limits(seconds=PREVIEW_SECONDS))
        return preview_caged(cage, job, progress, rows=rows, lenient=lenient)


def reading_losses(
    *, path: Path, name: str, options: Mapping[str, Any], columns: Sequence[str],
    progress: Progress,
) -> dict[str, Any]:  # fmt: skip
    """Count over the whole file what each type would lose of some columns."""
    cage = file_cage()
    with preview_folder() as folder:
        if cage is None:
            from datasets.engine.import_losses import file_losses

            with memory_guard(TOO_LARGE):
                return file_losses(
                    path, name, options, columns,
                    work=folder, progress=progress, memory_bytes=settings.IMPORT_MEMORY_BYTES,
                )  # fmt: skip
        from datasets.engine.file_run import FileJob, losses_caged

        job = FileJob(path, name, options, folder, file_limits(seconds=settings.FILE_SECONDS))
        return losses_caged(cage, job, progress, columns)


def reading_read(
    *, path: Path, name: str, options: Mapping[str, Any], folder: Path, progress: Progress
) -> ReadResult:
    """Read all of a file; its Parquet lies in ``folder / RESULT`` then.

    Raises ``UserError`` with what is wrong, and what ``progress.step`` raises.
    """
    made = folder / RESULT
    made.mkdir(mode=0o700)
    cage = file_cage()
    if cage is None:
        progress.log(f"This worker has no sandbox. {FILES_WITHOUT}")
        memory = settings.IMPORT_MEMORY_BYTES
        with memory_guard(TOO_LARGE):
            return file_read(
                path, name, options, out_dir=made, progress=progress, memory_bytes=memory
            )
    from datasets.engine.file_run import FileJob, read_caged

    job = FileJob(path, name, options, folder, file_limits(seconds=settings.FILE_SECONDS))
    return read_caged(cage, job, made, progress)
