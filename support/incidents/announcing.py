"""Letting a notice out: to whom is settled first, then each is told in a transaction of its own.

Whatever kills the work, it goes on where it stood: what is still to do are the tellings without a moment. Nobody is
told twice, not even somebody who was merged with another while it went out; and the sender asks for a lawful basis
(crm.messages.notifying), not this.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Count, Q

from crm.messages import messaging, notifying
from crm.messages.notifying import WhyNot
from crm.models import Customer, Message, Order, User
from crm.people.same_person import ids_by
from crm.purchases import order_links
from crm.reactions import describe
from crm.rules.fields import always
from support import changing
from support.answering import replying
from support.answering.replying import NoWayToAnswer
from support.changing import TicketIsClosed
from support.incidents import affecting, drafting, linking
from support.incidents.drafting import Kind
from support.incidents.errors import EverybodyAffected, NothingIsGoingOut, NoticeAtWork, NoticeIsOut
from support.models import Incident, IncidentNotice, IncidentTelling
from support.models.tagging import Category

log = logging.getLogger(__name__)

SOURCE = "incident"
# Why somebody was not told: a fault of ours, which stands in the log.
FAULT = "fault"
CHUNK = 25
State = IncidentNotice.State


@transaction.atomic
def let_out(
    notice: IncidentNotice, *, by: User | None, at: datetime, foreseen_people: int | None = None
) -> IncidentNotice:
    """Let a notice go out; with its first one the incident goes on, with the last one it is over. `run` does the work.

    Without `by`, a shop's system did. `foreseen_people`: how many somebody saw before they let it out. Again: what
    stands is answered. Locks the incident's row, then the notice's.

    Raises:
        UnfinishedWords: with a fault for each text; nothing goes out.
        EverybodyAffected: it would touch every order there ever was; nothing goes out.
        NoticeAtWork: another notice of this incident goes out just now.
    """
    incident = drafting.hold(notice.incident)
    notice = _hold(notice)
    if notice.state != State.DRAFT:
        return notice
    drafting.refuse_unfinished(notice)
    if incident.affected == always():
        raise EverybodyAffected
    if incident.notices.filter(state__in=IncidentNotice.AT_WORK).exists():
        raise NoticeAtWork
    _move(incident, notice.kind, by=by, at=at)
    notice.state, notice.let_out_by, notice.let_out_at, notice.moved_at = State.FINDING, by, at, at
    notice.foreseen_people = foreseen_people
    notice.save(update_fields=["state", "let_out_by", "let_out_at", "moved_at", "foreseen_people"])
    return notice


@transaction.atomic
def stop(notice: IncidentNotice, *, at: datetime) -> IncidentNotice:
    """Tell nobody further; what is written and not sent yet does not go. Locks the notice's row, then messages.

    Raises:
        NothingIsGoingOut: there is nothing to stop.
    """
    notice = _hold(notice)
    if not notice.is_at_work:
        raise NothingIsGoingOut
    notice.state, notice.stopped_at, notice.moved_at = State.CANCELLED, at, at
    notice.save(update_fields=["state", "stopped_at", "moved_at"])
    queued = Message.objects.filter(
        pk__in=notice.tellings.filter(message__isnull=False).values("message"), state=Message.State.QUEUED
    )
    for message in queued.order_by("customer", "pk"):
        messaging.cancel(message, at=at)
    return notice


def run(
    notice: IncidentNotice, *, clock: Callable[[], datetime], until: datetime | None = None
) -> IncidentNotice:
    """Work until everybody is told, it is stopped, or `until` is past. May run twice at a time."""
    while (now := clock()) and (until is None or now < until):
        if not _chunk(notice.pk, at=now):
            break
    notice.refresh_from_db()
    return notice


def progress(notice: IncidentNotice) -> dict[str, int]:
    """How many were told, could not be told, and are still to be told. One query."""
    counted: dict[str, int] = notice.tellings.aggregate(
        told=Count("pk", filter=Q(message__isnull=False)),
        untold=Count("pk", filter=Q(told_at__isnull=False, message=None)),
        left=Count("pk", filter=Q(told_at=None)),
    )
    return counted


def _move(incident: Incident, kind: str, *, by: User | None, at: datetime) -> None:
    """The first notice makes an incident go on, the last one ends it."""
    if kind == Kind.RESOLVED:
        if not incident.is_going_on:
            raise NoticeIsOut
        incident.state, incident.resolved_at, incident.resolved_by = Incident.State.RESOLVED, at, by
        incident.save(update_fields=["state", "resolved_at", "resolved_by"])
    elif incident.is_draft:
        incident.state, incident.announced_at, incident.announced_by = Incident.State.ANNOUNCED, at, by
        incident.save(update_fields=["state", "announced_at", "announced_by"])
    elif not incident.is_going_on:
        raise NoticeIsOut


def _chunk(pk: int, *, at: datetime) -> bool:
    """Settle to whom it goes, or tell the next few. False: nothing is left to do."""
    notice = IncidentNotice.objects.select_related("incident").get(pk=pk)
    if notice.state == State.FINDING:
        linking.link_standing(notice.incident, at=at)
        return _settle(notice, at=at)
    if notice.state != State.TELLING:
        return False
    left = list(notice.tellings.filter(told_at=None).order_by("pk")[:CHUNK])
    if not left:
        linking.resolve_told(notice, at=at)
        _finish(notice, at=at)
        return False
    for telling in left:
        _tell_or_set_aside(telling, notice, at=at)
    return bool(IncidentNotice.objects.filter(pk=pk, state=State.TELLING).update(moved_at=at))


@transaction.atomic
def _settle(notice: IncidentNotice, *, at: datetime) -> bool:
    locked = _hold(notice)
    if locked.state == State.FINDING:
        locked.people_total = affecting.settle(locked, at=at)
        locked.state, locked.moved_at = State.TELLING, at
        locked.save(update_fields=["people_total", "state", "moved_at"])
    return True


@transaction.atomic
def _finish(notice: IncidentNotice, *, at: datetime) -> None:
    IncidentNotice.objects.filter(pk=notice.pk, state=State.TELLING).update(
        state=State.DONE, finished_at=at, moved_at=at
    )


def _tell_or_set_aside(telling: IncidentTelling, notice: IncidentNotice, *, at: datetime) -> None:
    """One person who cannot be told for a fault of ours does not keep the others from hearing of it."""
    try:
        _tell(telling, notice, at=at)
    except OperationalError:
        raise  # the database is away, or two waited for each other: the telling is still to do
    except Exception as error:  # noqa: BLE001 - whatever it is, the others wait to be told
        log.warning("telling failed", extra={"telling_id": telling.pk, "error": describe(error)})
        IncidentTelling.objects.filter(pk=telling.pk, told_at=None).update(why_not=FAULT, told_at=at)


@transaction.atomic
def _tell(telling: IncidentTelling, notice: IncidentNotice, *, at: datetime) -> None:
    """Tell one person, once. Locks the customer's row, then the telling's; in a ticket, the ticket's between them."""
    person = changing.lock_person(telling.customer_id)
    telling = (
        IncidentTelling.objects.select_for_update(no_key=True, of=("self",))
        .select_related("order__shop", "ticket")
        .get(pk=telling.pk)
    )
    still = IncidentNotice.objects.filter(pk=notice.pk, state=State.TELLING).exists()
    if telling.told_at or not still:
        return
    if person.erased_at:
        telling.why_not = WhyNot.ERASED
    elif standing := _told_as_another(telling, person):
        telling.message = standing
    else:
        _say(telling, notice, person, at=at)
    telling.told_at = at
    telling.save(update_fields=["message", "why_not", "told_at"])


