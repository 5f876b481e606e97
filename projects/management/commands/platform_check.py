"""`segplatform check`: say what is wrong with this installation, and what to do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects import hooks
from segplatform.health import Finding, findings


class Command(BaseCommand):
    """Look at database, queue, data directory and settings."""

    help = "Look at database, queue, data directory and settings; fails when something is wrong."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for finding in (*findings(), *(Finding(*check()) for check in hooks.checks)):
            self.stdout.write(f"{finding.state:<6}  {finding.name}: {finding.text}")
            failed += finding.state == "failed"
        if failed:
            raise CommandError(f"{failed} of the checks failed: each line above says what to do.")
