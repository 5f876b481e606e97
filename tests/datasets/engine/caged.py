"""Running scripts in a real cage, for tests."""

from pathlib import Path
from typing import Any

import duckdb

from datasets.engine.cage.client import Cage, Limits
from datasets.engine.code_run import Job, run_code
from datasets.engine.execute import Source
from segplatform.kernel.progress import NullProgress
from tests.frames import orders, write

LIMITS = Limits(seconds=20, memory_bytes=2**30, disk_bytes=2**28)


class Recorder(NullProgress):
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps: list[tuple[float, str]] = []

    def step(self, fraction: float, message: str = "") -> None:
        self.steps.append((fraction, message))

    def log(self, line: str) -> None:
        self.lines.append(line)


def sources(folder: Path) -> dict[str, Source]:
    frame = orders()
    return {"orders": write(folder / "orders", frame.columns, frame.rows)}


class Tried:
    """What one script gave."""

    def __init__(self, cage: Cage, folder: Path, code: str, inputs: dict[str, Source]) -> None:
        self.progress = Recorder()
        work = folder / "work"
        work.mkdir(mode=0o700)
        job = Job("python", {"code": code}, inputs, work, LIMITS)
        self.result = run_code(cage, job, folder / "out", self.progress)
        assert not list(work.iterdir()), "the script's files are still there"
        self.file = folder / "out" / "part-0.parquet"
        self.types = {each["name"]: each["type"] for each in self.result.columns}

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        with duckdb.connect() as con:
            query = "SELECT * EXCLUDE (__row) FROM read_parquet($1) ORDER BY __row"
            return con.execute(query, [str(self.file)]).fetchall()
