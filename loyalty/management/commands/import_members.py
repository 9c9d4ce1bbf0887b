"""`manage.py import_members FILE --programme main --shop lipa-online [--dry-run]`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm import company
from crm.errors import Refusal
from crm.importing import files
from crm.models import Shop
from loyalty.members import moving_in
from loyalty.members.joining import programme_named
from loyalty.members.moving_in import Reader, Tally
from loyalty.models import Programme

SAID_EACH = 1_000
REFUSED_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Brings members of an earlier programme in from a CSV or XLSX file: points with the day they expire (as many "
        "rows for a member as lots), tier and until when, day of joining, card. Columns: "
        + ", ".join(moving_in.COLUMNS)
        + ". Started again after a stop, or run twice, it doubles nothing. Imported points are held against the file's."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--programme", required=True, help="the programme's short name")
        parser.add_argument("--shop", help="whose customers' numbers stand in the file; the first shop")
        parser.add_argument("--dry-run", action="store_true", help="read and count, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally = self._run(**options)
        except Refusal as refused:
            raise CommandError(str(refused.title)) from refused
        self._say(tally, is_dry=options["dry_run"])
        if tally.refused_points or (not options["dry_run"] and tally.file_points != tally.brought_points):
            raise CommandError("The file's points are not all here: see the rows above.")

    def _run(self, *, file: Path, programme: str, shop: str | None, dry_run: bool, **more: Any) -> Tally:
        at = timezone.now()
        its, whose = programme_named(programme, at=at), self._shop(shop)
        rows = iter(files.rows_of(file, files.examine(file, file.name)))
        _number, header = next(rows, (1, None))
        reader = Reader(header or [], programme=its, shop=whose, zone=company.current().clock, at=at)
        tally = Tally()
        for number, row in moving_in.read_all(rows, reader, tally):
            if not dry_run:
                self._bring(number, row, its, whose, tally)
            if tally.rows % SAID_EACH == 0:
                self.stderr.write(f"{tally.rows} rows")
        if not dry_run:
            tally.brought_points = moving_in.brought_in(its, tally.keys)
        return tally

    def _bring(self, number: int, row: moving_in.Row, programme: Programme, shop: Shop, tally: Tally) -> None:
        try:
            posted = moving_in.bring_in(row, programme=programme, shop=shop, at=timezone.now())
        except Refusal as refused:
            tally.refuse(number, refused.code, row.points)
            return
        if posted:
            tally.keys.append(row.key)
            tally.new_points += posted.points if posted.is_new else 0

    def _shop(self, slug: str | None) -> Shop:
        shops = Shop.objects.filter(is_active=True).order_by("pk")
        found = shops.filter(slug=slug).first() if slug else shops.first()
        if found is None:
            raise CommandError("There is no such shop.")
        return found

    def _say(self, tally: Tally, *, is_dry: bool) -> None:
        for line in self._lines(tally, is_dry=is_dry):
            self.stdout.write(line)

    def _lines(self, tally: Tally, *, is_dry: bool) -> Iterator[str]:
        yield f"rows: {tally.rows}"
        yield f"points in the file: {tally.file_points}"
        if not is_dry:
            yield f"points here: {tally.brought_points}, of them new: {tally.new_points}"
        for reason, count in tally.refused.most_common():
            yield f"refused, {reason}: {count}"
        for number, reason in tally.refused_rows[:REFUSED_SHOWN]:
            yield f"  row {number}: {reason}"
        if is_dry:
            yield "Nothing was written."
        elif tally.file_points == tally.brought_points:
            yield "The totals agree."
