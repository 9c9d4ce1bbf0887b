"""A file somebody gives us: what it is by its content, and its rows one at a time, within limits.

Nothing is ever unpacked as a whole: a bomb is noticed by its ratio while a block of it is in memory.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast

import openpyxl

from crm.importing.refusals import DamagedFile, FileTooLarge, FileUnpacksTooFar, NoRows, UnknownKindOfFile

BLOCK = 1 << 20
LARGEST_FILE = 512 * BLOCK
LARGEST_UNPACKED = 4096 * BLOCK
LARGEST_SHARED_TEXT = 64 * BLOCK
LARGEST_RATIO = 100
RATIO_COUNTS_FROM = 8 * BLOCK
SAMPLE_ROWS = 200
DELIMITERS = ",;\t|"
TEXT_NAMES = (".csv", ".txt", ".tsv")
XML_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<[A-Za-z]")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a file is to be read, as its content says."""

    is_workbook: bool = False
    is_gzipped: bool = False
    encoding: str = ""
    delimiter: str = ""


class Rows(Protocol):
    """Rows with their numbers in the file (the header is 1); a row that cannot be read is None."""

    share_read: float

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]: ...


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def examine(path: Path, name: str) -> Kind:
    """What kind of file this is, by its content, which its name must not contradict. Reads it once, to its end.

    Raises:
        UnknownKindOfFile, FileTooLarge, FileUnpacksTooFar, DamagedFile.
    """
    size, name = path.stat().st_size, name.lower()
    if size > LARGEST_FILE:
        raise FileTooLarge
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning == b"PK\x03\x04" and name.endswith(".xlsx"):
        _check_workbook(path)
        return Kind(is_workbook=True)
    is_gzipped = beginning[:2] == b"\x1f\x8b"
    if not name.removesuffix(".gz").endswith(TEXT_NAMES) or name.endswith(".gz") != is_gzipped:
        raise UnknownKindOfFile
    encoding = _encoding_of(path, is_gzipped)
    return Kind(is_gzipped=is_gzipped, encoding=encoding, delimiter=_delimiter_of(path, is_gzipped, encoding))


def _encoding_of(path: Path, is_gzipped: bool) -> str:
    """UTF-8 when all of it is; windows-1251 otherwise, which any bytes can be read as."""
    blocks = _unpacked(path, is_gzipped)
    first = next(blocks, b"")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        for _ in blocks:  # to the end: the limits are checked on the way
            pass
        return "utf-16"
    if b"\0" in first:
        raise UnknownKindOfFile
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = _decodes(decoder, first)
    for block in blocks:
        is_utf8 = is_utf8 and _decodes(decoder, block)
    return "utf-8-sig" if is_utf8 and _decodes(decoder, b"", final=True) else "windows-1251"


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _unpacked(path: Path, is_gzipped: bool) -> Iterator[bytes]:
    """The content in blocks.

    Raises:
        DamagedFile, FileUnpacksTooFar.
    """
    unpacked = 0
    with path.open("rb") as raw, closing(_opened(raw, is_gzipped)) as content:
        try:
            while block := content.read(BLOCK):
                unpacked += len(block)
                _check_ratio(raw.tell(), unpacked)
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DamagedFile from error


def _opened(raw: IO[bytes], is_gzipped: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_gzipped else raw


def _check_ratio(packed: int, unpacked: int) -> None:
    if unpacked > LARGEST_UNPACKED:
        raise FileTooLarge
    if unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * packed:
        raise FileUnpacksTooFar


def _check_workbook(path: Path) -> None:
    """A zip with a workbook's parts, none of which unpacks too far or declares a document type of its own.

    Without a DOCTYPE there are no entities: nothing can grow, or be fetched, while the XML is read.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            infos = parts.infolist()
            if "xl/workbook.xml" not in parts.namelist():
                raise UnknownKindOfFile
            _check_ratio(path.stat().st_size, sum(info.file_size for info in infos))
            if any(
                info.file_size > LARGEST_SHARED_TEXT for info in infos if "sharedStrings" in info.filename
            ):
                raise FileTooLarge
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with parts.open(info) as part:
                        if not XML_BEGINS.match(part.read(1024)):
                            raise UnknownKindOfFile
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DamagedFile from error


def _delimiter_of(path: Path, is_gzipped: bool, encoding: str) -> str:
    """The mark that divides the first lines into the most columns, the same number in each."""
    beginning = next(_unpacked(path, is_gzipped), b"").decode(encoding, errors="replace")
    lines = beginning.splitlines()[:20]

    def columns(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        return len(set(widths)) == 1, widths[0] if widths else 0

    try:
        return max(DELIMITERS, key=lambda mark: (columns(mark)[1] > 1, *columns(mark)))
    except csv.Error:
        return DELIMITERS[0]


def rows_of(path: Path, kind: Kind) -> Rows:
    return WorkbookRows(path) if kind.is_workbook else TextRows(path, kind)


class TextRows:
    """The rows of a CSV file. Blank lines are counted and left out."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path, self.kind = path, kind
        self.share_read = 0.0

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]:
        size = self.path.stat().st_size or 1
        with self.path.open("rb") as raw, closing(_opened(raw, self.kind.is_gzipped)) as content:
            text = io.TextIOWrapper(content, self.kind.encoding, errors="replace", newline="")
            rows = csv.reader((line.replace("\0", "") for line in text), delimiter=self.kind.delimiter)
            number = 0
            while True:
                number += 1
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    yield number, None
                    continue
                self.share_read = raw.tell() / size
                if row:
                    yield number, row


class WorkbookRows:
    """The rows of a workbook: its first sheet, and every further one under the same header."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.share_read = 0.0

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which no row has
            with closing(openpyxl.load_workbook(self.path, read_only=True, data_only=True)) as book:
                yield from self._rows(book)

    def _rows(self, book: Any) -> Iterator[tuple[int, list[str] | None]]:
        sheets = book.worksheets
        expected = sum(sheet.max_row or 0 for sheet in sheets) or 1
        number, header = 0, None
        for sheet in sheets:
            sheet.reset_dimensions()  # they are a claim of whoever wrote the file
            rows = (_trimmed([_as_text(cell) for cell in row]) for row in sheet.iter_rows(values_only=True))
            own_header = next(rows, [])
            if header is None:
                header, number = own_header, 1
                yield number, header
            elif own_header != header:
                continue
            for row in rows:
                number += 1
                self.share_read = min(number / expected, 1.0)
                if row:
                    yield number, row + [""] * (len(header) - len(row))


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\0", "")


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """The header of a file and its first rows, for guessing and for showing."""

    header: list[str]
    rows: list[list[str]]

    def column(self, position: int) -> list[str]:
        return [row[position] for row in self.rows if position < len(row)]


def glimpse(path: Path, kind: Kind) -> Glimpse:
    """Raises NoRows where there is no header, or nothing below it."""
    found: list[list[str]] = []
    for _, row in rows_of(path, kind):
        if row is not None:
            found.append([cell.strip() for cell in row])
        if len(found) > SAMPLE_ROWS:
            break
    if len(found) < 2 or not any(found[0]):
        raise NoRows
    return Glimpse(header=found[0], rows=found[1:])
