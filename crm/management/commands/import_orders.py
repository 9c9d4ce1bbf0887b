from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from crm.errors import Refusal
from crm.importing import jobs, reporting, running
from crm.importing.columns import ColumnMap
from crm.importing.layouts import LAYOUTS
from crm.models import ImportJob, Shop
from crm.wording import number


class Command(BaseCommand):
    help = (
        "Brings a shop's past in from a CSV (plain or gzipped) or XLSX file of order lines: customers, products, "
        "orders, returns, and the facts on their timelines, with their own dates. Run twice it doubles nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, CSV.GZ or XLSX, one row per line of an order")
        parser.add_argument("--shop", required=True, help="short name of the shop it belongs to")
        parser.add_argument("--layout", default="", choices=["", *(layout.name for layout in LAYOUTS)])
        parser.add_argument("--dry-run", action="store_true", help="only show what would happen")
        parser.add_argument("--job", type=int, help="go on with this import where it stopped")
        parser.add_argument("--currency", default="", help="ISO code; otherwise the layout's, or the shop's")
        parser.add_argument(
            "--time-zone", default="", help="of the dates in the file; otherwise as for the currency"
        )
        parser.add_argument(
            "--refused", type=Path, help="where to write the refused rows, with the reason in each"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console(file=cast(IO[str], self.stdout), highlight=False)
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file {path}.").format(path=path))
        try:
            self._import(path, options)
        except Refusal as refusal:
            raise CommandError(str(refusal.title)) from refusal

    def _import(self, path: Path, options: dict[str, Any]) -> None:
        job = self._taken_up(options) if options["job"] else self._opened(path, options)
        try:
            with self._progress() as heard:
                job = running.run(job, path, clock=timezone.now, heard=heard)
        except KeyboardInterrupt:
            jobs.cancel(job, at=timezone.now())
            job.refresh_from_db()
        self._show(job, path, options)

    def _opened(self, path: Path, options: dict[str, Any]) -> ImportJob:
        now = timezone.now()
        job = jobs.open_job(
            path,
            file_name=path.name,
            shop=self._shop(options["shop"]),
            layout=options["layout"],
            currency=options["currency"],
            time_zone=options["time_zone"],
            at=now,
        )
        if not options["dry_run"]:
            jobs.confirm(job, at=now)
        try:
            return jobs.begin(
                job,
                columns=ColumnMap.from_json(job.mapping),
                layout=job.layout,
                currency=job.currency,
                time_zone=job.time_zone,
                at=now,
            )
        except Refusal:
            job.delete()
            raise

    def _shop(self, slug: str) -> Shop:
        try:
            return Shop.objects.get(slug=slug)
        except Shop.DoesNotExist as error:
            known = ", ".join(Shop.objects.values_list("slug", flat=True)) or "–"
            raise CommandError(
                _("There is no shop {slug}. There are: {known}").format(slug=slug, known=known)
            ) from error

    def _taken_up(self, options: dict[str, Any]) -> ImportJob:
        job = ImportJob.objects.filter(pk=options["job"], shop__slug=options["shop"]).first()
        if job is None:
            raise CommandError(_("This shop has no import {number}.").format(number=options["job"]))
        if job.state == jobs.State.READY:
            return jobs.confirm(job, at=timezone.now())
        return jobs.go_on(job, at=timezone.now())

    @contextmanager
    def _progress(self) -> Iterator[Callable[[ImportJob], None]]:
        if not self.console.is_terminal:
            yield self._plain_progress()
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, TextColumn("{task.fields[rate]}"), console=self.console) as bars:
            bar = bars.add_task("", total=100, rate="")

            def heard(job: ImportJob) -> None:
                bars.update(bar, completed=job.percent, description=_phase(job), rate=_rate(job))

            yield heard

    def _plain_progress(self) -> Callable[[ImportJob], None]:
        """A line for every tenth of each phase."""
        said: set[tuple[str, int]] = set()

        def heard(job: ImportJob) -> None:
            tenth = job.state, job.percent // 10
            if job.is_at_work and tenth not in said:
                said.add(tenth)
                self.console.print(
                    " · ".join(part for part in (_phase(job), f"{job.percent} %", _rate(job)) if part)
                )

        return heard

    def _show(self, job: ImportJob, path: Path, options: dict[str, Any]) -> None:
        again = f"manage.py import_orders {path} --shop {options['shop']} --job {job.pk}"
        if job.state == jobs.State.CANCELLED:
            self.console.print(_("Stopped. To go on: {command}").format(command=again), soft_wrap=True)
            return
        self.console.print(table_of(reporting.report(job), job.currency))
        if options["refused"]:
            with options["refused"].open("w", encoding="utf-8", newline="") as file:
                file.writelines(reporting.refused_rows(job))
            self.console.print(
                _("The refused rows are in {path}.").format(path=options["refused"]), soft_wrap=True
            )
        if job.state == jobs.State.READY:
            self.console.print(_("Nothing was changed: this was a dry run."))
            running.discard(job)


def _phase(job: ImportJob) -> str:
    return str(job.get_state_display())


def _rate(job: ImportJob) -> str:
    if not job.rows_per_second:
        return ""
    rate = _("{rows} rows a second").format(rows=number(round(job.rows_per_second)))
    if job.seconds_left is None:
        return rate
    return _("{rate}, {seconds} s left").format(rate=rate, seconds=number(job.seconds_left))


def table_of(report: reporting.Report, currency: str) -> Table:
    """File = imported + already there + refused, row by row."""
    table = Table(title=_("What became of the file"), show_footer=True)
    table.add_column(_("What"), footer=_("The file"))
    table.add_column(
        _("Documents"), justify="right", footer=number(sum(line.documents for line in report.lines))
    )
    table.add_column(_("Rows"), justify="right", footer=number(report.rows))
    table.add_column(currency, justify="right")
    for line in report.lines:
        table.add_row(line.label, number(line.documents), number(line.rows), number(line.amount, 2))
    for refused in report.refused:
        table.add_row(_("Refused: {reason}").format(reason=refused.label), "", number(refused.rows), "")
    for label, count in (
        (_("Customers named"), report.customers),
        (_("Parts of credits attached to what was sold"), report.attached),
        (_("Parts of credits that stand alone"), report.alone),
    ):
        if count is not None:
            table.add_row(label, number(count), "", "", style="dim")
    return table
