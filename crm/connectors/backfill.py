"""What a shop had before it was connected is asked for and brought here, as if it came by itself."""

from __future__ import annotations

from datetime import datetime

from crm.connectors import CONNECTORS, inbox, landing, rounds
from crm.connectors.base import Page
from crm.models import Connection, ConnectorRound, User

PURPOSE = ConnectorRound.Purpose.BACK_FILL


def begin(
    connection: Connection, *, at: datetime, since: datetime | None = None, by: User | None = None
) -> ConnectorRound:
    """Everything, or what changed `since`. Raises the refusals of `rounds.begin`."""
    return rounds.begin(connection, purpose=PURPOSE, since=since, by=by, at=at)


def _kinds(connection: Connection) -> tuple[str, ...]:
    return CONNECTORS[connection.vendor].kinds_asked


def _deal(round: ConnectorRound, page: Page, at: datetime) -> rounds.Dealt:
    """Kept one by one, as they are when they come by themselves: what landed before a kill stays."""
    new = 0
    for parcel in page.parcels:
        kept = inbox.keep(round.connection, parcel, asked_in=round, at=at)
        if kept:
            new += 1
            landing.land(kept.pk, at=at)
    return rounds.Dealt(seen=len(page.parcels) if page.seen is None else page.seen, new=new)


def _finish(round: ConnectorRound, at: datetime) -> None:
    """What waited for something that came later lands by itself."""


TASK = rounds.Task(kinds=_kinds, deal=_deal, finish=_finish)
