from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    kind = "orders"
    command = "import_orders"
    help = (
        "Brings a shop's past in from a CSV (plain or gzipped) or XLSX file of order lines: customers, products, "
        "orders, returns, and the facts on their timelines, with their own dates. Run twice it doubles nothing."
    )
