"""Goods on their way back: asked for by the customer or a colleague, agreed, received, paid back; or not accepted.

Each step is taken once; taking it again changes nothing. `by` is empty where the shop's own system took it. The goods
count as returned, and points follow, when they are here: `crm.purchases.returning` refuses more than was bought,
whatever was agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import abilities, timeline
from crm.abilities import ReturnEffect
from crm.errors import Fault, MoreReturnedThanBought, Refusal, UnknownLine
from crm.facts import Fact
from crm.models import Order, OrderLine, User
from crm.people.tombstones import refuse_words_about
from crm.purchases.returning import LineReturned, in_proportion, register_return
from support.facts.returns import (
    ReturnAgreed,
    ReturnAskedFor,
    ReturnMoneyBack,
    ReturnRefused,
    ReturnWithdrawn,
)
from support.models import ReturnCase, ReturnCaseLine, ReturnPolicy, Ticket

SOURCE = "support"
State = ReturnCase.State


class NothingToReturn(Refusal):
    code = "nothing-to-return"
    title = _("Choose at least one thing that is to come back.")
    status = 422


class TooLateToReturn(Refusal):
    """`until`: the last day on which it could have been asked for."""

    code = "too-late-to-return"
    title = _("The time in which this order could be returned is over.")


class NobodysOrder(Refusal):
    code = "order-of-nobody"
    title = _("Nobody is known to have bought this: a return is taken at the till.")
    status = 422


class OrderWasCancelled(Refusal):
    code = "order-was-cancelled"
    title = _("This order was cancelled: there is nothing to return.")


class StepNotPossible(Refusal):
    """`state`: where the case stands."""

    code = "return-step-not-possible"
    title = _("The return has come to another point meanwhile. Look at it again.")


class NoAnswerGiven(Refusal):
    code = "no-answer-given"
    title = _("Write why it is not accepted: the customer will read it.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How much of a line is to come back."""

    line: OrderLine
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a return would bring: money of the goods, in the order's currency, and what happens to points."""

    amount: Decimal
    currency: str
    points: ReturnEffect


def policy_in_force() -> ReturnPolicy | None:
    return ReturnPolicy.objects.exclude(published_at=None).order_by("-number").first()


@transaction.atomic
def publish(policy: ReturnPolicy, *, by: User, at: datetime) -> ReturnPolicy:
    """From now on customers read this version, and new cases cite it. Once published it stays as it is."""
    standing = ReturnPolicy.objects.select_for_update().get(pk=policy.pk)
    if standing.published_at is None:
        standing.published_at, standing.published_by = at, by
        standing.save(update_fields=["published_at", "published_by"])
    return standing


def last_day(order: Order, policy: ReturnPolicy | None) -> date | None:
    """The last day on which a customer may ask; None: not said, or the order is still on its way."""
    begun = order.delivered_at or order.completed_at
    if policy is None or begun is None:
        return None
    return (begun + timedelta(days=policy.days)).date()


def left_of(order: Order) -> list[Wanted]:
    """What can still come back: bought, not returned, and in no case under way. Two queries."""
    asked: dict[int, Decimal] = {}
    under_way = ReturnCaseLine.objects.filter(case__order=order, case__goods_return=None)
    for line in under_way.filter(case__state__in=ReturnCase.UNDER_WAY):
        asked[line.order_line_id] = asked.get(line.order_line_id, Decimal(0)) + line.quantity
    lines = order.lines.order_by("pk")
    left = [Wanted(line=line, quantity=line.quantity_left - asked.get(line.pk, Decimal(0))) for line in lines]
    return [one for one in left if one.quantity > 0]


def foresee(order: Order, quantities: Mapping[int, Decimal]) -> Foreseen:
    """Money and points, before anybody decides. Changes nothing."""
    lines = {line.pk: line for line in order.lines.all()}
    amount = sum((in_proportion(lines[pk], quantity) for pk, quantity in quantities.items()), Decimal(0))
    points = abilities.foresee_return()(order, quantities=quantities)
    return Foreseen(amount=amount, currency=order.currency, points=points)


@transaction.atomic
def open_case(
    order: Order,
    *,
    quantities: Mapping[int, Decimal],
    why: str,
    comment: str = "",
    by: User | None,
    source: str,
    source_id: str,
    at: datetime,
    ticket: Ticket | None = None,
) -> ReturnCase:
    """Ask for a return of lines (id → quantity), once per (source, source_id). A fact (ReturnAskedFor).

    A customer (`by` is None) may ask within the days of the policy; a colleague may always. Locks the order's
    lines, then the customer's row.

    Raises:
        NothingToReturn, UnknownLine, MoreReturnedThanBought, TooLateToReturn, NobodysOrder, OrderWasCancelled,
        PersonErased: nothing is opened.
    """
    standing = ReturnCase.objects.filter(source=source, source_id=source_id).first()
    if standing:
        return standing
    if order.customer is None:
        raise NobodysOrder
    if order.cancelled_at:
        raise OrderWasCancelled
    policy = policy_in_force()
    if by is None:
        _check_in_time(order, policy, at=at)
    _check_left(order, quantities)
    refuse_words_about(order.customer)
    case = ReturnCase.objects.create(
        order=order,
        customer=order.customer,
        ticket=ticket,
        why=why,
        comment=comment,
        policy=policy,
        opened_by=by,
        requested_at=at,
        source=source,
        source_id=source_id,
    )
    ReturnCaseLine.objects.bulk_create(
        ReturnCaseLine(case=case, order_line_id=pk, quantity=quantity) for pk, quantity in quantities.items()
    )
    fact = ReturnAskedFor(
        case_number=str(case), order_number=order.number, why_code=why, text=comment, by_customer=by is None
    )
    _tell(case, fact, step="asked", by=by, at=at)
    return case


