"""Files of orders as shops export them. `HISTORY` is one small past in which everything happens once."""

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl

REAL_FILE = Path(__file__).parents[3] / "shared" / "data" / "online_retail_ii_2009_2010.csv.gz"

HEADER = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]

UK = "United Kingdom"
HISTORY = [
    ["489434", "85048", "GLASS BALL", "12", "2009-12-01 07:45:00", "6.95", "13085", UK],
    ["489434", "22041", "RECORD FRAME ", "10", "2009-12-01 07:45:00", "2.1", "13085", UK],
    ["489435", "22350", "CAT BOWL", "12", "2009-12-01 07:46:00", "2.55", "12345", UK],
    # The invoice goes on: its rows do not stand together, carry a second minute, and repeat one another.
    ["489434", "85048", "GLASS BALL", "12", "2009-12-01 07:46:00", "6.95", "13085", UK],
    # Nobody in particular bought this one.
    ["489436", "21232", "TRINKET BOX", "1", "2009-12-01 09:06:00", "1.25", "", UK],
    # Comes back in part: twelve of one line and eight of the other.
    ["C489500", "85048", "GLASS BALL", "-20", "2009-12-02 10:00:00", "6.95", "13085", UK],
    ["489600", "85048", "GLASS BALL", "5", "2009-12-03 10:00:00", "6.5", "13085", UK],
    # More than is left: five of the newest, four of the rest, three stand alone.
    ["C489700", "85048", "GLASS BALL", "-12", "2009-12-04 10:00:00", "6.95", "13085", UK],
    ["C489701", "99999", "NEVER SOLD", "-1", "2009-12-04 10:01:00", "3.00", "12345", UK],
    ["C489702", "M", "Manual", "-1", "2009-12-04 10:02:00", "9.99", "", UK],
    ["C489703", "M", "Manual", "1", "2009-12-04 10:03:00", "373.57", "", UK],
    ["489800", "84999", "", "-5", "2009-12-05 10:00:00", "0", "", UK],
    ["489801", "84998", "found in the cellar", "7", "2009-12-05 10:01:00", "0", "", UK],
    ["A506401", "B", "Adjust bad debt", "1", "2010-04-29 13:36:00", "-53594.36", "", UK],
    ["489900", "22041", "RECORD FRAME", "ten", "2009-12-06 10:00:00", "2.1", "12345", UK],
    ["489901", "22041", "RECORD FRAME", "10", "2009-12-06 10:00:00", "cheap", "12345", UK],
    ["489902", "22041", "RECORD FRAME", "10", "yesterday", "2.1", "12345", UK],
    ["", "22041", "RECORD FRAME", "10", "2009-12-06 10:00:00", "2.1", "12345", UK],
    ["489903", "", "RECORD FRAME", "10", "2009-12-06 10:00:00", "2.1", "12345", UK],
    ["489904", "22041", "RECORD FRAME"],
    # In British summer; rounded half up to a penny; postage is sold and makes no product.
    ["490000", "22041", "FRAME, RECORD", "1", "2010-07-01 12:00:00", "2.1", "12345.0", UK],
    ["490000", "22041", "RECORD FRAME", "5", "2010-07-01 12:00:00", "0.001", "12345.0", UK],
    ["490000", "post", "POSTAGE", "1", "2010-07-01 12:00:00", "18", "12345.0", UK],
]  # fmt: skip


def as_text(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return file.getvalue()


def csv_file(
    folder: Path,
    rows: Sequence[Sequence[str]] = HISTORY,
    *,
    header: Sequence[str] = HEADER,
    name: str = "history.csv",
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    content = as_text(rows, header=header, delimiter=delimiter).encode(encoding)
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def xlsx_file(folder: Path, *sheets: Sequence[Sequence[object]], name: str = "history.xlsx") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    book.save(folder / name)
    return folder / name


def typed(row: Sequence[str]) -> list[object]:
    """The row as a workbook keeps it: numbers are numbers, dates are dates."""
    reference, sku, name, quantity, date, price, customer, country = row
    return [
        int(reference) if reference.isdigit() else reference,
        int(sku) if sku.isdigit() else sku,
        name or None,
        int(quantity),
        datetime.fromisoformat(date),
        float(price),
        float(customer) if customer else None,
        country,
    ]
