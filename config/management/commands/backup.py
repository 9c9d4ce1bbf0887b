from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from config import backup
from crm.progress import bar


class Command(BaseCommand):
    help = "Writes the whole database into a new file, with the totals that `restore` compares. All may go on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to; it must not be there yet")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with bar(self.stdout) as progress:
                totals = backup.write(connection, file, at=timezone.now(), progress=progress)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        rows, megabytes = sum(totals.rows.values()), file.stat().st_size / 1e6
        self.stdout.write(f"{file}: {len(totals.rows)} tables, {rows} rows, {megabytes:.1f} MB.")
        for name, value in totals.figures.items():
            self.stdout.write(f"  {name}: {value}")
