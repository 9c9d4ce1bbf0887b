"""`manage.py connect woocommerce --shop lipa-online`: a shop connected, its access changed, its past brought in.

Prints where the shop's system is to knock and the secret to type there, once; then what stands in the way of asking
that system, each in a sentence with the cure. Run again with other keys it changes them.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from crm.connectors import CONNECTORS, backfill, connecting, reconciling, rounds, tasks, wording
from crm.errors import Refusal
from crm.models import Connection, ConnectorRound, Shop
from crm.progress import bar


def _vendor(typed: str) -> str:
    """However it is spelt: one-c, one_c."""
    return next((name for name in CONNECTORS if name.replace("_", "-") == typed.replace("_", "-")), typed)


class Command(BaseCommand):
    help = (
        "Connects a shop with what it already runs, and prints the address and the secret to type there, once. "
        "With its address and keys, --back-fill brings in its past and --compare holds its orders beside ours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("vendor", type=_vendor, choices=sorted(CONNECTORS), help="what the shop runs")
        parser.add_argument("--shop", required=True, metavar="SLUG", help="whose orders it brings")
        parser.add_argument("--address", default="", help="where the shop is asked: https://shop.example/")
        parser.add_argument(
            "--secret",
            action="append",
            default=[],
            metavar="NAME",
            help="a key that the shop made: it is asked for, or read as a line of the input; may be repeated",
        )
        parser.add_argument("--back-fill", action="store_true", help="bring in what the shop had before")
        parser.add_argument("--compare", action="store_true", help="compare the orders of the last days")

    def handle(self, *args: Any, **options: Any) -> None:
        vendor, shop = options["vendor"], self._shop(options["shop"])
        secrets = self._secrets(vendor, options["secret"])
        try:
            known = self._standing(shop, options, secrets) or self._made(
                shop, vendor, options["address"], secrets
            )
            for refused in connecting.look_around(known):
                self.stderr.write(wording.said(refused))
            if options["back_fill"]:
                self._walk(known, backfill.begin)
            if options["compare"]:
                self._walk(known, reconciling.begin)
        except Refusal as refused:
            details = [f"{fault.pointer.strip('/')}: {fault.detail}" for fault in refused.faults]
            raise CommandError("\n".join([wording.said(refused), *details])) from refused

    def _shop(self, slug: str) -> Shop:
        shop = Shop.objects.filter(slug=slug).first()
        if shop is None:
            known = ", ".join(Shop.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no shop called {slug}. Known: {known}.")
        return shop

    def _secrets(self, vendor: str, names: list[str]) -> dict[str, str]:
        """Never from the command line itself: that is shown to everybody on the machine."""
        asked = sorted(CONNECTORS[vendor].secrets.keys() - CONNECTORS[vendor].made_here)
        if unknown := set(names) - set(asked):
            raise CommandError(
                f"{vendor} knows no secret {', '.join(sorted(unknown))}. It knows: {', '.join(asked)}."
            )
        read = getpass if sys.stdin.isatty() else lambda prompt: sys.stdin.readline().strip()
        return {name: read(f"{name}: ") for name in names}

    def _standing(
        self, shop: Shop, options: Mapping[str, Any], secrets: Mapping[str, str]
    ) -> Connection | None:
        """The connection that there is, with its access changed, where something is to be done with it."""
        known = Connection.objects.open().filter(shop=shop, vendor=options["vendor"]).first()
        is_changed = bool(options["address"] or secrets)
        if known is None or not (is_changed or options["back_fill"] or options["compare"]):
            return None
        if is_changed:
            connecting.give_access(known, address=options["address"] or known.address, secrets=secrets)
        return known

    def _made(self, shop: Shop, vendor: str, address: str, secrets: Mapping[str, str]) -> Connection:
        fresh = connecting.fresh_secrets(vendor)
        made = connecting.connect(
            shop=shop, vendor=vendor, address=address, secrets={**secrets, **fresh}, at=timezone.now()
        )
        self.stdout.write(f"address: {reverse(CONNECTORS[vendor].route, args=[made.key])}")
        for name, secret in fresh.items():
            self.stdout.write(f"{name}: {secret}")
        return made

    def _walk(self, known: Connection, begin: Callable[..., ConnectorRound]) -> None:
        """Here and now, with a bar; whoever stops it leaves it to a worker."""
        round = begin(known, at=timezone.now())
        with bar(self.stdout) as show:
            rounds.walk(
                round,
                tasks.TASKS[round.purpose],
                clock=timezone.now,
                heard=lambda now: show(now.kind, now.kind_seen, now.kind_total or now.kind_seen + 1),
            )
        if not round.finished_at:
            raise CommandError(wording.sentence_of(round.failure_code, round.figures) or "It was stopped.")
        told = f"looked at {round.seen_count}, new {round.new_count}"
        if round.purpose == reconciling.PURPOSE:
            told = f"{told}, differed {round.differences_count}, put right {round.settled_count}"
        self.stdout.write(told)
