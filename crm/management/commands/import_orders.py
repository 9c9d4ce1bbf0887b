from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.abilities import earn_history
from crm.importing.jobs import State
from crm.management.import_command import ImportCommand
from crm.models import ImportJob
from crm.words.wording import number


class Command(ImportCommand):
    kind = "orders"
    command = "import_orders"
    help = (
        "Brings a shop's past in from a CSV (plain or gzipped) or XLSX file of order lines: customers, products, "
        "orders, returns, and the facts on their timelines, with their own dates. Run twice it doubles nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--earn",
            action="store_true",
            help="let what was sold earn points in the running programmes, by its own dates",
        )

    def _show(self, job: ImportJob, path: Path, options: dict[str, Any]) -> None:
        super()._show(job, path, options)
        if options["earn"] and job.state == State.DONE:
            self._earn(job)

    def _earn(self, job: ImportJob) -> None:
        tenths: set[int] = set()

        def heard(done: int, total: int) -> None:
            if (tenth := 10 * done // total) not in tenths:
                tenths.add(tenth)
                said = _("Points: {done} of {total} orders")
                self.console.print(said.format(done=number(done), total=number(total)))

        orders, points = earn_history()(shop=job.shop, at=timezone.now(), heard=heard)
        sentence = ngettext(
            "{orders} order earned {points} points.", "{orders} orders earned {points} points.", orders
        )
        self.console.print(sentence.format(orders=number(orders), points=number(points)))
