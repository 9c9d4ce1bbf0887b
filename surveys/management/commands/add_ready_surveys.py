"""`manage.py add_ready_surveys`: drafts of the surveys that come with the house, those that are not there yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from surveys.writing import adopting


class Command(BaseCommand):
    help = "Adds the ready surveys as drafts. What is there already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        made = adopting.adopt(by=None, at=timezone.now())
        self.stdout.write(f"Drafts made: {len(made)}")
