"""Lists that leave the house as a file: typed cells that nobody's spreadsheet will run.

A text that a spreadsheet could take for a formula is made inert: in XLSX it is a string by its type, in CSV an
apostrophe stands before it. Numbers and phones (“-12.50”, “+359888123456”) are no formulas and stay as they are.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeAlias

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from crm.errors import Refusal

Cell: TypeAlias = str | Decimal | int | date | datetime | None
Note: TypeAlias = Callable[[Sequence[Any]], None]

AT_A_TIME = 1_000
LONGEST_XLSX = 20_000  # five seconds of CPU
IN_MEMORY_BYTES = 5 * 1024 * 1024
BEGINS_A_FORMULA = "=+-@\t\r\n＝＋－＠﹢﹣﹦﹫"
_INERT = re.compile(r"[+-]?\d+(\.\d+)?")
_BOM = "\ufeff"  # or Excel takes UTF-8 for an alphabet of its own


@dataclass(frozen=True)
class Column:
    """`read` answers a typed value: amounts as Decimal, moments with their zone, phones as text."""

    label: str | Promise
    read: Callable[[Any], Cell]


class TooLongForXlsx(Refusal):
    code = "too-long-for-xlsx"
    title = _("This list is too long for an Excel file. Narrow it, or take it as CSV.")
    status = 422


def csv_of(rows: QuerySet[Any], columns: Sequence[Column], *, note: Note | None = None) -> Iterator[str]:
    """The file in pieces as it is read: as long as the list may be, it is never in memory.

    `note` is told of each page of rows before a word of it leaves.
    """
    lines = ([column.read(row) for column in columns] for row in walked(rows, note=note))
    yield from csv_of_table([column.label for column in columns], lines)


def csv_of_table(head: Sequence[str | Promise], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """What is no list of rows of ours, such as figures."""
    writer = csv.writer(_Passing())
    yield _BOM + writer.writerow([inert(str(words)) for words in head])
    for row in rows:
        yield writer.writerow([_as_text(cell) for cell in row])


def xlsx_of(rows: QuerySet[Any], columns: Sequence[Column], *, note: Note | None = None) -> IO[bytes]:
    """The file, from its beginning. `note` as in `csv_of`.

    Raises:
        TooLongForXlsx: over LONGEST_XLSX rows; nothing is written.
    """
    if rows.order_by()[: LONGEST_XLSX + 1].count() > LONGEST_XLSX:
        raise TooLongForXlsx
    lines = ([column.read(row) for column in columns] for row in walked(rows, note=note))
    return xlsx_of_table([column.label for column in columns], lines)


def xlsx_of_table(head: Sequence[str | Promise], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """As `csv_of_table`, from the beginning of the file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([_typed(sheet, str(words)) for words in head])
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (the response closes it)
    book.save(file)
    file.seek(0)
    return file


def walked(rows: QuerySet[Any], *, note: Note | None = None) -> Iterator[Model]:
    """Every row, newest first, in short questions by the key: no question is long, however long the list."""
    by_key = rows.order_by("-pk")
    last = None
    while True:
        page: list[Model] = list((by_key.filter(pk__lt=last) if last else by_key)[:AT_A_TIME])
        if note:
            note(page)
        yield from page
        if len(page) < AT_A_TIME:
            return
        last = page[-1].pk


def inert(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs."""
    if not text or _INERT.fullmatch(text):
        return text
    seen = _without_blanks(text)
    return f"'{text}" if text[0] in BEGINS_A_FORMULA or seen[:1] in tuple(BEGINS_A_FORMULA) else text


def _without_blanks(text: str) -> str:
    """Without what a reader may skip at the beginning: spaces, and letters that show nothing."""
    for place, letter in enumerate(text):
        if not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc"):
            return text[place:]
    return ""


def _as_text(value: Cell) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return "" if value is None else inert(value) if isinstance(value, str) else str(value)


def _typed(sheet: Any, value: Cell) -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _printable(value))
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    if isinstance(value, datetime):
        return WriteOnlyCell(sheet, timezone.localtime(value).replace(tzinfo=None, microsecond=0))
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        cell.number_format = "0.00##"
    return cell


def _printable(text: str) -> str:
    """XLSX is XML: control letters have no place in it."""
    return "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
    )


class _Passing:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
