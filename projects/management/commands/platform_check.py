"""`segplatform check`: say what is wrong with this installation, and what to do."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects import hooks
from segplatform.health import Finding, findings


class Command(BaseCommand):
    """Look at every part of this installation, and say how to mend what is wrong."""

    help = (
        "Look at database, queue, workers, jobs, disk, permissions, clock, sandbox and settings; "
        "each line says what to do, and the exit code is 1 when something is wrong."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--files",
            action="store_true",
            help="also read every file and compare it with the database (it may take minutes)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for finding in self.look(files=options["files"]):
            self.stdout.write(f"{finding.state:<6}  {finding.name}: {finding.text}")
            failed += finding.state == "failed"
        if failed:
            raise CommandError(f"{failed} of the checks failed: each line above says what to do.")

    def look(self, *, files: bool) -> Iterator[Finding]:
        """Run every check; what runs on the queue is looked at only where there is one."""
        from projects.services import watch

        answers = True
        for finding in findings():
            answers = answers and (finding.name, finding.state) not in UNANSWERED
            yield finding
        if answers:
            yield from findings(watch.CHECKS)
        yield from (Finding(*check()) for check in hooks.checks)
        if files:
            yield from findings((watch.check_files,))


# Who has not started Segplatform yet need not be told that no worker runs.
UNANSWERED = {("queue", "note"), ("queue", "failed"), ("database", "failed"), ("database", "note")}
