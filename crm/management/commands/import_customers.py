from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    kind = "customers"
    command = "import_customers"
    help = (
        "Brings customers in from a CSV (plain or gzipped) or XLSX file: names, phones, e-mails, cards, birthdays, "
        "addresses and recorded consents. What is on record stays; what is missing is added. Without a recorded "
        "consent nobody gets advertising. People who were erased are left out. Run twice it doubles nothing."
    )
