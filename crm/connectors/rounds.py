"""A walk through what a connected system answers: begun, gone on with wherever it stood, paused, stopped.

What is done with each page is its purpose's: `backfill` brings it here, `reconciling` compares it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm.connectors import CONNECTORS
from crm.connectors.base import AskedTooOften, CannotBeAsked, NotAnswering, Page
from crm.errors import Refusal
from crm.models import Connection, ConnectorRound, User

log = logging.getLogger(__name__)

ROUNDS = 7_210_004
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# Some hours of a shop that does not answer; then people have to look.
MOST_ATTEMPTS = 12


class AtItAlready(Refusal):
    code = "at-it-already"
    title = _("Veren is at it already. See how far it has come.")


@dataclass(frozen=True, kw_only=True)
class Dealt:
    """What came of a page: how many things it held, and how many of them were new."""

    seen: int
    new: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a purpose asks for, and does. `finish` comes after the last page; both may be done twice."""

    kinds: Callable[[Connection], tuple[str, ...]]
    deal: Callable[[ConnectorRound, Page, datetime], Dealt]
    finish: Callable[[ConnectorRound, datetime], None]


def begin(
    connection: Connection,
    *,
    purpose: str,
    at: datetime,
    since: datetime | None = None,
    by: User | None = None,
) -> ConnectorRound:
    """Not idempotent: of each purpose one is under way at once.

    Raises:
        CannotBeAsked: an address or keys are missing.
        AtItAlready.
    """
    connector = CONNECTORS[connection.vendor]
    if not connector.can_be_asked(connection.address, connection.secrets):
        raise CannotBeAsked
    try:
        with transaction.atomic():
            return ConnectorRound.objects.create(
                connection=connection, purpose=purpose, since=since, started_by=by, created_at=at, moved_at=at
            )
    except IntegrityError as error:
        raise AtItAlready from error


def stop(round: ConnectorRound, *, at: datetime) -> None:
    """After the page in hand. What was brought stays, and it can go on. Idempotent."""
    ConnectorRound.objects.at_work().filter(pk=round.pk).update(stopped_at=at)


def go_on(round: ConnectorRound, *, at: datetime) -> None:
    """Take it up again where it stood. Idempotent.

    Raises:
        AtItAlready: another one was begun since.
    """
    unfinished = ConnectorRound.objects.filter(pk=round.pk, finished_at=None)
    try:
        with transaction.atomic():
            unfinished.update(
                stopped_at=None, paused_until=None, failure_code="", figures={}, attempts=0, moved_at=at
            )
    except IntegrityError as error:
        raise AtItAlready from error


def walk(
    round: ConnectorRound,
    task: Task,
    *,
    clock: Callable[[], datetime],
    until: datetime | None = None,
    heard: Callable[[ConnectorRound], object] = lambda round: None,
) -> ConnectorRound:
    """Do what is left of it: until it is done, stopped, paused by the shop, or a moment has come.

    Each page moves the cursor: killed anywhere, it goes on where it stood. By two at once nothing is done: the second
    goes away again.
    """
    with _alone(round) as is_mine:
        while is_mine and _can_go_on(round, clock()) and not (until and clock() > until):
            try:
                _step(round, task, clock)
            except (AskedTooOften, NotAnswering) as refused:
                _pause(round, refused, at=clock())
            except Refusal as refused:
                _give_up(round, refused, at=clock())
            heard(round)
    return round


@contextmanager
def _alone(round: ConnectorRound) -> Iterator[bool]:
    """Held by the session."""
    key = [ROUNDS, round.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _can_go_on(round: ConnectorRound, at: datetime) -> bool:
    round.refresh_from_db()
    is_open = round.connection.closed_at is None
    return is_open and round.is_at_work and not (round.paused_until and round.paused_until > at)


def _step(round: ConnectorRound, task: Task, clock: Callable[[], datetime]) -> None:
    """One page, or what follows the last one."""
    known, kinds = round.connection, task.kinds(round.connection)
    kind = round.kind or kinds[0]
    if kind == AFTER_ALL:
        task.finish(round, clock())
        _move(round, clock(), finished_at=clock())
        return
    connector = CONNECTORS[known.vendor]
    page = connector.ask(known.address, known.secrets, kind=kind, since=round.since, turn=round.turn)
    dealt = task.deal(round, page, clock())
    seen = round.kind_seen + dealt.seen
    place: Mapping[str, object] = {
        "kind": kind,
        "turn": page.next,
        "kind_seen": seen,
        "kind_total": page.total,
    }
    if not page.next:
        following = (*kinds, AFTER_ALL)[kinds.index(kind) + 1]
        place = {"kind": following, "turn": "", "kind_seen": 0, "kind_total": None}
    _move(
        round,
        clock(),
        seen_count=F("seen_count") + dealt.seen,
        new_count=F("new_count") + dealt.new,
        **place,
    )


# Every page was seen: what can only be told now is still to be done.
AFTER_ALL = "after-all"


def _move(round: ConnectorRound, at: datetime, **changed: object) -> None:
    ConnectorRound.objects.filter(pk=round.pk).update(
        moved_at=at, attempts=0, paused_until=None, failure_code="", figures={}, **changed
    )


def _pause(round: ConnectorRound, refused: AskedTooOften | NotAnswering, *, at: datetime) -> None:
    """It goes on by itself. A shop that has not answered for long is looked at by people."""
    attempts = round.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _give_up(round, refused, at=at)
        return
    if isinstance(refused, AskedTooOften):
        pause = timedelta(seconds=refused.seconds)
    else:
        pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    ConnectorRound.objects.filter(pk=round.pk).update(
        moved_at=at,
        attempts=attempts,
        paused_until=at + pause,
        failure_code=refused.code,
        figures=refused.figures,
    )


def _give_up(round: ConnectorRound, refused: Refusal, *, at: datetime) -> None:
    log.warning(
        "a connection cannot be asked", extra={"connection": round.connection_id, "why": refused.code}
    )
    ConnectorRound.objects.filter(pk=round.pk).update(
        stopped_at=at, moved_at=at, failure_code=refused.code, figures=refused.figures
    )
