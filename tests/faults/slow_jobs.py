"""A job that publishes a version when a test says so, in a process that may outlive its worker."""

import ctypes
import shutil
import time
import uuid
from pathlib import Path
from typing import Any

from datasets.engine.connectors.base import ReadResult
from datasets.models import Dataset
from datasets.services.datasets import version_publish
from datasets.services.files import scratch_folder
from projects.jobs.context import JobContext
from projects.jobs.registry import job
from tests.factories.datasets import COLUMNS, ROWS, write_rows

PR_SET_PDEATHSIG = 1
NEVER = 60.0


@job("faults.publish", title="Publish slowly", idempotent=True)
def publish_slowly(ctx: JobContext) -> dict[str, Any]:
    """Write rows, wait for the test's sign to this attempt, and only then publish them."""
    if ctx.args.get("orphan"):
        _outlive_the_worker()
    dataset = Dataset.objects.get(pk=ctx.args["dataset"])
    tmp = scratch_folder() / f"import-slow-{uuid.uuid4()}"
    try:
        files = write_rows(tmp, COLUMNS, ROWS)
        columns = [{"name": c.name, "type": c.type, "missing": 0} for c in COLUMNS]
        result = ReadResult(columns, len(ROWS), files, sum(f["bytes"] for f in files), {})
        _wait_for(gate(ctx.args["gates"], ctx.attempt))
        version = version_publish(ctx=ctx, dataset=dataset, result=result, tmp=tmp)
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return {"version": version.number}


@job("faults.count", title="Count", idempotent=True)
def count(ctx: JobContext) -> dict[str, Any]:
    """Leave one file for each time that it ends."""
    time.sleep(ctx.args.get("seconds", 0))
    Path(ctx.args["folder"], f"{ctx.job.pk}.{ctx.attempt}").touch(exist_ok=False)
    return {}


@job("faults.holds_lock", title="Hold the interpreter's lock", idempotent=True)
def hold_lock(ctx: JobContext) -> dict[str, Any]:
    """Let no other thread of this process run, as some compiled code does for minutes."""
    ctypes.PyDLL(None).sleep(ctx.args["seconds"])
    return {}


def gate(folder: str | Path, attempt: int) -> Path:
    """Name the file whose appearance lets an attempt publish."""
    return Path(folder) / f"attempt-{attempt}"


def _outlive_the_worker() -> None:
    """Take back the request to die with the parent, which not every system knows."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 0)


def _wait_for(path: Path) -> None:
    until = time.monotonic() + NEVER
    while not path.exists():
        if time.monotonic() > until:
            raise TimeoutError(path)
        time.sleep(0.02)
