"""`segplatform backup`: database, files and keys in one file."""

import os
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects import hooks
from segplatform.backup import BackupError, backup
from segplatform.database_copy import DatabaseCopyError

MIB = 2**20


class Command(BaseCommand):
    """Write a backup."""

    help = "Write database, files and keys into one file; Segplatform may run meanwhile."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="to write; it must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"].absolute()
        try:
            told = backup(file=file, folders=stored_folders)
        except (BackupError, DatabaseCopyError, OSError) as error:
            raise CommandError(str(error)) from error
        size = file.stat().st_size / MIB
        self.stdout.write(f"{file}: {len(told['files'])} files, {size:,.1f} MiB.")
        self.stdout.write("It holds keys and customers' data: keep it where only you can read it.")
        if os.environ.get("SECRET_KEY"):
            self.stdout.write("SECRET_KEY comes from the environment: keep that too.")


def stored_folders(alias: str) -> Iterable[str]:
    """Name the folders that the rows of all apps point to."""
    return (folder for ask in hooks.stored_folders for folder in ask(alias))
