"""The bytes of a file that came in pieces, from any place in it: as it is, or inside of an archive."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from crm.connectors.one_c.xml import NotCommerceML
from crm.importing.files import BLOCK, LARGEST_RATIO, LARGEST_UNPACKED, RATIO_COUNTS_FROM
from crm.importing.refusals import FileUnpacksTooFar
from crm.models import ExchangeFile

IN_MEMORY = 8 * BLOCK
MOST_MEMBERS = 20_000
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def blocks_of(file: ExchangeFile, *, start: int) -> Iterator[bytes]:
    """The content from a byte on.

    Raises:
        NotCommerceML: the archive is damaged, or locked by a password.
        FileUnpacksTooFar.
    """
    if file.archive is None:
        yield from _pieces(file, start=start)
        return
    with _opened(file.archive) as archive:
        try:
            info = archive.getinfo(file.name)
            _check(info)
            with archive.open(info) as member:
                member.seek(start)
                yield from _bounded(member, info.file_size - start)
        except (*DAMAGED, KeyError) as error:
            raise NotCommerceML from error


def members_of(archive: ExchangeFile) -> list[str]:
    """The names of the XML files in an archive.

    Raises:
        NotCommerceML.
    """
    with _opened(archive) as opened:
        names = [info.filename for info in opened.infolist()[:MOST_MEMBERS]]
    return [name for name in names if name.lower().endswith(".xml") and len(name) <= 200]


def _pieces(file: ExchangeFile, *, start: int) -> Iterator[bytes]:
    """One piece at a time in memory."""
    last = file.pieces.filter(starts_at__lte=start).order_by("-starts_at").first()
    while last:
        yield bytes(last.body)[max(start - last.starts_at, 0) :]
        last = file.pieces.filter(starts_at__gt=last.starts_at).order_by("starts_at").first()


@contextmanager
def _opened(archive: ExchangeFile) -> Iterator[zipfile.ZipFile]:
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as packed:
        for piece in _pieces(archive, start=0):
            packed.write(piece)
        try:
            opened = zipfile.ZipFile(packed)
        except DAMAGED as error:
            raise NotCommerceML from error
        with opened:
            yield opened


def _check(info: zipfile.ZipInfo) -> None:
    is_far = info.file_size > RATIO_COUNTS_FROM and info.file_size > LARGEST_RATIO * info.compress_size
    if is_far or info.file_size > LARGEST_UNPACKED:
        raise FileUnpacksTooFar


def _bounded(member: IO[bytes], left: int) -> Iterator[bytes]:
    """No more than the archive itself says that there is."""
    while left > 0 and (block := member.read(min(BLOCK, left))):
        left -= len(block)
        yield block
