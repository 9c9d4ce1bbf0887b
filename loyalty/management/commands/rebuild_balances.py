from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.progress import bar
from loyalty.ledger import proving


class Command(BaseCommand):
    help = "Derives every balance again from its movements and compares. A difference is for people to look into."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prove",
            action="store_true",
            required=True,
            help="Compare and tell; nothing is ever overwritten.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with bar(self.stdout) as show:
            found = proving.differing_balances(progress=lambda done, total: show("wallets", done, total))
        for one in found:
            self.stdout.write(
                f"wallet {one.wallet_id}, {one.bucket}: {one.stands} stands, {one.derived} derived"
            )
        if found:
            raise CommandError(f"{len(found)} balances differ from their movements.")
        self.stdout.write("Every balance is what its movements make it.")
