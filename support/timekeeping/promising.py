"""“I will call you at three”: a promise with a clock of its own. Kept late it is kept, and was broken all the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.colleagues.tasking import AlreadyPast
from crm.errors import Refusal
from crm.models import User
from crm.people.tombstones import refuse_words_about
from crm.words.plain_text import plain
from support import changing
from support.changing import Held
from support.facts import PromiseBroken, PromiseKept, PromiseMade
from support.models import Promise, Ticket
from support.timekeeping import clocks

AT_ONCE = 500


class EmptyPromise(Refusal):
    code = "empty-promise"
    title = _("Say in a few words what is promised.")
    status = 422


class PromiseIsOver(Refusal):
    code = "promise-is-over"
    title = _("This promise was kept already, or is no longer needed.")


@transaction.atomic
def promise(ticket: Ticket, *, what: str, due_at: datetime, by: User, at: datetime) -> Promise:
    """Promise a customer something by a moment. The same by the same moment, still open, answers the one that stands.

    A fact (PromiseMade). Locks the customer's row, then the ticket's.

    Raises:
        EmptyPromise, AlreadyPast, PersonErased: nothing is promised.
    """
    words = " ".join(plain(what).split())[:200]
    if not words:
        raise EmptyPromise
    held = changing.hold(ticket)
    refuse_words_about(held.person)
    standing = Promise.objects.open().filter(ticket=held.ticket, what=words, due_at=due_at).first()
    if standing:
        return standing
    if due_at <= at:
        raise AlreadyPast
    made = Promise.objects.create(ticket=held.ticket, what=words, due_at=due_at, made_by=by, made_at=at)
    figures = {"what": words, "due_at": due_at.isoformat()}
    changing.happen(held.ticket, "promised", by=by, at=at, **figures)
    fact = PromiseMade(what=words, due_at=due_at)
    changing.tell(held.ticket, held.person, fact, event=f"promise:{made.pk}", at=at, by=by)
    clocks.promised(held.ticket, promise=made.pk, due_at=due_at, at=at)
    return made


@transaction.atomic
def keep(promise: Promise, *, by: User, at: datetime) -> Promise:
    """It was done. Again: nothing changes. A fact (PromiseKept). Locks as `promise`.

    Raises:
        PromiseIsOver: it was dropped; nothing is changed.
    """
    held, standing = _hold(promise)
    if standing.kept_at:
        return standing
    if standing.dropped_at:
        raise PromiseIsOver
    standing.kept_at, standing.kept_by = at, by
    standing.save(update_fields=["kept_at", "kept_by"])
    changing.happen(held.ticket, "promise_kept", by=by, at=at, what=standing.what)
    changing.tell(
        held.ticket,
        held.person,
        PromiseKept(what=standing.what),
        event=f"promise:{standing.pk}",
        at=at,
        by=by,
    )
    clocks.promise_kept(standing.ticket, promise=standing.pk, at=at)
    return standing


@transaction.atomic
def drop(promise: Promise, *, by: User, at: datetime) -> Promise:
    """It is no longer needed. Again: nothing changes. Locks as `promise`.

    Raises:
        PromiseIsOver: it was kept; nothing is changed.
    """
    held, standing = _hold(promise)
    if standing.dropped_at:
        return standing
    if standing.kept_at:
        raise PromiseIsOver
    standing.dropped_at, standing.dropped_by = at, by
    standing.save(update_fields=["dropped_at", "dropped_by"])
    changing.happen(held.ticket, "promise_dropped", by=by, at=at, what=standing.what)
    clocks.promise_dropped(standing.ticket, promise=standing.pk, at=at)
    return standing


def of(ticket: Ticket) -> QuerySet[Promise]:
    """What was promised in the ticket and in those that go on in it, soonest first."""
    return Promise.objects.filter(ticket__in=clocks.tickets_of(ticket)).order_by("due_at", "pk")


def break_due(*, at: datetime) -> int:
    """Say of promises whose moment is past that they were broken, once each; how many. A fact (PromiseBroken)."""
    due = Promise.objects.newly_broken(at).order_by("due_at", "pk")[:AT_ONCE]
    return sum(_break(promise, at=at) for promise in due)


@transaction.atomic
def _break(promise: Promise, *, at: datetime) -> bool:
    held, standing = _hold(promise)
    if not Promise.objects.newly_broken(at).filter(pk=standing.pk).exists():
        return False
    standing.broken_at = at
    standing.save(update_fields=["broken_at"])
    changing.happen(held.ticket, "promise_broken", by=None, at=at, what=standing.what)
    fact = PromiseBroken(what=standing.what)
    changing.tell(held.ticket, held.person, fact, event=f"promise:{standing.pk}", at=at)
    return True


def _hold(promise: Promise) -> tuple[Held, Promise]:
    """The ticket in which it goes on, and the promise, both locked. Its clock stays with the ticket it was made in."""
    held = changing.hold(promise.ticket)
    rows = Promise.objects.select_for_update(no_key=True, of=("self",)).select_related("ticket")
    return held, rows.get(pk=promise.pk)
