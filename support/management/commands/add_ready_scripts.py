"""`manage.py add_ready_scripts`: drafts of the scripts that come with the house, those that are not there yet."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from crm import company
from support.scripts import adopting

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Command(BaseCommand):
    help = "Adds the ready scripts as drafts. What is there already is left as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--language",
            choices=LANGUAGES,
            help="in which colleagues write to each other; by default the company's first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        added = adopting.adopt(language=options["language"] or _first(), by=None, at=timezone.now())
        for draft in added:
            self.stdout.write(f"/{draft.script.shortcut}")
        self.stdout.write(f"{len(added)} drafts. Another person approves each before it is played.")


def _first() -> str:
    return next(iter(company.current().languages), settings.LANGUAGE_CODE)
