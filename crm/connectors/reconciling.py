"""Each day the orders of a connected system are held beside ours: what is missing or differs is brought once more.

What still differs then, and what the shop no longer has, stays in the report for people. Orders whose points do not
stand as they should stand there too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from crm import abilities, feed, relay_lag
from crm.connectors import CONNECTORS, comparing, inbox, landing, rounds
from crm.connectors.base import Given, OrderGiven, Page, Parcel, ReturnGiven, Unreadable
from crm.connectors.comparing import Found
from crm.errors import Refusal
from crm.models import (
    AnsweredThing,
    Connection,
    ConnectorDelivery,
    ConnectorRound,
    Difference,
    FeedRow,
    Order,
    OutboxRow,
    Return,
    User,
)

PURPOSE = ConnectorRound.Purpose.COMPARISON
Kind = Difference.Kind
# A weekend without anybody looking.
LOOKS_BACK = timedelta(days=4)
ONCE_IN = timedelta(hours=22)
KEPT = timedelta(days=90)
# What is as young may still be on its way.
SETTLES_IN = timedelta(minutes=10)
# Of what seems to be gone there, so many are asked for by name.
MOST_ASKED_FOR = 50
AT_ONCE = 500


class NothingToBring(Refusal):
    code = "nothing-to-bring"
    title = _("The shop has nothing of this to bring. Look at the order, and decide.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing as the system tells it, and the parcel it came in."""

    given: OrderGiven | ReturnGiven
    parcel: Parcel


def begin(
    connection: Connection, *, at: datetime, since: datetime | None = None, by: User | None = None
) -> ConnectorRound:
    """Orders that changed `since`, else those of the last days. Raises the refusals of `rounds.begin`."""
    return rounds.begin(connection, purpose=PURPOSE, since=since or at - LOOKS_BACK, by=by, at=at)


def to_begin(*, at: datetime) -> list[Connection]:
    """Connections that can be asked, and were not compared for a day."""
    lately = ConnectorRound.objects.filter(
        connection=OuterRef("pk"), purpose=PURPOSE, created_at__gt=at - ONCE_IN
    )
    found = Connection.objects.open().filter(~Exists(lately)).exclude(address="").order_by("pk")
    return [one for one in found if CONNECTORS[one.vendor].can_be_asked(one.address, one.secrets)]


def bring_again(difference: Difference, *, at: datetime) -> bool:
    """Ask for one order anew and land it; whether it agrees now.

    Raises:
        NothingToBring: the shop has no such thing.
        Unreadable: what it has cannot be read.
        the refusals of `Connector.ask`.
    """
    round = difference.round
    told = _about(round.connection, difference.thing)
    if not told:
        raise NothingToBring
    for one in told:
        _bring(round, one.parcel, at=at)
    return _settle(round, difference, told[0], at=at)


def forget(*, at: datetime) -> None:
    """What differed long ago; that there was a comparison, and how many differed, stays. Idempotent."""
    Difference.objects.filter(round__created_at__lt=at - KEPT).delete()


def _kinds(connection: Connection) -> tuple[str, ...]:
    return ("order",)


def _deal(round: ConnectorRound, page: Page, at: datetime) -> rounds.Dealt:
    told = _told(round, page.parcels, at=at)
    AnsweredThing.objects.bulk_create(
        [AnsweredThing(round=round, thing=one.given.thing) for one in told], ignore_conflicts=True
    )
    found = _differences(round.connection, told, at=at)
    for one, difference in found:
        noted = _note(round, one, difference)
        _bring(round, one.parcel, at=at)
        _settle(round, noted, one, at=at)
    return rounds.Dealt(seen=len(page.parcels) if page.seen is None else page.seen, new=0)


def _told(round: ConnectorRound, parcels: Sequence[Parcel], *, at: datetime) -> list[Told]:
    """What cannot be read is kept, for people to look at."""
    connector, found = CONNECTORS[round.connection.vendor], []
    for parcel in parcels:
        try:
            given = connector.read(parcel.topic, parcel.body)
        except Unreadable:
            _bring(round, parcel, at=at)
        else:
            found += [Told(given=one, parcel=parcel) for one in _compared(given)]
    return found


def _compared(given: Iterable[Given]) -> list[OrderGiven | ReturnGiven]:
    return [one for one in given if isinstance(one, OrderGiven | ReturnGiven)]


def _parcels_about(connection: Connection, thing: str) -> Sequence[Parcel]:
    connector = CONNECTORS[connection.vendor]
    return connector.ask_about(connection.address, connection.secrets, thing=thing)


def _about(connection: Connection, thing: str) -> list[Told]:
    """Raises Unreadable, and the refusals of `Connector.ask`."""
    connector = CONNECTORS[connection.vendor]
    return [
        Told(given=one, parcel=parcel)
        for parcel in _parcels_about(connection, thing)
        for one in _compared(connector.read(parcel.topic, parcel.body))
    ]


def _differences(connection: Connection, told: Sequence[Told], *, at: datetime) -> list[tuple[Told, Found]]:
    """Of what had time to come by itself. Three queries."""
    orders = _orders(connection, [one.given for one in told])
    returns = _returns(connection, [one.given for one in told])
    found = []
    for one in told:
        difference = _differing(one.given, orders, returns)
        if difference and _as_of(one.given, at=at) <= at - SETTLES_IN:
            found.append((one, difference))
    return found


def _as_of(given: OrderGiven | ReturnGiven, *, at: datetime) -> datetime:
    return given.returned_at if isinstance(given, ReturnGiven) else given.as_of or at


