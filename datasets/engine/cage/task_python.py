"""Inside the cage: runs a person's script over its inputs and leaves its table in the scratch.

Nothing that comes out of here is trusted: the script shares the process and may forge all of it.
"""

import difflib
import re
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from datasets.engine.cage.frame_in import frame_read
from datasets.engine.cage.frame_out import BadOutput, table_of
from datasets.engine.cage.tasks import Report, TaskError

SOURCE = "<recipe>"
OUTPUT_FILE = "output.parquet"
SHOWN_NAMES = 12
NO_OUTPUT = "The script ended without setting output; put the resulting DataFrame into output."


class Inputs(dict[str, pd.DataFrame]):
    """The DataFrames by the names of their datasets; a wrong name says which there are."""

    def __missing__(self, name: object) -> pd.DataFrame:
        raise KeyError(name)


def run(args: dict[str, Any], inputs: Path | None, scratch: Path, report: Report) -> dict[str, Any]:
    """Run ``args["code"]``; write ``output.parquet``; return ``{"notes": [sentence, …]}``.

    ``args["inputs"]`` lists ``{"name", "files", "columns": [{"name", "type"}]}``, the files in
    ``inputs``. Raises ``TaskError`` with the script's own line wherever something is wrong.
    """
    frames = Inputs()
    for each in args["inputs"]:
        files = [(inputs or scratch) / name for name in each["files"]]
        frames[each["name"]] = frame_read(files, each["columns"])
    world = _world(frames, report)
    _execute(args["code"], world)
    if "output" not in world:
        raise TaskError("NoOutput", NO_OUTPUT)
    notes: list[str] = []
    try:
        table = table_of(world["output"], notes)
    except BadOutput as error:
        raise TaskError("BadOutput", str(error)) from None
    pq.write_table(table, scratch / OUTPUT_FILE, compression="lz4", store_schema=False)
    return {"notes": notes}


def _world(frames: Inputs, report: Report) -> dict[str, Any]:
    """Give the names that the script finds."""

    def progress(fraction: float, message: str = "") -> None:
        """Say how much is done (0 to 1), and what is being done."""
        report.step(float(fraction), str(message))

    return {
        "__name__": "__main__", "inputs": frames, "pd": pd, "np": np, "progress": progress,
    }  # fmt: skip


def _execute(code: str, world: dict[str, Any]) -> None:
    """Run the script; whatever it raises becomes a ``TaskError`` with its own line."""
    try:
        exec(compile(code, SOURCE, "exec", dont_inherit=True), world)  # noqa: S102 - in the cage
    except SystemExit as error:
        if error.code not in (None, 0):
            raise TaskError("SystemExit", f"SystemExit: {error.code}", _line(error)) from None
    except SyntaxError as error:
        line = error.lineno if error.filename == SOURCE else _line(error)
        raise TaskError(
            type(error).__name__, f"{type(error).__name__}: {error.msg}", line
        ) from None
    except BaseException as error:
        words = f"{type(error).__name__}: {_text(error)}".rstrip(": ")
        with suppress(Exception):  # what is looked at is the script's own
            words += _hint(error, world)
        raise TaskError(type(error).__name__, words, _line(error)) from None


def _text(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:  # an error class of the script's own may not even do that
        return ""


def _line(error: BaseException) -> int | None:
    """Return the line of the script that was running, the innermost one."""
    found = [line for frame, line in traceback.walk_tb(error.__traceback__)
             if frame.f_code.co_filename == SOURCE]  # fmt: skip
    return found[-1] if found else None


def _hint(error: BaseException, world: dict[str, Any]) -> str:
    """For a name that is not there, say which are: the inputs', or a table's columns."""
    if not isinstance(error, KeyError) or len(error.args) != 1:
        return ""
    frames = list(traceback.walk_tb(error.__traceback__))
    if any(frame.f_code is Inputs.__missing__.__code__ for frame, _ in frames):
        names = ", ".join(f"“{name}”" for name in world["inputs"]) or "none"
        return f". The inputs are: {names}."
    table = _table_asked(error.__traceback__)
    return f". {_columns_near(error.args[0], table)}" if table is not None else ""


def _table_asked(trace: TracebackType | None) -> pd.DataFrame | None:
    """Return the DataFrame whose column was asked for: the innermost one that pandas worked on."""
    for frame, _ in reversed(list(traceback.walk_tb(trace))):
        for name in ("self", "obj"):
            found = frame.f_locals.get(name)
            if isinstance(found, pd.DataFrame):
                return found
    return None


def _columns_near(wanted: object, table: pd.DataFrame) -> str:
    """Name the columns that look like the wanted one first, then the others."""
    names = [str(name) for name in table.columns]
    quoted = re.findall(r"'([^']+)'", str(wanted))  # of "['Pric'] not in index"
    wanted = quoted[0] if quoted else wanted
    plain = {name.casefold(): name for name in reversed(names)}
    close = [plain[each] for each in difflib.get_close_matches(str(wanted).casefold(), plain, n=3)]
    listed = [*close, *(name for name in names if name not in close)]
    more = len(listed) - SHOWN_NAMES
    words = ", ".join(listed[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
    return f"The table has {words}." if names else "The table has no columns."
