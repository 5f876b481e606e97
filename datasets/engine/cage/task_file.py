"""Inside the cage: reads a file that somebody uploaded, its first rows or all of it.

The readers are our own, but what they read is hostile: nothing that this leaves is trusted.
"""

import json
import traceback
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from datasets.engine.cage.messages import ANSWER_FILE
from datasets.engine.cage.tasks import Report
from datasets.engine.connectors.base import connectors
from datasets.engine.file_work import file_preview, file_read
from datasets.engine.import_losses import file_losses
from datasets.engine.kinds import patterns_compile
from segplatform.kernel.errors import UserError

LIMITS_REACHED = (MemoryError, duckdb.OutOfMemoryException, OSError)
"""What tells that the run went over a limit: its worker knows the sentence."""

connectors.all()
for _name in (
    "charset_normalizer",
    "fastexcel",
    "datasets.engine.xlsx_read",
    "datasets.engine.parquet_read",
    "datasets.engine.calamine_read",
    "datasets.engine.several_stored",
    "datasets.engine.sqlite_read",
):
    import_module(_name)  # what a reader imports when it needs it cannot be read in the cage
patterns_compile()


def run(args: dict[str, Any], inputs: Path | None, scratch: Path, report: Report) -> dict[str, Any]:
    """Do ``args["act"]`` ("preview", "losses" or "read") with the file "file" of ``inputs``.

    Where ``args["several"]``, with all of its files together (``several_folder``).

    Leaves ``answer.json``: ``{"preview": …}``, ``{"losses": …}``, ``{"read": …}`` (then
    ``part-0.parquet`` and perhaps ``rejected.parquet`` too), ``{"refused": …}`` for what a person
    can mend, or ``{"failed": …}`` for a fault of ours. Raises what tells of a limit.
    """
    try:
        given = inputs or scratch
        path = given if args.get("several") else given / "file"
        answer = _answer(args, path, scratch, _Told(report))
    except LIMITS_REACHED:
        raise
    except UserError as error:
        answer = {"refused": {"code": error.code, "text": str(error), "fields": error.fields}}
    except Exception as error:
        answer = {"failed": {"kind": type(error).__name__, "where": _where(error)}}
    with open(scratch / ANSWER_FILE, "w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(answer, file, ensure_ascii=True)
    return {}


def _answer(args: dict[str, Any], path: Path, scratch: Path, progress: "_Told") -> dict[str, Any]:
    name, options = args["name"], args["options"]
    if args["act"] == "preview":
        rows, lenient = args["rows"], args["lenient"]
        shown = file_preview(
            path, name, options, rows=rows, lenient=lenient, work=scratch, progress=progress
        )
        return {"preview": shown}
    if args["act"] == "losses":
        lost = file_losses(
            path, name, options, args["columns"],
            work=scratch, progress=progress, memory_bytes=args["memory_bytes"],
        )  # fmt: skip
        return {"losses": lost}
    result = file_read(
        path, name, options,
        out_dir=scratch, progress=progress, memory_bytes=args["memory_bytes"],
    )  # fmt: skip
    return {"read": asdict(result)}


class _Told:
    """Passes progress on to the worker, which is also where a cancel is noticed."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def step(self, fraction: float, message: str = "") -> None:
        self.report.step(fraction, message)

    def log(self, line: str) -> None:
        print(line)


def _where(error: Exception) -> str:
    """Name the lines of ours that were running: places only, for their texts may be cells."""
    found = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(found))[:1000]
