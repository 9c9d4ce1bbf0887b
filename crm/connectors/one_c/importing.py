"""What is in a brought file becomes what the house keeps, some records at a time.

Each handful is one transaction that moves the file's cursor: killed anywhere, it goes on where it stood, and of two at
one file one stops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction

from crm.connectors.one_c import documents, exchange
from crm.connectors.one_c.files import blocks_of, members_of
from crm.connectors.one_c.goods import moment_in, told_in
from crm.connectors.one_c.xml import ROOT, Cursor, Record, records
from crm.errors import Refusal
from crm.models import Exchange, ExchangeFile
from crm.purchases import shelf

AT_ONCE = 500
# 1C waits for half a minute at least; whoever serves it has others to serve as well.
ONE_STEP = timedelta(seconds=5)

END_OF_ARCHIVE = re.compile(rb"PK\x05\x06")
END_OF_XML = re.compile(
    b"</[^<>]{0,40}(?:%s)\\s*>" % b"|".join(ROOT.encode(encoding) for encoding in ("utf-8", "windows-1251"))
)
LONGEST_END = 256

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many records of a file are done; `is_over`: all of them."""

    done: int
    is_over: bool


def go_on(brought: Exchange, *, name: str, clock: Clock, until: datetime | None = None) -> Progress:
    """Do what is left of a file, for one step at most. Called again after the end, it says so again.

    Raises:
        NoSuchFile.
        NotCommerceML, DefinesEntities, RecordTooLarge, FileUnpacksTooFar: what was read before stands.
    """
    until = until or clock() + ONE_STEP
    done = 0
    for file in _files(brought, name, at=clock()):
        if file.finished_at:
            done += file.records_done
            continue
        try:
            progress = _go_on(brought, file, clock=clock, until=until)
        except Refusal as refused:
            ExchangeFile.objects.filter(pk=file.pk).update(failure=refused.code[:60], finished_at=clock())
            raise
        done += progress.done
        if not progress.is_over:
            return Progress(done=done, is_over=False)
    exchange.note_done(brought, at=clock())
    return Progress(done=done, is_over=True)


def is_whole(brought: Exchange, *, name: str) -> bool:
    """Has the last piece of a file come? Nobody says so: its end does."""
    file = ExchangeFile.objects.filter(exchange=brought, name=name, archive=None, closed_at=None).first()
    if file is None:
        return False
    # The end may have come in two pieces.
    last = list(file.pieces.order_by("-starts_at")[:2])
    end = b"".join(bytes(piece.body)[-LONGEST_END:] for piece in reversed(last))
    return bool((END_OF_ARCHIVE if name.lower().endswith(".zip") else END_OF_XML).search(end))


def _files(brought: Exchange, name: str, *, at: datetime) -> list[ExchangeFile]:
    """What a name means: a file that was brought, one inside of an archive, or all that are inside of one."""
    ExchangeFile.objects.filter(exchange=brought, archive=None, closed_at=None).update(closed_at=at)
    files = ExchangeFile.objects.filter(exchange=brought).select_related("archive").order_by("pk")
    found = files.filter(name=name).last()
    if found and not name.lower().endswith(".zip"):
        return [found]
    archives = [found] if found else list(files.filter(archive=None, name__iendswith=".zip"))
    for archive in archives:
        names = [one for one in members_of(archive) if found or _is_same_file(one, name)]
        if names:
            return [_member(archive, one, at=at) for one in names]
    raise exchange.NoSuchFile


def _is_same_file(member: str, name: str) -> bool:
    return member.replace("\\", "/").rpartition("/")[2] == name.replace("\\", "/").rpartition("/")[2]


def _member(archive: ExchangeFile, name: str, *, at: datetime) -> ExchangeFile:
    member, _made = ExchangeFile.objects.select_related("archive").get_or_create(
        exchange=archive.exchange, archive=archive, name=name, defaults={"brought_at": at, "closed_at": at}
    )
    return member


def _go_on(brought: Exchange, file: ExchangeFile, *, clock: Clock, until: datetime) -> Progress:
    shop = brought.connection.shop
    start = Cursor.from_json(file.cursor)
    coming = records(blocks_of(file, start=start.offset), start=start)
    while handful := _handful(coming):
        if not _keep(brought, file, handful, at=clock()):
            break
        shelf.settle(shop=shop, at=clock())
        if clock() > until:
            return Progress(done=file.records_done, is_over=False)
    else:
        while shelf.settle(shop=shop, at=clock()):
            if clock() > until:
                return Progress(done=file.records_done, is_over=False)
        ExchangeFile.objects.filter(pk=file.pk).update(finished_at=clock())
        return Progress(done=file.records_done, is_over=True)
    return Progress(done=file.records_done, is_over=False)


def _handful(coming: Iterator[Record]) -> Sequence[Record]:
    return list(islice(coming, AT_ONCE))


@transaction.atomic
def _keep(brought: Exchange, file: ExchangeFile, handful: Sequence[Record], *, at: datetime) -> bool:
    """False: somebody else is at this file."""
    locked = ExchangeFile.objects.select_for_update(no_key=True, of=("self",)).get(pk=file.pk)
    if locked.records_done != file.records_done:
        return False
    shop = brought.connection.shop
    as_of = moment_in(handful[0].header, zone=ZoneInfo(shop.time_zone)) or file.brought_at
    # A clock that runs ahead must not make all later news old.
    as_of = min(as_of, at)
    told = [one for record in handful for one in told_in(record)]
    if told:
        shelf.tell(shop=shop, told=told, as_of=as_of, at=at)
    documents.keep(brought.connection, handful, as_of=as_of, at=at)
    last = handful[-1]
    is_full = any(_lists_all(record) for record in handful) or bool(file.cursor.get("is_full"))
    file.cursor = {**last.behind.as_json(), "is_full": is_full}
    file.records_done += len(handful)
    ExchangeFile.objects.filter(pk=file.pk).update(cursor=file.cursor, records_done=file.records_done)
    return True


def _lists_all(record: Record) -> bool:
    told = record.header.get("СодержитТолькоИзменения", "").lower()
    return record.node.name == "Товар" and told == "false"