@transaction.atomic
def approve(case: ReturnCase, *, by: User | None, at: datetime) -> ReturnCase:
    """Agree that the goods come back. Raises StepNotPossible."""
    standing = _locked(case)
    if standing.approved_at:
        return standing
    _require(standing, State.REQUESTED)
    standing.state, standing.approved_at = State.APPROVED, at
    standing.save(update_fields=["state", "approved_at"])
    _tell(standing, ReturnAgreed(case_number=str(standing)), step="agreed", by=by, at=at)
    return standing


@transaction.atomic
def receive(case: ReturnCase, *, by: User | None, at: datetime) -> ReturnCase:
    """The goods are here: they count as returned (crm.purchases.returning), and points follow by themselves.

    Raises:
        StepNotPossible, MoreReturnedThanBought: they came back some other way meanwhile. Nothing is changed.
    """
    standing = _locked(case)
    if standing.received_at:
        return standing
    _require(standing, State.APPROVED)
    standing.goods_return = register_return(
        standing.order,
        external_id=f"case-{standing.pk}",
        number=str(standing),
        lines=[
            LineReturned(line=line.order_line.external_id, quantity=line.quantity)
            for line in standing.lines.select_related("order_line").order_by("pk")
        ],
        returned_at=at,
        source=SOURCE,
        at=at,
    )
    standing.state, standing.received_at = State.RECEIVED, at
    standing.save(update_fields=["state", "received_at", "goods_return"])
    return standing


@transaction.atomic
def refund(case: ReturnCase, *, by: User | None, at: datetime) -> ReturnCase:
    """The money went back, by whatever way it came. A fact. Raises StepNotPossible."""
    standing = _locked(case)
    if standing.refunded_at:
        return standing
    _require(standing, State.RECEIVED)
    standing.state, standing.refunded_at = State.REFUNDED, at
    standing.save(update_fields=["state", "refunded_at"])
    goods_return = standing.goods_return
    assert goods_return  # noqa: S101  # nosec B101 - received cases have one
    fact = ReturnMoneyBack(
        case_number=str(standing), amount=goods_return.amount, currency=goods_return.currency
    )
    _tell(standing, fact, step="refunded", by=by, at=at)
    return standing


@transaction.atomic
def refuse(case: ReturnCase, *, answer: str, by: User | None, at: datetime) -> ReturnCase:
    """Do not accept it, with an answer that the customer reads.

    Raises:
        StepNotPossible, NoAnswerGiven: nothing is changed.
    """
    if not answer.strip():
        raise NoAnswerGiven(Fault(pointer="/answer", detail=NoAnswerGiven.title))
    standing = _locked(case)
    if standing.state == State.REFUSED:
        return standing
    _require(standing, State.REQUESTED, State.APPROVED)
    standing.state, standing.ended_at, standing.answer = State.REFUSED, at, answer.strip()
    standing.save(update_fields=["state", "ended_at", "answer"])
    fact = ReturnRefused(case_number=str(standing), text=standing.answer)
    _tell(standing, fact, step="refused", by=by, at=at)
    return standing


@transaction.atomic
def withdraw(case: ReturnCase, *, by: User | None, at: datetime) -> ReturnCase:
    """Whoever asked keeps the goods after all. Raises StepNotPossible: they are here already."""
    standing = _locked(case)
    if standing.state == State.WITHDRAWN:
        return standing
    _require(standing, State.REQUESTED, State.APPROVED)
    standing.state, standing.ended_at = State.WITHDRAWN, at
    standing.save(update_fields=["state", "ended_at"])
    _tell(standing, ReturnWithdrawn(case_number=str(standing)), step="withdrawn", by=by, at=at)
    return standing


def _check_in_time(order: Order, policy: ReturnPolicy | None, *, at: datetime) -> None:
    until = last_day(order, policy)
    if until and at.date() > until:
        raise TooLateToReturn(until=until)


def _check_left(order: Order, quantities: Mapping[int, Decimal]) -> None:
    if not quantities or any(quantity <= 0 for quantity in quantities.values()):
        raise NothingToReturn
    lines = {line.pk: line for line in order.lines.select_for_update(no_key=True).order_by("pk")}
    if any(pk not in lines for pk in quantities):
        raise UnknownLine
    left = {one.line.pk: one.quantity for one in left_of(order)}
    remaining = {
        lines[pk].external_id: format(left.get(pk, Decimal(0)), "f")
        for pk, quantity in quantities.items()
        if quantity > left.get(pk, Decimal(0))
    }
    if remaining:
        raise MoreReturnedThanBought(remaining=remaining)


def _require(case: ReturnCase, *states: str) -> None:
    if case.state not in states:
        raise StepNotPossible(state=case.state)


def _locked(case: ReturnCase) -> ReturnCase:
    rows = ReturnCase.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("order", "customer", "goods_return").get(pk=case.pk)


def _tell(case: ReturnCase, fact: Fact, *, step: str, by: User | None, at: datetime) -> None:
    timeline.record(
        case.customer,
        fact,
        source=SOURCE,
        source_id=f"return-case:{case.pk}:{step}",
        occurred_at=at,
        recorded_at=at,
        shop=case.order.shop,
        actor=by,
        subject=case,
    )
