from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console

from crm import company
from crm.words.wording import number
from loyalty.models import Programme
from loyalty.points.earning_history import earn_history


class Command(BaseCommand):
    help = (
        "Lets paid purchases that have not earned yet earn points by their own dates, and takes off what came back. "
        "Run twice it doubles nothing; stopped, it goes on where it stood."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", required=True, help="short name of the programme")
        parser.add_argument("--since", type=date.fromisoformat, help="only purchases paid since this day")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=cast(IO[str], self.stdout), highlight=False)
        programme = Programme.objects.filter(slug=options["programme"]).first()
        if programme is None:
            known = ", ".join(Programme.objects.values_list("slug", flat=True)) or "–"
            raise CommandError(
                _("There is no programme {slug}. There are: {known}").format(
                    slug=options["programme"], known=known
                )
            )
        tenths: set[int] = set()

        def heard(done: int, total: int) -> None:
            if (tenth := 10 * done // total) not in tenths:
                tenths.add(tenth)
                console.print(_("{done} of {total} orders").format(done=number(done), total=number(total)))

        earned = earn_history(programme, at=timezone.now(), since=_moment(options["since"]), heard=heard)
        sentence = ngettext(
            "{orders} order earned {points} points; {back} of them were taken back after returns.",
            "{orders} orders earned {points} points; {back} of them were taken back after returns.",
            earned.orders,
        )
        console.print(
            sentence.format(
                orders=number(earned.orders),
                points=number(earned.points),
                back=number(earned.taken_back_points),
            ),
            soft_wrap=True,
        )


def _moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, company.current().clock) if day else None
