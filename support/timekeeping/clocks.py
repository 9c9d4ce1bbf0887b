"""A ticket's clocks: what it waits for, kept as events, with the next due moment on the ticket for the inbox.

The verbs of tickets call these in their own transaction, holding the ticket's row (`select_for_update`), after they
changed it; the ticket is never one that was merged into another. `at` is the moment of what happened: of a message,
when it was written. All of them may be called twice: what is already so changes nothing.

- `opened` for each new ticket, then `customer_wrote` for every message of the customer, the first one too;
- `answered` for every public answer that a human wrote, never for an automatic one;
- `state_changed` after each change of category or sub-state: it pauses and resumes;
- `resolved` and `reopened` beside it; `merged` and `unmerged`; `promised`, `promise_kept`, `promise_dropped`;
- `to_contact` where somebody must speak to the customer by a moment, whatever the policy says;
- `reconsidered` when priority, team, topic, customer or tier changed: another promise of service may fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from support.models import Clock, ClockEvent, Ticket
from support.models.clock import ClockQuerySet
from support.models.tagging import Category
from support.timekeeping import deadlines
from support.timekeeping.deadlines import NAMED, Kind, Reading, Step
from support.timekeeping.policies import Terms, hours_of, terms_for

RESPONSES = (Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE)
OVER = (Category.RESOLVED, Category.CLOSED)
WAITS_FOR_CUSTOMER = "waiting_customer"
Happened = ClockEvent.Kind


@transaction.atomic
def opened(ticket: Ticket, *, at: datetime) -> None:
    """Begin to count the way to a resolution and, unless a colleague began, to the first answer."""
    if not _its_own(ticket).filter(kind=Kind.RESOLUTION).exists():
        _begin(ticket, Kind.RESOLUTION, terms=terms_for(ticket, at=at), at=at)
    if ticket.opened_by_id is None:
        customer_wrote(ticket, at=at)
    _show_on(ticket)


@transaction.atomic
def customer_wrote(ticket: Ticket, *, at: datetime) -> None:
    """Begin a turn of the customer, unless they wait already. A message told late may have begun it earlier."""
    waiting = _going(ticket).filter(kind__in=RESPONSES).order_by("began_at").first()
    if waiting is None:
        kind = _kind_of_turn(ticket)
        turn = _its_own(ticket).filter(kind=kind).count() + (kind == Kind.NEXT_RESPONSE)
        _begin(ticket, kind, turn=turn, terms=terms_for(ticket, at=at), at=at)
    elif at < waiting.began_at:
        waiting.began_at = at
        _tell(waiting, Happened.ACTIVATE, at=at)
    _show_on(ticket)


@transaction.atomic
def answered(ticket: Ticket, *, at: datetime) -> None:
    """A human answered in public: whatever the customer asked before that moment is answered."""
    for clock in _going(ticket).filter(kind__in=(*RESPONSES, Kind.CONTACT), began_at__lte=at):
        _fulfil(clock, at=at)
    _show_on(ticket)


@transaction.atomic
def state_changed(ticket: Ticket, *, at: datetime) -> None:
    """Pause and resume what the ticket's state asks for: see `_pause_of`."""
    for clock in _going(ticket).exclude(kind__in=NAMED):
        _follow_state(clock, ticket, at=at)
    _show_on(ticket)


@transaction.atomic
def resolved(ticket: Ticket, *, at: datetime) -> None:
    """Resolved: what was never answered stays so, and is neither due nor forgotten."""
    for clock in _going(ticket).filter(kind__in=(Kind.RESOLUTION, Kind.CONTACT)):
        _fulfil(clock, at=at)
    state_changed(ticket, at=at)


@transaction.atomic
def reopened(ticket: Ticket, *, at: datetime, by_customer: bool) -> None:
    """The way to a resolution goes on where it ended. The first answer is never counted anew."""
    for clock in _its_own(ticket).filter(kind=Kind.RESOLUTION, fulfilled_at__isnull=False):
        clock.fulfilled_at = None
        _tell(clock, Happened.REOPEN, at=at, reason="customer" if by_customer else "colleague")
    state_changed(ticket, at=at)


@transaction.atomic
def merged(ticket: Ticket, into: Ticket, *, at: datetime) -> None:
    """After `ticket.merged_into` was set to `into`: of two clocks of one kind only the one that began first stays due.

    Answers in `into` fulfil the clocks of both.
    """
    _join(into, at=at)
    state_changed(into, at=at)
    _show_on(ticket)