def _differing(given: OrderGiven | ReturnGiven, orders: dict[str, Order], returns: set[str]) -> Found | None:
    if isinstance(given, OrderGiven):
        return comparing.differing(given, orders.get(given.external_id))
    return None if given.external_id in returns else Found(kind=Kind.MISSING_HERE)


def _orders(connection: Connection, given: Iterable[OrderGiven | ReturnGiven]) -> dict[str, Order]:
    named = [one.external_id for one in given if isinstance(one, OrderGiven)]
    found = Order.objects.filter(shop=connection.shop_id, external_id__in=named).prefetch_related("lines")
    return {order.external_id: order for order in found}


def _returns(connection: Connection, given: Iterable[OrderGiven | ReturnGiven]) -> set[str]:
    named = [one.external_id for one in given if isinstance(one, ReturnGiven)]
    found = Return.objects.filter(shop=connection.shop_id, external_id__in=named)
    return set(found.values_list("external_id", flat=True))


def _note(round: ConnectorRound, told: Told, found: Found) -> Difference:
    """Before anything is done about it: what was found is told, whatever happens next."""
    given = told.given
    called = given.number or given.external_id if isinstance(given, OrderGiven) else given.external_id
    noted, _is_new = Difference.objects.update_or_create(
        round=round,
        thing=given.thing,
        kind=found.kind,
        defaults={"called": called[:64], "here": found.here, "there": found.there},
    )
    return noted


def _bring(round: ConnectorRound, parcel: Parcel, *, at: datetime) -> None:
    """As if it had just been brought, also where it was brought before and came to nothing."""
    kept = inbox.keep(round.connection, parcel, asked_in=round, at=at)
    if kept:
        landing.land(kept.pk, at=at)
        return
    standing = ConnectorDelivery.objects.get(connection=round.connection, delivery_id=parcel.delivery_id)
    ConnectorDelivery.objects.filter(pk=standing.pk).update(
        body=parcel.body, landed_at=None, next_try_at=at, attempts=0
    )
    landing.land(standing.pk, at=at)


def _settle(round: ConnectorRound, difference: Difference, told: Told, *, at: datetime) -> bool:
    """Whether it agrees now. Where it does not, the inbox says why."""
    given = [told.given]
    still = _differing(told.given, _orders(round.connection, given), _returns(round.connection, given))
    difference.settled_at = None if still else at
    difference.failure_code = _why_not(round.connection, told.parcel) if still else ""
    difference.save(update_fields=["settled_at", "failure_code"])
    return still is None


def _why_not(connection: Connection, parcel: Parcel) -> str:
    kept = ConnectorDelivery.objects.filter(connection=connection, delivery_id=parcel.delivery_id)
    return kept.values_list("failure_code", flat=True).first() or ""


def _finish(round: ConnectorRound, at: datetime) -> None:
    _note_what_is_gone(round, at=at)
    _note_points(round, at=at)
    found = Difference.objects.filter(round=round)
    round.differences_count, round.settled_count = found.count(), found.exclude(settled_at=None).count()
    round.save(update_fields=["differences_count", "settled_count"])
    AnsweredThing.objects.filter(round=round).delete()


def _note_what_is_gone(round: ConnectorRound, *, at: datetime) -> None:
    """What this connection brought in these days, and its system does not know. It may have been changed meanwhile."""
    answered = AnsweredThing.objects.filter(round=round, thing=OuterRef("thing"))
    for number, order in enumerate(_brought(round, at=at).filter(~Exists(answered), cancelled_at=None)):
        thing = f"order:{order.external_id}"
        if number < MOST_ASKED_FOR and _parcels_about(round.connection, thing):
            continue
        Difference.objects.get_or_create(
            round=round, thing=thing, kind=Kind.MISSING_THERE, defaults={"called": order.number[:64]}
        )


def _brought(round: ConnectorRound, *, at: datetime) -> QuerySet[Order]:
    """Orders of these days that this connection told of."""
    told = ConnectorDelivery.objects.filter(
        connection=round.connection, thing=OuterRef("thing"), landed_at__isnull=False
    )
    placed = Order.objects.filter(
        shop=round.connection.shop_id, placed_at__gte=round.since, placed_at__lte=at - SETTLES_IN
    )
    return placed.annotate(thing=Concat(Value("order:"), "external_id")).filter(Exists(told)).order_by("pk")


def _note_points(round: ConnectorRound, *, at: datetime) -> None:
    orders = {order.pk: order for order in _brought(round, at=at)}
    pks = list(orders)
    for start in range(0, len(pks), AT_ONCE):
        off = abilities.points_off()(pks[start : start + AT_ONCE], at=at)
        still_told = _not_all_heard_of({orders[pk].customer_id for pk in off}, at=at)
        for pk, points in off.items():
            if orders[pk].customer_id not in still_told:
                _note_points_of(round, orders[pk], points)


def _note_points_of(round: ConnectorRound, order: Order, off: abilities.PointsOff) -> None:
    Difference.objects.get_or_create(
        round=round,
        thing=f"order:{order.external_id}",
        kind=Kind.POINTS,
        defaults={"called": order.number[:64], "here": str(off.here), "there": str(off.due)},
    )


def _not_all_heard_of(customers: Collection[int | None], *, at: datetime) -> set[int | None]:
    """Those to whom something happened that not everybody has heard of yet: their points may be on their way."""
    if not customers:
        return set()
    read = feed.head() - max((lag.entries for lag in relay_lag.lags(at=at)), default=0)
    about = Q(entry__customer__in=customers)
    unread = FeedRow.objects.filter(about, position__gt=read).values_list("entry__customer", flat=True)
    unplaced = OutboxRow.objects.filter(about).values_list("entry__customer", flat=True)
    return {*unread, *unplaced}


TASK = rounds.Task(kinds=_kinds, deal=_deal, finish=_finish)
