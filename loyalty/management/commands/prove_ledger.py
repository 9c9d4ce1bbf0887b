from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.progress import bar
from loyalty.ledger import proving
from loyalty.ledger.invariants import INVARIANTS
from loyalty.ledger.proving import Violation


class Command(BaseCommand):
    help = "Looks at all invariants of the points ledger, says what is wrong and where, and fails when anything is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since-checkpoint",
            action="store_true",
            help="Only what changed since the last proof that found nothing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with bar(self.stdout) as show:
            proof, found = proving.prove(
                at=timezone.now(),
                since_checkpoint=options["since_checkpoint"],
                progress=lambda done, total: show("wallets", done, total),
            )
        for violation in found:
            self.stdout.write(said(violation))
        reach = f"since {proof.since:%Y-%m-%d %H:%M}" if proof.since else "whole"
        holds = len(INVARIANTS) - len(proof.broken)
        told = (
            f"{holds} of {len(INVARIANTS)} invariants hold ({reach}, {proof.wallets_count} wallets, "
            f"{proof.seconds:.1f} s)"
        )
        if proof.violations_count:
            raise CommandError(f"{proof.violations_count} violations: {told}")
        self.stdout.write(f"Ledger proved: {told}")


def said(violation: Violation) -> str:
    places = [f"wallet {violation.wallet_id}" if violation.wallet_id else ""]
    places.append(f"transaction {violation.transaction_id}" if violation.transaction_id else "")
    where = ", ".join(filter(None, places)) or "the house"
    return f"{violation.invariant}. {where}: {violation.detail}"