@transaction.atomic
def unmerged(ticket: Ticket, from_ticket: Ticket, *, at: datetime) -> None:
    """After `ticket.merged_into` was emptied: each has its own clocks again, unless they were answered meanwhile."""
    for one in (ticket, from_ticket):
        for clock in _going(one).filter(joined_at__isnull=False):
            clock.joined_at = None
            _tell(clock, Happened.PART, at=at)
            _follow_state(clock, one, at=at)
        _join(one, at=at)
        _show_on(one)


@transaction.atomic
def promised(ticket: Ticket, *, promise: int, due_at: datetime, at: datetime) -> None:
    """Somebody promised something by a moment; promising the same by another moment moves it."""
    clock = _its_own(ticket).filter(kind=Kind.PROMISE, turn=promise).first()
    if clock is None:
        clock = Clock(ticket=ticket, kind=Kind.PROMISE, turn=promise, promised_for=due_at, began_at=at)
        clock.save()
        _tell(clock, Happened.ACTIVATE, at=at)
    elif clock.promised_for != due_at:
        clock.promised_for = due_at
        _tell(clock, Happened.RETARGET, at=at)
    _show_on(ticket)


@transaction.atomic
def promise_kept(ticket: Ticket, *, promise: int, at: datetime) -> None:
    _end_promise(ticket, promise, at=at)


@transaction.atomic
def promise_dropped(ticket: Ticket, *, promise: int, at: datetime) -> None:
    """Taken back: no longer due, and not kept either."""
    _end_promise(ticket, promise, at=at, reason="dropped")


@transaction.atomic
def to_contact(ticket: Ticket, *, until: datetime, at: datetime) -> None:
    """Somebody is to speak to the customer by a moment; until they were, the earliest such moment stands."""
    waiting = _going(ticket).filter(kind=Kind.CONTACT).first()
    if waiting is None:
        turn = _its_own(ticket).filter(kind=Kind.CONTACT).count()
        clock = Clock(ticket=ticket, kind=Kind.CONTACT, turn=turn, promised_for=until, began_at=at)
        clock.save()
        _tell(clock, Happened.ACTIVATE, at=at)
    elif waiting.promised_for is None or until < waiting.promised_for:
        waiting.promised_for = until
        _tell(waiting, Happened.RETARGET, at=at)
    _show_on(ticket)


@transaction.atomic
def reconsidered(ticket: Ticket, *, at: datetime) -> None:
    """Promise anew what another policy promises now. What was missed stays missed."""
    terms = terms_for(ticket, at=at)
    for clock in _going(ticket).exclude(kind__in=NAMED):
        target = terms.targets.get(Kind(clock.kind))
        if (clock.policy, clock.calendar, clock.target) != (terms.policy, terms.calendar, target):
            clock.policy, clock.calendar, clock.target = terms.policy, terms.calendar, target
            _tell(clock, Happened.RETARGET, at=at)
    _show_on(ticket)


@transaction.atomic
def reread(ticket: Ticket) -> None:
    """Read again from the events of its clocks what is due: the calendar is another than it was."""
    for clock in _going(ticket):
        _keep(clock, steps_of(clock))
    _show_on(ticket)


@transaction.atomic
def climb(clock: Clock, *, at: datetime) -> list[ClockEvent]:
    """Tell every rung that the clock has reached by now, each once. Returns the new events, in order."""
    steps = steps_of(clock)
    known = {step.kind for step in steps}
    reached = [its for its in _read(clock, steps).rungs if its.at <= at and its.rung.event not in known]
    if not reached:
        # The calendar is another than it was when the clock was read: it is not so late after all.
        _keep(clock, steps)
    return [_tell(clock, Happened(its.rung.event), at=its.at, recorded_at=at) for its in reached]


def read(clock: Clock) -> Reading:
    """The clock as its events tell it now."""
    return _read(clock, steps_of(clock))


def steps_of(clock: Clock) -> list[Step]:
    return [Step(its.kind, its.at, its.reason) for its in clock.events.all()]


def tickets_of(ticket: Ticket) -> list[int]:
    """The ticket and every one that goes on in it."""
    found, latest = [ticket.pk], [ticket.pk]
    while latest := list(Ticket.objects.filter(merged_into__in=latest).values_list("pk", flat=True)):
        found += latest
    return found


def _its_own(ticket: Ticket) -> ClockQuerySet:
    return Clock.objects.filter(ticket=ticket)


def _going(ticket: Ticket) -> ClockQuerySet:
    return Clock.objects.going().filter(ticket__in=tickets_of(ticket)).select_related("policy", "calendar")


