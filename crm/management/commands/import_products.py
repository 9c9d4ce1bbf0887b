from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    kind = "products"
    command = "import_products"
    help = (
        "Brings products in from a CSV (plain or gzipped) or XLSX file: names, categories, brands, barcodes, unit "
        "costs, and the price and stock of each in a shop. What the file does not say stays as it is. Run twice it "
        "changes nothing."
    )
