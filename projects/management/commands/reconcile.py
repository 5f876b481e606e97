"""Give the queue back what it forgot, and mark jobs whose worker died."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# Half a lease: a dead process is seen after one and a half at most.
EVERY_SECONDS = settings.JOB_LEASE_SECONDS / 2


class Command(BaseCommand):
    """Bring jobs in the database and messages in the queue together again."""

    help = "Requeue what the queue server forgot and mark jobs lost whose worker died."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--forever", action="store_true", help=f"every {EVERY_SECONDS:g} seconds"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from projects.jobs.reconcile import reconcile
        from projects.services.watch import reconciler_beat

        if not options["forever"]:
            reconcile()
            return
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda signum, frame: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                reconcile()
                reconciler_beat()
            except (DatabaseError, RedisError) as error:
                logger.warning("not reconciled, tried again in %g s: %s", EVERY_SECONDS, error)
            stop.wait(EVERY_SECONDS)