def _kind_of_turn(ticket: Ticket) -> Kind:
    """A conversation that a colleague began has no first answer: they spoke first."""
    has_begun = ticket.opened_by_id is not None or _its_own(ticket).filter(kind=Kind.FIRST_RESPONSE).exists()
    return Kind.NEXT_RESPONSE if has_begun else Kind.FIRST_RESPONSE


def _begin(ticket: Ticket, kind: Kind, *, terms: Terms, at: datetime, turn: int = 0) -> None:
    clock = Clock(
        ticket=ticket,
        kind=kind,
        turn=turn,
        calendar=terms.calendar,
        policy=terms.policy,
        target=terms.targets.get(kind),
        began_at=at,
    )
    clock.save()
    _tell(clock, Happened.ACTIVATE, at=at)
    _follow_state(clock, ticket, at=at)


def _fulfil(clock: Clock, *, at: datetime, reason: str = "") -> None:
    clock.fulfilled_at, clock.paused_at, clock.pause_reason, clock.joined_at = at, None, "", None
    _tell(clock, Happened.FULFIL, at=at, reason=reason)


def _end_promise(ticket: Ticket, promise: int, *, at: datetime, reason: str = "") -> None:
    for clock in _its_own(ticket).going().filter(kind=Kind.PROMISE, turn=promise):
        _fulfil(clock, at=at, reason=reason)
    _show_on(ticket)


def _follow_state(clock: Clock, ticket: Ticket, *, at: datetime) -> None:
    wanted = _pause_of(clock, ticket)
    if clock.pause_reason == wanted:
        return
    if clock.pause_reason:
        clock.paused_at, clock.pause_reason = None, ""
        _tell(clock, Happened.RESUME, at=at)
    if wanted:
        clock.paused_at, clock.pause_reason = at, wanted
        _tell(clock, Happened.PAUSE, at=at, reason=wanted)


def _pause_of(clock: Clock, ticket: Ticket) -> str:
    """Why the clock should not run, if so. Waiting for the customer holds up a resolution, never an answer."""
    if ticket.category in OVER:
        return "over"
    if ticket.category == Category.WAITING_CUSTOMER and clock.kind == Kind.RESOLUTION:
        return WAITS_FOR_CUSTOMER
    if ticket.sub_state and ticket.sub_state.pauses_clocks:
        return "sub_state"
    return ""


def _join(ticket: Ticket, *, at: datetime) -> None:
    """Of several clocks of a kind in tickets that are one now, let only the first run."""
    its = list(_going(ticket).filter(joined_at=None).exclude(kind=Kind.PROMISE).order_by("began_at", "pk"))
    for later in _all_but_first(its):
        later.joined_at = at
        _tell(later, Happened.JOIN, at=at)


def _all_but_first(its: Sequence[Clock]) -> Iterable[Clock]:
    seen: set[str] = set()
    for clock in its:
        group = "response" if clock.kind in RESPONSES else clock.kind
        if group in seen:
            yield clock
        seen.add(group)


def _tell(
    clock: Clock,
    kind: ClockEvent.Kind,
    *,
    at: datetime,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> ClockEvent:
    """Append an event, and read from all of them what is due. Saves the clock."""
    steps = [*steps_of(clock), Step(kind, at, reason)]
    event = ClockEvent.objects.create(
        clock=clock, number=len(steps), kind=kind, reason=reason, at=at, recorded_at=recorded_at or at
    )
    _keep(clock, steps)
    return event


def _keep(clock: Clock, steps: Sequence[Step]) -> None:
    reading = _read(clock, steps)
    rung = reading.next_rung(step.kind for step in steps)
    clock.due_at, clock.next_rung_at = reading.due_at, rung.at if rung else None
    clock.save()


def _read(clock: Clock, steps: Sequence[Step]) -> Reading:
    if clock.fulfilled_at or clock.joined_at:
        return deadlines.NOTHING_DUE
    if clock.promised_for:
        return deadlines.read_promise(clock.began_at, clock.promised_for)
    if clock.target is None:
        return deadlines.NOTHING_DUE
    return deadlines.read(deadlines.stretches_of(steps), clock.target, hours_of(clock.calendar))


def _show_on(ticket: Ticket) -> None:
    """The next due moment, for lists. One that was merged shows none: the one in which it goes on does."""
    running = _going(ticket).filter(due_at__isnull=False).order_by("due_at").values_list("due_at", "kind")
    first = None if ticket.merged_into else running.first()
    ticket.next_due_at, ticket.next_due_kind = first or (None, "")
    Ticket.objects.filter(pk=ticket.pk).update(
        next_due_at=ticket.next_due_at, next_due_kind=ticket.next_due_kind
    )
    if ticket.merged_into:
        _show_on(ticket.merged_into)
