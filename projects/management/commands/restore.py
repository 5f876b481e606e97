"""`segplatform restore`: an empty data directory becomes what a backup holds."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from segplatform.backup import BackupError
from segplatform.data_lock import DataDirectoryTakenError, data_lock
from segplatform.restore import restore


class Command(BaseCommand):
    """Restore a backup."""

    help = "Fill an empty data directory (and database) from a backup; then run `segplatform up`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="that `segplatform backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with data_lock(settings.DATA_DIR, "segplatform restore"):
                told = restore(file=options["file"].absolute())
        except (BackupError, DataDirectoryTakenError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{settings.DATA_DIR} holds the backup of {told['made']} ({len(told['files'])} files). "
            "Run `segplatform up`."
        )
