from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test.utils import override_settings

TRANSLATED = ["bg", "ru"]
# config/locale too: found on the way, it would be written to even when only a copy is asked for.
IGNORED = ["config/locale", ".venv/*", "build/*", "tests/*", "staticfiles/*", "media/*", ".state/*"]


class Command(BaseCommand):
    help = (
        "Collects the strings of code and templates into config/locale and compiles them. Needs GNU gettext."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Change nothing; fail on a string that is missing, fuzzy or stale.",
        )
        parser.add_argument("--compile", action="store_true", help="Only compile; needs no gettext.")

    def handle(self, *args: Any, **options: Any) -> None:
        home = settings.LOCALE_PATHS[0]
        if options["check"]:
            self.check_catalogues(home)
            return
        if not options["compile"]:
            collect(home)
        for language in TRANSLATED:
            catalogue(home, language).save_as_mofile(str(file_of(home, language, "mo")))
            faults = list(faults_of(home, language))
            self.stdout.write(f"{language}: {len(faults)} to translate")

    def check_catalogues(self, home: Path) -> None:
        with TemporaryDirectory() as folder:
            fresh = Path(folder) / "locale"
            shutil.copytree(home, fresh)
            collect(fresh)
            faults = [
                f"{language}: {fault}" for language in TRANSLATED for fault in faults_of(fresh, language)
            ]
        faults += [
            f"{language}: run manage.py catalogues" for language in TRANSLATED if is_stale(home, language)
        ]
        if faults:
            raise CommandError("\n".join(["The catalogues are not complete:", *faults]))


def collect(home: Path) -> None:
    """Bring the catalogues in `home` up to the strings of the whole project."""
    if not shutil.which("xgettext"):
        raise CommandError("GNU gettext is missing: install it (Debian: apt-get install gettext).")
    for language in TRANSLATED:
        file_of(home, language, "po").parent.mkdir(parents=True, exist_ok=True)
    with override_settings(LOCALE_PATHS=[home]):
        call_command(
            "makemessages",
            locale=TRANSLATED,
            ignore_patterns=IGNORED,
            no_obsolete=True,
            add_location="file",
            verbosity=0,
        )


def faults_of(home: Path, language: str) -> list[str]:
    """The strings nobody has translated, or only guessed at."""
    entries = catalogue(home, language)
    return [
        f"“{entry.msgid}” ({entry.occurrences[0][0]})"
        for entry in entries
        if entry.fuzzy or not entry.translated()
    ]


def is_stale(home: Path, language: str) -> bool:
    """Whether the compiled catalogue says something else than its source."""
    compiled = file_of(home, language, "mo")
    if not compiled.exists():
        return True
    said = {(entry.msgctxt, entry.msgid): spoken(entry) for entry in polib.mofile(str(compiled))}
    return said != {(entry.msgctxt, entry.msgid): spoken(entry) for entry in catalogue(home, language)}


def spoken(entry: polib.POEntry | polib.MOEntry) -> object:
    return entry.msgstr_plural or entry.msgstr


def catalogue(home: Path, language: str) -> polib.POFile:
    return polib.pofile(str(file_of(home, language, "po")))


def file_of(home: Path, language: str, ending: str) -> Path:
    return home / language / "LC_MESSAGES" / f"django.{ending}"