def _told_as_another(telling: IncidentTelling, person: Customer) -> Message | None:
    """What they were told by this notice under another id, before it was known to be theirs."""
    others = IncidentTelling.objects.filter(notice=telling.notice_id, customer__in=ids_by(person.pk))
    told = others.exclude(pk=telling.pk).filter(message__isnull=False).select_related("message").first()
    return told.message if told else None


def _say(telling: IncidentTelling, notice: IncidentNotice, person: Customer, *, at: datetime) -> None:
    answer = _answer(telling, notice, person, at=at) if telling.ticket else None
    if answer:
        telling.message = answer
        return
    told = notifying.notify(
        person,
        drafting.catalogue_of(notice).name,
        figures=_figures(telling.order),
        source=SOURCE,
        source_id=f"notice:{notice.pk}:{telling.pk}",
        at=at,
        shop=telling.order.shop if telling.order else None,
        words=drafting.words_of(notice),
        purpose=notice.purpose,
    )
    telling.message, telling.why_not = told.message, told.why_not or ""


def _answer(
    telling: IncidentTelling, notice: IncidentNotice, person: Customer, *, at: datetime
) -> Message | None:
    """Where they asked, they are answered, and the ticket is resolved. None: it cannot be answered there any more."""
    if telling.ticket is None or notice.let_out_by is None:
        return None
    held = changing.hold(telling.ticket)
    if not held.ticket.is_at_work:
        return None
    known = drafting.words_of(notice)
    language = next(
        code for code in (held.ticket.language, notifying.language_of(person), *known) if code in known
    )
    words = notifying.fill(
        known[language], person, language=language, figures=_figures(telling.order), shop=held.ticket.shop
    )
    try:
        return replying.reply(
            held.ticket,
            text=words.long,
            by=notice.let_out_by,
            key=f"incident:{notice.pk}:{held.ticket.pk}",
            at=at,
            version=held.ticket.version,
            then=Category.RESOLVED,
        )
    except (NoWayToAnswer, TicketIsClosed):
        return None


def _figures(order: Order | None) -> dict[str, Any]:
    if order is None:
        return {}
    return {
        "order.number": order.number,
        "order.link": f"{settings.PUBLIC_ADDRESS}{order_links.path_of(order)}",
        "shop.name": order.shop.name,
    }


def _hold(notice: IncidentNotice) -> IncidentNotice:
    rows = IncidentNotice.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("incident", "let_out_by").get(pk=notice.pk)
