"""The worker process: RQ's forking one, preloaded, with our rules for crashes (security.md § 7)."""

import ctypes
import gc
import logging
import os
import signal
import sys
import time
import uuid
from contextlib import suppress
from functools import partial
from threading import Timer
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from rq import Queue, Worker
from rq.command import parse_payload
from rq.executions import Execution
from rq.job import Job as Message
from rq.serializers import JSONSerializer
from threadpoolctl import threadpool_limits

from projects import hooks
from projects.jobs import attempts, registry, runner
from projects.jobs.connection import QUEUE_ERRORS, make_client, queue
from projects.jobs.enqueue import END_SOON
from projects.jobs.reconcile import expire_lease, reconcile

logger = logging.getLogger(__name__)

# Of a lease of thirty seconds: with RQ's defaults a dead worker is noticed after ten minutes.
MONITOR_SHARE = 1 / 6
MAINTENANCE_SHARE = 1 / 2
WORKER_TTL_SECONDS = 30
RECONNECT_SECONDS = 5
START_WAIT_SECONDS = 60
STOP_SECONDS = 1.5  # that a job has to look up once it was cancelled
PR_SET_PDEATHSIG = 1


class SegWorker(Worker):
    """A forking worker that keeps rows true when processes die."""

    max_connection_wait_time = float(RECONNECT_SECONDS)

    def run_maintenance_tasks(self) -> None:
        """Let RQ clean its registries, then reconcile rows and queue."""
        super().run_maintenance_tasks()
        _with_database(reconcile)

    def execute_job(self, job: Message, queue: Queue) -> None:
        """Run one job; where the queue server goes away meanwhile, wait for it and go on.

        RQ would end this process, and with it a job that needs no queue server to go on.
        """
        try:
            super().execute_job(job, queue)
        except QUEUE_ERRORS as error:
            logger.warning("the queue server went away during a job: %s", error)
            _release(job.id)  # its process has ended; where the row says otherwise, it was killed
            self._wait_for_queue()

    def maintain_heartbeats(self, job: Message, execution: Execution) -> None:
        """Say every few seconds that the job's process lives, to whoever can hear it.

        The row is told too: code that holds the interpreter's lock stops the process's own thread
        that renews the lease. Maintenance goes on: all workers may be busy for hours.
        """
        _with_database(partial(attempts.renew_named, *_attempt_of(job.id)))
        try:
            super().maintain_heartbeats(job, execution)
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()
        except QUEUE_ERRORS as error:
            logger.warning("the queue server does not answer; the job goes on: %s", error)

    def _wait_for_queue(self) -> None:
        while not self._stop_requested:
            try:
                self.connection.ping()
            except QUEUE_ERRORS:
                time.sleep(1)
            else:
                return

    def fork_work_horse(self, job: Message, queue: Queue) -> None:
        """Fork with no database connection open: two processes must never share one."""
        connections.close_all()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: Message, queue: Queue) -> None:
        """Mark the child as one that exists for this job only, and dies with its parent."""
        runner.in_horse = True
        _die_with_parent()
        super().main_work_horse(job, queue)

    def perform_job(self, job: Message, queue: Queue, execution: Execution) -> bool:
        """Run the job in the child; close its database connections before the process ends."""
        try:
            return bool(super().perform_job(job, queue, execution))
        finally:
            connections.close_all()

    def handle_payload(self, message: dict[str, Any]) -> None:
        """Take the commands of RQ, and our own: end a job that does not stop by itself."""
        told = parse_payload(message)
        if told["command"] != END_SOON:
            super().handle_payload(message)
            return
        timer = Timer(STOP_SECONDS, self._end_job, [told["job_id"]])
        timer.daemon = True
        timer.start()

    def _end_job(self, name: str) -> None:
        """Kill the child if it is still at this job: its row is cancelled then, as was asked."""
        with suppress(*QUEUE_ERRORS):
            if self.get_current_job_id() == name:
                logger.warning("job %s was asked to stop and is ended", name)
                self.kill_horse()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Kill the child and what it started, never our own process group.

        RQ asks for the group of pid 0 (its own) when the command comes between two children,
        and a child just forked is still in its parent's group.
        """
        pid = self.horse_pid
        if not pid:
            return
        with suppress(ProcessLookupError):
            if (group := os.getpgid(pid)) != os.getpgrp():
                os.killpg(group, sig)
            else:
                os.kill(pid, sig)

    def handle_work_horse_killed(
        self, job: Message, retpid: int, ret_val: int, rusage: Any
    ) -> None:
        """Bring the row up to date at once: its process is known to be dead."""
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)
        _release(job.id)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop without waiting for the job; its row need not wait for the lease's end."""
        name = self.get_current_job_id()
        try:
            super().request_force_stop(signum, frame)
        except SystemExit:
            if name:
                _release(name)
            raise


def work(queues: list[str], name: str, *, burst: bool = False) -> None:
    """Work on these queues, in this order, until stopped; with ``burst`` until they are empty.

    ``ValueError`` for an unknown queue. Waits up to a minute for the queue server.
    """
    connection = make_client(settings.REDIS_URL)
    listed = [queue(each, connection) for each in queues]
    preload()
    _wait_for(connection)
    # RQ writes four lines about every job; the runner writes one.
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    logger.info("worker %s takes jobs of %s", name, ", ".join(queues))
    worker = SegWorker(
        listed,
        # RQ refuses a name for as long as it remembers a killed worker of that name.
        name=f"{name}-{uuid.uuid4().hex[:8]}",
        connection=connection,
        serializer=JSONSerializer,
        job_monitoring_interval=_seconds(MONITOR_SHARE),
        maintenance_interval=_seconds(MAINTENANCE_SHARE),
        worker_ttl=WORKER_TTL_SECONDS,
        log_job_description=False,
    )
    try:
        worker.work(burst=burst, logging_level=None)
    finally:
        gc.unfreeze()  # DuckDB's bindings report every frozen object as leaked at the exit


def preload() -> None:
    """Import what jobs need, so that a fork starts in milliseconds.

    Imports only: after one computation with several threads in the parent, every child's
    K-Means hangs for ever (OpenMP); the limit of one thread is the second lock on that door.
    """
    registry.discover()
    for start in hooks.worker_start:
        start()
    threadpool_limits(1)
    connections.close_all()
    gc.collect()
    gc.freeze()  # children do not copy pages only because the collector walked over them


def _seconds(share: float) -> int:
    """Give a share of a lease in whole seconds, which is what RQ's alarms know."""
    return max(1, round(settings.JOB_LEASE_SECONDS * share))


def _wait_for(connection: Any) -> None:
    end = time.monotonic() + START_WAIT_SECONDS
    while True:
        try:
            connection.ping()
        except QUEUE_ERRORS:
            if time.monotonic() > end:
                raise
            logger.warning("waiting for the queue server")
            time.sleep(1)
        else:
            return


def _with_database(act: Any) -> None:
    """Call it with a database connection that is closed afterwards; a failure is logged."""
    try:
        act()
    except DatabaseError:
        logger.exception("the database did not answer; trying again later")
    finally:
        connections.close_all()


def _attempt_of(message_name: str) -> tuple[str, int]:
    """Read the row's id and the attempt from the name of a message (see ``message_id``)."""
    job_id, _, attempt = message_name.rpartition("_")
    return job_id, int(attempt)


def _release(message_name: str) -> None:
    def act() -> None:
        expire_lease(*_attempt_of(message_name))
        reconcile()

    _with_database(act)


def _die_with_parent() -> None:
    """Ask the kernel to end this child with its parent: an orphan would go on uncontrolled."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
