"""The figures that Prometheus reads: gauges of what database, queue server and disk say."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.db.models.functions import Now

from projects import hooks
from projects.hooks import Labelled, Measure
from projects.jobs.connection import QUEUE_ERRORS
from projects.jobs.workers import queue_depths, workers_seen
from projects.models import Job
from projects.services.watch import queued_seconds, reconciler_seconds
from segplatform import __version__

WINDOW = timedelta(hours=1)
MOST_ROWS = 20_000  # of the last hour; the figures are of the latest of them
QUANTILES = (0.5, 0.95, 1.0)


def metrics_list() -> list[Measure]:
    """Give every gauge; one whose source does not answer is left out, and ``part_up`` says so."""
    parts: dict[tuple[str, ...], float] = {}
    found = [Measure("info", "The version that runs.", ("version",), {(__version__,): 1})]
    for name, sources in SOURCES.items():
        try:
            found += [measure for source in sources for measure in source()]
            parts[(name,)] = 1
        except (DatabaseError, *QUEUE_ERRORS):
            parts[(name,)] = 0
    return [*found, Measure("part_up", "Whether the part answers: 1 or 0.", ("part",), parts)]


def _jobs() -> Iterator[Measure]:
    rows = Job.objects.order_by().values_list("name", "state").annotate(number=Count("pk"))
    values: Labelled = {(name, state): float(number) for name, state, number in rows}
    yield Measure("jobs", "Jobs that are kept, by name and state.", ("name", "state"), values)
    text = "Seconds that the oldest queued job has waited."
    yield Measure("jobs_queued_seconds", text, (), {(): queued_seconds()})


def _ended() -> Iterator[Measure]:
    """Say how many jobs ended in the last hour, how, and how long they took."""
    rows = Job.objects.filter(finished__gt=Now() - WINDOW).order_by("-finished")[:MOST_ROWS]
    ended: dict[tuple[str, ...], float] = defaultdict(float)
    took: dict[str, list[float]] = defaultdict(list)
    for name, state, started, finished in rows.values_list("name", "state", "started", "finished"):
        ended[name, state] += 1
        if started and finished:
            took[name].append((finished - started).total_seconds())
    text = "Jobs that ended in the last hour."
    yield Measure("jobs_ended_last_hour", text, ("name", "state"), ended)
    text = "Seconds that jobs of the last hour took, by quantile; 1 is the longest."
    values: Labelled = {
        (name, f"{q:g}"): quantile(all_, q) for name, all_ in took.items() for q in QUANTILES
    }
    yield Measure("job_seconds", text, ("name", "quantile"), values)


def _queue() -> Iterator[Measure]:
    depths: Labelled = {(name,): float(number) for name, number in queue_depths().items()}
    yield Measure("queue_messages", "Messages that wait in a queue.", ("queue",), depths)
    alive: dict[tuple[str, ...], float] = {(name,): 0.0 for name in settings.QUEUES}
    for worker in workers_seen():
        for name in worker.queues if worker.alive else ():
            alive[(name,)] = alive.get((name,), 0.0) + 1
    yield Measure("workers", "Living workers that take jobs of a queue.", ("queue",), alive)


def _machine() -> Iterator[Measure]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    values: Labelled = {("free",): float(usage.free), ("total",): float(usage.total)}
    yield Measure("disk_bytes", "The disk of the data directory.", ("kind",), values)
    if (seconds := reconciler_seconds()) is not None:
        text = "Seconds since the reconciler was round; it comes every 15."
        yield Measure("reconciled_seconds", text, (), {(): seconds})


def _apps() -> Iterator[Measure]:
    for measures in hooks.measures:
        yield from measures()


def quantile(values: list[float], share: float) -> float:
    """Return the smallest value that ``share`` (above 0, up to 1) of the values do not exceed."""
    ordered = sorted(values)
    at = -(-share * len(ordered) // 1)  # rounded up
    return ordered[max(0, int(at) - 1)]


Source = Callable[[], Iterator[Measure]]
SOURCES: dict[str, tuple[Source, ...]] = {
    "disk": (_machine,),
    "database": (_jobs, _ended, _apps),
    "queue": (_queue,),
}
