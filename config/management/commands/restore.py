from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import backup
from crm.progress import bar


class Command(BaseCommand):
    help = "Fills an empty database from a backup and compares the totals. Stop web, relay, worker and beat before."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument("--replace", action="store_true", help="throw away what the database holds")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many tables at a time")

    def handle(self, *args: Any, file: Path, replace: bool, jobs: int, **options: Any) -> None:
        try:
            totals = backup.read_totals(file)
            with bar(self.stdout) as progress:
                differences = backup.read_back(
                    connection, file, replace=replace, jobs=jobs, progress=progress
                )
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        for it in differences:
            self.stderr.write(f"  {it.name}: {it.backed_up} backed up, {it.found} found")
        if differences:
            raise CommandError("What was read back is not what was backed up.")
        rows = sum(totals.rows.values())
        self.stdout.write(f"{len(totals.rows)} tables and {rows} rows, all totals equal.")
        self._say_what_waits()

    def _say_what_waits(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("The backup is older than this code: run `manage.py migrate` next.")
