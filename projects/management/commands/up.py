"""`segplatform up`: start everything, and stop it in order."""

import socket
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from projects.management.first_owner import first_sign_in_link
from segplatform.data_lock import DataDirectoryTakenError, data_lock
from segplatform.logs import as_json_line
from segplatform.programs import free_address, services
from segplatform.queue_server import QueueServerError
from segplatform.supervisor import Supervisor

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
DEFAULT_WORKERS = 2
# How a line of a program is shown: beside its name, or as JSON.
FORMS: dict[str, Callable[[str, str], str] | None] = {"text": None, "json": as_json_line}


class Command(BaseCommand):
    """Start the queue server (unless REDIS_URL is set), migrations, web and workers."""

    help = "Start Segplatform: queue server, migrations, web and workers. Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="where to listen (%(default)s)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="(%(default)s)")
        parser.add_argument(
            "--workers",
            type=int,
            default=DEFAULT_WORKERS,
            help="job workers on this machine (%(default)s); 0 where they all run elsewhere",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        address = f"http://{'localhost' if host in EVERYWHERE else host}:{port}"
        try:
            with data_lock(settings.DATA_DIR, address):
                self.run(self.listen_on(host, port), port, address, options["workers"])
        except (DataDirectoryTakenError, QueueServerError) as error:
            raise CommandError(str(error)) from error

    def listen_on(self, host: str, port: int) -> str:
        """Return the IP address of ``host`` once sure that the port is free."""
        try:
            ip = free_address(host, port)
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
        if ip is None:
            raise CommandError(
                f"Port {port} is in use by another program: stop it, or add --port {port + 1}."
            )
        return ip

    def run(self, ip: str, port: int, address: str, workers: int) -> None:
        """Bring the tables up to date, then supervise until told to stop."""
        try:
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
            link = first_sign_in_link(address)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        connections.close_all()
        greeting = Greeting(self, ip, port, address, link)
        programs = services(host=ip, port=port, workers=workers)
        Supervisor(programs, tick=greeting.tick, form=FORMS[settings.LOG_FORMAT]).run()


class Greeting:
    """Says where Segplatform is, once it answers there."""

    def __init__(self, command: Command, ip: str, port: int, address: str, link: str) -> None:
        self.command, self.target = command, (ip, port)
        self.address, self.link, self.said = address, link, False

    def tick(self) -> None:
        """Print the address (and the first sign-in link) the first time the port answers.

        As text, whatever the logs are: it is for the person who started it, or their script.
        """
        if self.said:
            return
        try:
            socket.create_connection(self.target, timeout=1).close()
        except OSError:
            return
        self.said = True
        lines = ["", f"Segplatform is ready: {self.address}"]
        if self.link:
            lines.append(f"Sign in for the first time (works once): {self.link}")
        for line in [*lines, "Ctrl-C stops it."]:
            self.command.stdout.write(line)
        self.command.stdout.flush()
