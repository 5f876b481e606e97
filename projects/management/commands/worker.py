"""`segplatform worker`: take jobs from the queues, on this or another machine."""

import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import ConnectionError as RedisConnectionError


class Command(BaseCommand):
    """Run one worker until it is stopped."""

    help = (
        "Run one worker. On another machine set DATABASE_URL, REDIS_URL, SECRET_KEY and a shared "
        "SEGPLATFORM_DATA_DIR as on the first."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queues",
            default=",".join(settings.QUEUES),
            help="in the order they are asked, separated by commas (%(default)s)",
        )
        parser.add_argument("--name", help="unique among all workers (machine and process)")

    def handle(self, *args: Any, **options: Any) -> None:
        queues = [name.strip() for name in options["queues"].split(",") if name.strip()]
        unknown = sorted(set(queues) - set(settings.QUEUES))
        if unknown or not queues:
            raise CommandError(
                f"There is no queue {', '.join(unknown) or '(none given)'}: "
                f"choose from {', '.join(settings.QUEUES)}."
            )
        from projects.jobs.worker import work

        try:
            work(queues, options["name"] or f"{socket.gethostname()}.{os.getpid()}")
        except RedisConnectionError as error:
            raise CommandError(
                "The queue server does not answer: run `segplatform up`, or set REDIS_URL."
            ) from error
