"""Keeps a running attempt's lease alive from a thread of its own."""

import logging
import os
import threading
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, connection

from projects.jobs import attempts, log
from projects.models import Job

logger = logging.getLogger(__name__)

RENEWALS = 3  # in the time of one lease: two misses in a row are survived
STOPPED_EXIT = 70


class Lease:
    """Renews while the ``with`` block runs.

    In a process of its own (``may_exit``) it also ends that process where the work does not
    look up: when another attempt owns the row (two copies must not go on side by side), or
    when a cancel was asked for and the code did not reach a step within a renewal.
    """

    def __init__(self, job: Job, *, may_exit: bool = False) -> None:
        self.job, self.may_exit = job, may_exit
        self._stop = threading.Event()
        self._cancel_seen = False
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(settings.JOB_LEASE_SECONDS / RENEWALS):
                self._tick()
        finally:
            connection.close()  # this thread's own

    def _tick(self) -> None:
        try:
            alive = attempts.renew(self.job)
            cancel = alive and attempts.owned(self.job).filter(cancel_requested=True).exists()
            if cancel and self._cancel_seen and self.may_exit:
                alive = not attempts.finish(self.job, Job.State.CANCELLED)
        except DatabaseError:
            logger.exception("job %s: the lease could not be renewed", self.job.pk)
            return
        self._cancel_seen = cancel
        if not alive and self.may_exit:
            log.flush(self.job.pk)
            logger.warning("job %s: attempt %s stops itself", self.job.pk, self.job.attempt)
            os._exit(STOPPED_EXIT)
