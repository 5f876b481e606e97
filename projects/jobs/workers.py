"""Who works, and what waits: read from the queue server for those who watch."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from rq import Worker
from rq.serializers import JSONSerializer

from projects.jobs.connection import client, queue

# A worker reports every 15 seconds, a working one every 5; twice missed is dead.
ALIVE_SECONDS = 45.0


@dataclass(frozen=True)
class WorkerSeen:
    """One worker that the queue server remembers: its queues, and when it last reported."""

    name: str
    queues: tuple[str, ...]
    seconds: float

    @property
    def alive(self) -> bool:
        """Whether it reported lately; the queue server forgets a dead one after 90 seconds."""
        return self.seconds <= ALIVE_SECONDS


def workers_seen() -> list[WorkerSeen]:
    """List the workers of all machines, by name; ``QUEUE_ERRORS`` where nobody can be asked."""
    found = Worker.all(connection=client(), serializer=JSONSerializer)
    now = timezone.now()
    return sorted(
        (
            WorkerSeen(each.name, tuple(each.queue_names()), _since(each.last_heartbeat, now))
            for each in found
        ),
        key=lambda each: each.name,
    )


def queues_without_worker(workers: list[WorkerSeen]) -> list[str]:
    """Name the queues that no living worker takes jobs of."""
    taken = {name for each in workers if each.alive for name in each.queues}
    return [name for name in settings.QUEUES if name not in taken]


def queue_depths() -> dict[str, int]:
    """Count the messages that wait in each queue; raises as ``workers_seen``."""
    return {name: queue(name).count for name in settings.QUEUES}


def queue_clock() -> float:
    """Return the queue server's time, in seconds since 1970; raises as ``workers_seen``."""
    seconds, millionths = client().time()
    return float(seconds) + float(millionths) / 1e6


def _since(moment: datetime | None, now: datetime) -> float:
    return (now - moment).total_seconds() if moment else float("inf")
