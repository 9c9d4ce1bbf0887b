"""Whom an incident touches: counted while it is a draft, settled to the last one when a notice is let out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import BigIntegerField, Case, F, Func, Q, QuerySet, When

from crm import company, rules
from crm.messages import messaging
from crm.messages.notifying import NEVER_SENT, foresee
from crm.models import Customer, Message, Order
from crm.people.same_person import ids_of_each, survivors
from support.incidents.drafting import Kind, catalogue_of
from support.models import AffectedPerson, Incident, IncidentNotice, IncidentTelling, IncidentTicket
from support.models.tagging import AT_WORK

# A page that counts answers within a second or two, or says that it takes longer.
COUNTS_FOR_SECONDS = 3
LOOKED_AT = 100
AT_A_TIME = 1000


class Survivor(Func):
    """Whom an id stands for: asked of the function only where somebody was merged."""

    template = "(crm_same_person(%(expressions)s))[1]"
    output_field = BigIntegerField()


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """Of `looked_at` people: how many would be told by which channel, and how many not, by reason."""

    looked_at: int
    by_channel: Counter[str]
    why_not: Counter[str]
    waiting: int


def orders_of(incident: Incident, *, at: datetime) -> QuerySet[Order]:
    """The orders that it touches, of people who can still be told anything. Cancelled ones are no orders."""
    its = rules.where(incident.affected, "order", at=at, clock=company.current().clock)
    orders = Order.objects.filter(its, cancelled_at=None, customer__erased_at=None, customer__isnull=False)
    return orders.filter(shop=incident.shop_id) if incident.shop_id else orders


def count(incident: Incident, *, at: datetime) -> int | None:
    """How many people are affected; None: it takes longer than a page may wait. One query."""
    people = _with_person(orders_of(incident, at=at)).order_by().values("person").distinct()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{COUNTS_FOR_SECONDS}s"])
            return int(people.count())
    except OperationalError:
        return None


def some(incident: Incident, *, at: datetime, at_most: int) -> list[Order]:
    """The latest affected orders with their customers: a look at who they are."""
    orders = orders_of(incident, at=at).select_related("customer", "shop")
    return list(orders.order_by("-placed_at", "-pk")[:at_most])


def look_ahead(notice: IncidentNotice, *, at: datetime, at_most: int = LOOKED_AT) -> Foresight:
    """Whom the notice would reach if it were let out now, of the first `at_most`. A few queries a person."""
    people = [person for person, _order in audience(notice, at=at)[:at_most]]
    name = catalogue_of(notice).name
    seen = [
        foresee(customer, name, purpose=notice.purpose, at=at)
        for customer in Customer.objects.filter(pk__in=people)
    ]
    return Foresight(
        looked_at=len(people),
        by_channel=Counter(one.channel for one in seen if one.why_not is None),
        why_not=Counter(one.why_not.value for one in seen if one.why_not),
        waiting=sum(one.waits for one in seen),
    )


def audience(notice: IncidentNotice, *, at: datetime) -> list[tuple[int, int | None]]:
    """Whom the notice is for now: a person's id and their latest affected order, once each."""
    told = told_of(notice.incident)
    if notice.kind == Kind.RESOLVED:
        orders = dict(notice.incident.people.values_list("customer", "order"))
        return [
            (person, orders.get(person)) for person in sorted(told | set(_tickets_of_askers(notice.incident)))
        ]
    affected = list(_people(notice.incident, at=at))
    wants_told = notice.kind == Kind.AGAIN
    return [(person, order) for person, order in affected if (person in told) == wants_told]


def told_of(incident: Incident) -> set[int]:
    """Who heard of this incident, as they are known today. What was stopped before it was sent nobody heard."""
    tellings = IncidentTelling.objects.filter(notice__incident=incident, message__isnull=False)
    went_another_way = Q(message__instead__isnull=False)
    heard = tellings.filter(~Q(message__state__in=NEVER_SENT) | went_another_way)
    return survivors(set(heard.values_list("customer", flat=True)))


@transaction.atomic
def settle(notice: IncidentNotice, *, at: datetime) -> int:
    """Write down whom the notice goes to, and who is affected no more. Answers how many it goes to.

    The caller has locked the notice's row, and calls it once.
    """
    if notice.kind == Kind.RESOLVED:
        _take_back_what_waits(notice.incident, at=at)
    else:
        _keep_affected(notice.incident, at=at)
    asking = _tickets_of_askers(notice.incident) if notice.kind == Kind.RESOLVED else {}
    goes_to = audience(notice, at=at)
    tellings = (
        IncidentTelling(notice=notice, customer_id=person, order_id=order, ticket_id=asking.get(person))
        for person, order in goes_to
    )
    IncidentTelling.objects.bulk_create(tellings, batch_size=AT_A_TIME)
    return len(goes_to)


def _people(incident: Incident, *, at: datetime) -> Iterator[tuple[int, int]]:
    """Every affected person once, with their latest affected order."""
    orders = _with_person(orders_of(incident, at=at))
    latest = orders.order_by("person", "-placed_at", "-pk").distinct("person")
    yield from latest.values_list("person", "pk").iterator(AT_A_TIME)


def _with_person(orders: QuerySet[Order]) -> Any:
    """`person`: whom the order's customer stands for."""
    return orders.annotate(
        person=Case(
            When(Q(customer__merged_into=None), then=F("customer_id")),
            default=Survivor(F("customer_id")),
            output_field=BigIntegerField(),
        )
    )


def _keep_affected(incident: Incident, *, at: datetime) -> None:
    """Who is affected now stands there; who was, and is no more, stays with the moment that was noticed."""
    now = dict(_people(incident, at=at))
    standing = {person.customer_id: person for person in incident.people.all()}
    for person in standing.values():
        person.gone_at = None if person.customer_id in now else person.gone_at or at
        person.order_id = now.get(person.customer_id, person.order_id)
    AffectedPerson.objects.bulk_update(standing.values(), ["gone_at", "order"], batch_size=AT_A_TIME)
    fresh = (
        AffectedPerson(incident=incident, customer_id=person, order_id=order, found_at=at)
        for person, order in now.items()
        if person not in standing
    )
    AffectedPerson.objects.bulk_create(fresh, batch_size=AT_A_TIME)


def _tickets_of_askers(incident: Incident) -> dict[int, int]:
    """Of each who asks about it, by their id of today: the newest linked ticket that is still at work."""
    linked = IncidentTicket.objects.standing().filter(incident=incident, ticket__category__in=AT_WORK)
    found = linked.filter(ticket__customer__erased_at=None, ticket__merged_into=None).order_by("ticket")
    pairs = list(found.values_list("ticket__customer", "ticket"))
    ids = ids_of_each({customer for customer, _ticket in pairs})
    return {ids[customer][0]: ticket for customer, ticket in pairs}


def _take_back_what_waits(incident: Incident, *, at: datetime) -> None:
    """Nobody hears in the morning that something is wrong which is put right by then."""
    waiting = Message.objects.filter(
        pk__in=IncidentTelling.objects.filter(notice__incident=incident, message__isnull=False).values(
            "message"
        ),
        state=Message.State.QUEUED,
    )
    for message in waiting.order_by("customer", "pk"):
        messaging.cancel(message, at=at)
