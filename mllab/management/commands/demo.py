"""`segplatform demo`: the demo project, whole, with or without workers."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.urls import reverse

from mllab.services import demo
from projects import hooks
from projects.models import User
from projects.services.jobs_here import job_finish
from projects.services.projects import project_purge
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress

NOBODY = (
    "There is nobody to own the project: run `segplatform up` and sign in, or "
    "`segplatform user create EMAIL`."
)
NO_TABLES = "The database is not ready ({error}): run `segplatform up` once first."
STOPPED = "Stopped: what was made of the demo project is removed."


class Command(BaseCommand):
    """Make the demo project."""

    help = (
        "Make the demo project: generated orders, prepared, segmented and scored. Needs neither "
        "workers nor the queue server."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=demo.ROWS, help="(%(default)s)")
        parser.add_argument("--customers", type=int, default=demo.CUSTOMERS, help="(%(default)s)")
        parser.add_argument(
            "--seed", type=int, default=demo.SEED, help="same seed, same orders (%(default)s)"
        )
        parser.add_argument("--owner", metavar="EMAIL", help="(the first owner)")
        parser.add_argument("--name", default=demo.NAME, help="(%(default)s)")
        parser.add_argument(
            "--address",
            default=f"http://{settings.HOST}:{settings.PORT}",
            help="the site's address, as the person reaches it (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Each job would say that it has ended, and that no queue server took it: none needs one.
        logging.getLogger("projects.jobs").setLevel(logging.ERROR)
        start = time.monotonic()
        try:
            owner = self.owner(options["owner"])
            url = self.make(owner, options)
        except OperationalError as error:
            raise CommandError(NO_TABLES.format(error=error)) from error
        self.stdout.write(f"The demo project is ready after {time.monotonic() - start:.1f} s:")
        self.stdout.write(options["address"].rstrip("/") + url)

    def owner(self, email: str | None) -> User:
        """Find who is to own it: by address, or the first owner."""
        if email:
            found = User.objects.filter(email=email.lower(), is_active=True).first()
            if found is None:
                raise CommandError(
                    f"There is nobody with the address {email}: "
                    "run `segplatform user create` first."
                )
            return found
        everybody = User.objects.filter(is_active=True)
        first = everybody.order_by("-is_superuser", "date_joined").first()
        if first is None:
            raise CommandError(NOBODY)
        return first

    def make(self, owner: User, options: dict[str, Any]) -> str:
        """Make it here; give the address of the project within the site."""
        sizes = {name: options[name] for name in ("name", "rows", "customers", "seed")}
        try:
            project, job = demo.demo_start(user=owner, **sizes)
            try:
                job_finish(job=job, progress=NullProgress())
            except KeyboardInterrupt:
                project_purge(project=project)
                raise CommandError(STOPPED) from None
            except UserError:
                demo.demo_remove(project=project)
                raise
        except Cancelled:
            raise CommandError(demo.CANCELLED) from None
        except UserError as error:
            raise CommandError(str(error)) from error
        return reverse(hooks.project_home, args=[project.pk])
