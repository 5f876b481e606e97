"""`segplatform audit`: check the audit logs, or write one out."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from projects.models import PLATFORM, AuditHead
from projects.services.audit import audit_list
from projects.services.audit_chain import audit_verify
from projects.services.audit_file import audit_lines


class Command(BaseCommand):
    """Check every log, also those of deleted projects, and the installation's own."""

    help = "Check the audit logs of all projects and the installation's own; or write one out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--export",
            metavar="LOG",
            help='write a log as JSON lines: the id of a project, or "installation"',
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["export"]:
            self._export(options["export"])
            return
        wrong = [str(pk) for pk in self._chains() if not self._check(pk)]
        if wrong:
            raise CommandError(f"{len(wrong)} of the logs are not whole: see the lines above.")

    def _chains(self) -> list[UUID]:
        heads = AuditHead.objects.exclude(project_id=PLATFORM).order_by("project_id")
        return [PLATFORM, *heads.values_list("project_id", flat=True)]

    def _check(self, project_id: UUID) -> bool:
        verdict = audit_verify(project_id=project_id)
        name = "installation" if project_id == PLATFORM else str(project_id)
        state = "ok" if verdict.holds else "broken"
        words = f"entries: {verdict.entries:,}" if verdict.holds else verdict.problem
        self.stdout.write(f"{state:<6}  {name}: {words}")
        return verdict.holds

    def _export(self, name: str) -> None:
        try:
            project_id = PLATFORM if name == "installation" else UUID(name)
        except ValueError:
            raise CommandError('Name the id of a project, or "installation".') from None
        entries = audit_list(project_id=project_id).order_by("number")
        for line in audit_lines(entries):
            self.stdout.write(line, ending="")
