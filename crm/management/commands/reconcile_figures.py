from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.progress import bar
from crm.rollups import counting, reconciling


class Command(BaseCommand):
    help = (
        "Counts every day of the figures beside what stands, says what drifted, and fails when anything did."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="Put right what drifted.")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="Only from this day on, such as 2026-03-01."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        with bar(self.stdout) as show:
            for day in counting.count_stale(at=at):
                show(f"days that wait: {day}", 0, 1)
            run = reconciling.reconcile(
                at=at,
                since=options["since"],
                repair=options["repair"],
                heard=lambda done, total: show("days", done, total),
            )
        told = f"{run.days_count} days looked at"
        if not run.wrong_count:
            self.stdout.write(f"No figure drifted: {told}")
            return
        where = ", ".join(f"{rollup} {rows}" for rollup, rows in sorted(run.wrong.items()))
        end = "put right" if run.repaired_at else "not put right (--repair)"
        raise CommandError(f"Rows that stood wrongly: {run.wrong_count} ({where}), {end}; {told}")
