"""`manage.py create_api_key --shop lipa-online --scopes '*'`: prints a key, once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.integrations.api_keys import UnknownScope, grantable, issue_key
from crm.models import Shop


class Command(BaseCommand):
    help = "Makes a key to the API for a shop and prints it. It is not kept and cannot be printed again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", required=True, metavar="SLUG", help="the shop that the key acts for")
        parser.add_argument(
            "--scopes", required=True, help="what it may do, with commas between: " + ", ".join(grantable())
        )
        parser.add_argument("--name", default="", help="how colleagues will know it")
        parser.add_argument("--expires", default=None, metavar="DATE", help="the last day is the one before")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(slug=options["shop"]).first()
        if shop is None:
            known = ", ".join(Shop.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no shop called {options['shop']}. Known: {known}.")
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        if not scopes:
            raise CommandError("Name at least one scope.")
        try:
            _, text = issue_key(
                shop=shop, scopes=scopes, name=options["name"], expires_at=_moment(options["expires"])
            )
        except UnknownScope as error:
            raise CommandError(f"There is no scope {error}. Known: {', '.join(grantable())}.") from error
        self.stdout.write(text)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError("--expires takes a date such as 2027-01-31.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
