from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    kind = "reviews"
    command = "import_reviews"
    help = (
        "Brings reviews in from a CSV (plain or gzipped) or XLSX file: their words, ratings, dates, and whose they are "
        "where that is certain. Each goes to the department that can change something. Run twice it changes nothing."
    )
