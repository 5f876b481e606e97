"""What a job's function is given: its row, its arguments, progress, and the right to publish."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import OperationalError, transaction

from projects.jobs import attempts
from projects.jobs.connection import QUEUE_ERRORS, cancel_key, client
from projects.jobs.events import publish_change
from projects.jobs.log import JobLog
from projects.jobs.plain import plain_text
from projects.models import Job, Project, User
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.faults import fault

logger = logging.getLogger(__name__)

WRITE_SECONDS = 1.0
LOOK_SECONDS = 0.2
MESSAGE_LENGTH = 300


class JobProgress:
    """A kernel ``Progress`` of one attempt; to be called from the job's own thread."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lines = JobLog(job.pk)
        self._written = self._looked = float("-inf")

    def step(self, fraction: float, message: str = "") -> None:
        """Report ``fraction`` done (0 to 1), written once a second at most.

        Raises ``Cancelled`` once asked to stop, and ``Superseded`` where another attempt of
        the job, or nobody, owns the row.
        """
        now = time.monotonic()
        if now - self._written >= WRITE_SECONDS:
            self._written = self._looked = now
            self._write(min(1.0, max(0.0, fraction)), message)
        elif now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._look()

    def log(self, line: str) -> None:
        """Add one line to the job's log."""
        self.lines.add(line)

    def _write(self, fraction: float, message: str) -> None:
        text = plain_text(message, MESSAGE_LENGTH)
        try:
            attempts.write(self.job, progress=fraction, message=text)
        except OperationalError as error:  # a busy database must not end hours of work
            logger.warning("job %s: progress was not written: %s", self.job.pk, error)
            return
        publish_change(self.job)

    def _look(self) -> None:
        try:
            cancelled = client().exists(cancel_key(self.job.pk))
        except QUEUE_ERRORS:
            return  # the next write asks the database
        if cancelled:
            raise Cancelled


class JobContext:
    """One attempt of a job, as its function sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.args: dict[str, Any] = job.args
        self.attempt = job.attempt
        self.project: Project = job.project
        self.progress = JobProgress(job)

    @property
    def user(self) -> User:
        """The person who started it (checked to be there when the attempt began)."""
        if self.job.created_by is None:
            raise RuntimeError("a job of nobody does not start")
        return self.job.created_by

    @contextmanager
    def publish(self) -> Iterator[None]:
        """One short transaction for the result, if this attempt may still publish one.

        Raises ``Superseded`` or ``Cancelled`` before the block otherwise. The row stays locked
        until the commit, so nobody takes the job away in between: rename files before, and
        only write rows inside.
        """
        with transaction.atomic():
            attempts.write(self.job, lease_until=attempts.lease_end())
            transaction.on_commit(partial(fault, "publish:after_commit"))
            yield
            fault("publish:in_transaction")
