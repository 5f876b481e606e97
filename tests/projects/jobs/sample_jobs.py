"""Jobs to test the runner with: each ends in another way."""

import os
import signal
import sys
import time
from typing import Any

from django.db import OperationalError
from psycopg.errors import DeadlockDetected
from rq.timeouts import JobTimeoutException

from projects.jobs.context import JobContext
from projects.jobs.registry import job
from projects.services.audit import audit_record
from segplatform.kernel.errors import Superseded, UserError

NEVER = 60.0


@job("tests.nothing", title="Do nothing", queue="interactive")
def nothing(ctx: JobContext) -> dict[str, Any]:
    ctx.progress.log("did nothing")
    return {"pid": os.getpid(), "began": time.time()}


@job("tests.records", title="Be on record")
def records(ctx: JobContext) -> None:
    audit_record(action="dataset.version", project=ctx.project)


@job("tests.asks", title="Ask for something")
def asks(ctx: JobContext) -> None:
    raise UserError("The file has no rows: choose another one.")


@job("tests.breaks", title="Break")
def breaks(ctx: JobContext) -> None:
    raise ValueError("cell of somebody")


@job("tests.is_in_the_way", title="Meet another writer every time", idempotent=True)
def is_in_the_way(ctx: JobContext) -> None:
    raise OperationalError from DeadlockDetected("deadlock detected")


@job("tests.exits", title="Exit")
def exits(ctx: JobContext) -> None:
    sys.exit(3)


@job("tests.odd_result", title="Give what is no JSON")
def odd_result(ctx: JobContext) -> dict[str, Any]:
    return {"value": object()}


@job("tests.not_a_number", title="Give what PostgreSQL stores in no JSON")
def not_a_number(ctx: JobContext) -> dict[str, Any]:
    return {"value": float("nan")}


@job("tests.odd_text", title="Give odd text")
def odd_text(ctx: JobContext) -> dict[str, Any]:
    return {"nul\0": ["a\0b", "\\u0000", "\ud800", "é"]}


@job("tests.too_long", title="Take too long")
def too_long(ctx: JobContext) -> None:
    raise JobTimeoutException("Task exceeded maximum timeout value (1 seconds)")


@job("tests.superseded", title="Lose its row")
def superseded(ctx: JobContext) -> None:
    ctx.progress.log("thrown away")
    raise Superseded


@job("tests.steps", title="Step until cancelled", queue="interactive")
def steps(ctx: JobContext) -> None:
    until = time.monotonic() + NEVER
    while time.monotonic() < until:
        ctx.progress.step(0.5, "Stepping")
        time.sleep(0.01)


@job("tests.hangs", title="Never look up", queue="interactive")
def hangs(ctx: JobContext) -> None:
    time.sleep(NEVER)


@job("tests.dies", title="Kill its own process", queue="interactive")
def dies(ctx: JobContext) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@job("tests.dies_once", title="Die once", queue="interactive", idempotent=True)
def dies_once(ctx: JobContext) -> dict[str, Any]:
    ctx.progress.log(f"attempt {ctx.attempt}")
    if ctx.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"attempt": ctx.attempt}
