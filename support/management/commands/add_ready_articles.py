from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from support.help import adopting


class Command(BaseCommand):
    help = (
        "Adds and publishes the ready articles of the help centre that are not there yet, in three languages. Run "
        "twice it changes nothing. They speak of an invented shop: read them before customers do."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        added = adopting.adopt(by=None, at=timezone.now())
        self.stdout.write(f"{added} articles added.")
