"""How workers, reconciler, jobs and clocks are: for `segplatform check`, health and metrics."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import Min
from django.db.models.functions import Now
from django.utils import timezone

from projects import hooks
from projects.jobs.workers import queue_clock, queues_without_worker, workers_seen
from projects.models import Job
from segplatform.health import Finding

BEAT = "reconciled"
# It comes round every 15 seconds; a database under load may hold it up.
LATE_SECONDS = 60.0
WAITS_SECONDS = 900.0
CLOCK_SECONDS = 5.0
SHOWN_FAULTS = 20
State = Job.State


def reconciler_beat() -> None:
    """Note that the reconciler has just been round."""
    caches["state"].set(BEAT, time.time(), timeout=None)


def reconciler_seconds() -> float | None:
    """Return how long ago the reconciler was last round; ``None`` where it never was."""
    beat = caches["state"].get(BEAT)
    return max(0.0, time.time() - beat) if isinstance(beat, float) else None


def reconciler_word() -> str:
    """Say in a word whether the reconciler comes round: ``"ok"`` or ``"late"``."""
    seconds = reconciler_seconds()
    return "ok" if seconds is not None and seconds <= LATE_SECONDS else "late"


def workers_word() -> str:
    """Say whether every queue has a worker: ``"ok"``, ``"missing"`` or ``"none"``.

    Raises as ``workers_seen`` where the queue server does not answer.
    """
    workers = [each for each in workers_seen() if each.alive]
    if not workers:
        return "none"
    return "missing" if queues_without_worker(workers) else "ok"


def queued_seconds() -> float:
    """Return how long the oldest queued job has waited; 0 where none waits."""
    oldest = Job.objects.filter(state=State.QUEUED).aggregate(oldest=Min("created"))["oldest"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def check_workers() -> Finding:
    """Look for a queue without worker, and say when each worker was last seen."""
    workers = workers_seen()
    alive = [each for each in workers if each.alive]
    seen = "; ".join(
        f"{each.name} ({', '.join(each.queues)}) seen {each.seconds:.0f} s ago" for each in workers
    )
    if not alive:
        text = "none is running: start `segplatform up`, or `segplatform worker` where it runs."
        return Finding("workers", "failed", f"{text} {seen}".rstrip())
    if missing := queues_without_worker(workers):
        names = ",".join(missing)
        text = f"nobody takes jobs of {names}: start `segplatform worker --queues {names}`. {seen}"
        return Finding("workers", "failed", text)
    dead = len(workers) - len(alive)
    more = f", {dead} more died a short while ago" if dead else ""
    return Finding("workers", "note" if dead else "ok", f"{len(alive)} alive{more}: {seen}")


def check_reconciler() -> Finding:
    """Look whether lost jobs are found: somebody must come round every 15 seconds."""
    seconds = reconciler_seconds()
    if reconciler_word() == "ok":
        return Finding("reconciler", "ok", f"was round {seconds:.0f} s ago")
    when = "was never round" if seconds is None else f"was last round {seconds:.0f} s ago"
    text = f"{when}: start `segplatform up`, or `segplatform reconcile --forever`."
    return Finding("reconciler", "failed", text)


def check_jobs() -> Finding:
    """Look for jobs that run without a process or wait for too long, and count bad ends."""
    patience = timedelta(seconds=2 * settings.JOB_LEASE_SECONDS)
    lost = Job.objects.filter(state=State.RUNNING, lease_until__lt=Now() - patience).count()
    if lost:
        text = f"{lost} count as running without a process: run `segplatform reconcile`."
        return Finding("jobs", "failed", text)
    waiting = queued_seconds()
    if waiting > WAITS_SECONDS:
        text = f"the oldest waits for {waiting / 60:.0f} minutes: add a `segplatform worker`."
        return Finding("jobs", "note", text)
    day = Job.objects.filter(finished__gt=Now() - timedelta(days=1))
    bad = day.filter(state__in=(State.FAILED, State.LOST)).count()
    if bad:
        text = f"{bad} of {day.count()} of the last day failed: see Activity of their projects."
        return Finding("jobs", "note", text)
    return Finding("jobs", "ok", f"{day.count()} ended in the last day, none failed")


def check_clock() -> Finding:
    """Compare this machine's clock with the database's and the queue server's."""
    clocks = {"database": _database_clock(), "queue server": queue_clock()}
    for name, other in clocks.items():
        apart = abs(time.time() - other)
        if apart > CLOCK_SECONDS:
            text = f"this machine and the {name} are {apart:.0f} s apart: run NTP on both."
            return Finding("clock", "failed", text)
    return Finding("clock", "ok", f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC")


def check_files() -> Finding:
    """Compare every row with its files (it reads all of them: minutes for many gigabytes)."""
    faults = [fault for look in hooks.integrity for fault in look()]
    if not faults:
        return Finding("files", "ok", "every version's files are as they were written")
    shown = "; ".join(f"{fault.subject} {fault.text}" for fault in faults[:SHOWN_FAULTS])
    more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
    text = f"{len(faults)} not as they must be: {shown}{more}. See docs/operations.md, Mend."
    return Finding("files", "failed", text)


def _database_clock() -> float:
    if connection.vendor == "sqlite":
        return time.time()  # it is in this process
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.timestamp()


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_workers, check_reconciler, check_jobs, check_clock,
)  # fmt: skip
