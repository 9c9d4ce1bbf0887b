"""What every command has that brings in a file: `import_orders` and the like name their kind and nothing more."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from crm.errors import Refusal
from crm.importing import jobs, reporting, running
from crm.importing.columns import ColumnMap
from crm.importing.kinds import kind_named
from crm.importing.report import Report
from crm.models import ImportJob, Shop
from crm.words.wording import number


class ImportCommand(BaseCommand):
    """`command` is what the command is called by, to say how it goes on."""

    kind: ClassVar[str]
    command: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        kind = kind_named(self.kind)
        parser.add_argument("file", type=Path, help=f"CSV, CSV.GZ or XLSX, {kind.file_said}")
        parser.add_argument(
            "--shop",
            default="",
            help="short name of the shop it belongs to; may be left out where there is one only",
        )
        parser.add_argument("--layout", default="", choices=["", *(layout.name for layout in kind.layouts)])
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
            kind=self.kind,
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
        shops = {shop.slug: shop for shop in Shop.objects.all()}
        if not slug and len(shops) == 1:
            return next(iter(shops.values()))
        if slug in shops:
            return shops[slug]
        known = ", ".join(shops) or "–"
        if not slug:
            raise CommandError(_("Say which shop: --shop SLUG. There are: {known}").format(known=known))
        raise CommandError(_("There is no shop {slug}. There are: {known}").format(slug=slug, known=known))

    def _taken_up(self, options: dict[str, Any]) -> ImportJob:
        shop = self._shop(options["shop"])
        job = ImportJob.objects.filter(pk=options["job"], shop=shop, kind=self.kind).first()
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
        again = f"manage.py {self.command} {path} --shop {job.shop.slug} --job {job.pk}"
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


def table_of(report: Report, currency: str) -> Table:
    """File = imported + already there + refused, row by row."""
    table = Table(title=_("What became of the file"), show_footer=True)
    table.add_column(_("What"), footer=_("The file"))
    table.add_column(_("Rows"), justify="right", footer=number(report.rows))
    if report.has_documents:
        table.add_column(_("Documents"), justify="right", footer=number(_documents(report)))
        table.add_column(currency, justify="right")
    for line in report.lines:
        cells = [number(line.rows)]
        if line.documents is not None and line.amount is not None:
            cells += [number(line.documents), number(line.amount, 2)]
        table.add_row(line.label, *cells)
    for refused in report.refused:
        table.add_row(_("Refused: {reason}").format(reason=refused.label), number(refused.rows))
    for label, count in (
        (_("Customers named"), report.customers),
        (_("Parts of credits attached to what was sold"), report.attached),
        (_("Parts of credits that stand alone"), report.alone),
    ):
        if count is not None:
            table.add_row(label, number(count), style="dim")
    return table


def _documents(report: Report) -> int:
    return sum(line.documents or 0 for line in report.lines)
