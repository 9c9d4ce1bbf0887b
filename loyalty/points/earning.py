"""A paid order earns points, once: by the rules of its day, whose versions, inputs and results the ledger keeps.

Lock order: the customer's row, the limits of rules, the wallet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm import company, rules, timeline
from crm.models import Customer, Order, TimelineEntry
from crm.written_once import written_once
from loyalty import effects, ledger, tiering
from loyalty.facts.earning import PointsEarned
from loyalty.members import joining
from loyalty.models import Member, Programme, Rule, RuleVersion, Transaction
from loyalty.points import lot_dates, reversal
from loyalty.rules import limits
from loyalty.rules.evaluation import Candidate, Evaluation, evaluate, trace_of
from loyalty.rules.purchases import Cart, Known, purchase_of
from loyalty.rules.reasons import Reason, reason_from

SOURCE = "loyalty"
NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a purchase earned, or would. `why_not`: it earned nothing as a whole. `trace` is what the ledger keeps."""

    points: int = 0
    why_not: Reason | None = None
    lots: Sequence[ledger.Lot] = ()
    trace: dict[str, Any] = field(default_factory=dict)
    member: Member | None = None
    transaction_id: int | None = None
    is_new: bool = False

    @property
    def why(self) -> list[str]:
        """What gave points, as sentences in the reader's language."""
        return [_said(rule) for rule in self.trace.get("rules", ())]

    @property
    def why_nothing(self) -> list[str]:
        """What gave none, and why not."""
        whole = [self.why_not.aloud()] if self.why_not else []
        return whole + [_said(rule) for rule in self.trace.get("not", ())]


def _said(rule: dict[str, Any]) -> str:
    return f"{rule['name']}: {reason_from(rule['why']).aloud()}"


def earn(
    order: Order,
    *,
    at: datetime,
    programme: Programme | None = None,
    dry_run: bool = False,
    caused_by: TimelineEntry | None = None,
) -> Outcome:
    """Let a paid order earn in a programme (the first that was running when it was paid), once per order.

    Who is no member joins where the programme says so. Points wait for the return window. What came back already is
    taken off at once. A fact (PointsEarned). `dry_run` answers, also for an order that earned before, and changes
    nothing. Locks the customer's row, the limits of the rules, then the wallet.
    """
    programme = programme or Programme.objects.running(order.paid_at or at).first()
    if programme is None:
        return Outcome(why_not=Reason("no-programme"))
    if why_not := _why_not(order, programme):
        return Outcome(why_not=why_not)
    if dry_run:
        return _tried(order, programme, at=at)
    return _earn(order, programme, at=at, caused_by=caused_by)


def earn_everywhere(order_id: int, *, at: datetime, caused_by: TimelineEntry | None = None) -> None:
    """As `earn`, in each programme that was running when the order was paid."""
    programmes = list(Programme.objects.running(caused_by.occurred_at if caused_by else at))
    if not programmes:
        return
    order = Order.objects.select_related("customer", "shop").prefetch_related("lines").get(pk=order_id)
    for programme in programmes:
        earn(order, at=at, programme=programme, caused_by=caused_by)


def _why_not(order: Order, programme: Programme) -> Reason | None:
    if order.customer_id is None:
        return Reason("no-customer")
    if order.cancelled_at:
        return Reason("cancelled")
    if order.paid_at is None:
        return Reason("not-paid")
    return why_not_in(programme, order.currency)


def why_not_in(programme: Programme, currency: str) -> Reason | None:
    if currency == programme.currency:
        return None
    return Reason("other-currency", {"currency": currency, "expected": programme.currency})


def _tried(order: Order, programme: Programme, *, at: datetime) -> Outcome:
    member = Member.objects.going_on(_person(order), programme)
    if member is None and programme.joining != Programme.Joining.AUTOMATIC:
        return Outcome(why_not=Reason("not-a-member"))
    return would_earn(order, programme, member=member, at=at)


def would_earn(
    bought: Order | Cart,
    programme: Programme,
    *,
    member: Member | None,
    at: datetime,
    paid_with_points: Decimal | None = None,
    switched_on: Sequence[Rule] | None = None,
    known: Known | None = None,
) -> Outcome:
    """What an order or a cart would earn now, with all that its rules say. Changes nothing, locks nothing.

    `switched_on`: the programme's rules, where the caller has them already. `known`: what is known of the person and
    the goods, where the same is asked again; it is added to.
    """
    clock = company.current().clock
    if paid_with_points is None:
        paid_with_points = _paid_with_points(bought, programme) if isinstance(bought, Order) else NOTHING
    if switched_on is None:
        switched_on = rules_of(programme)
    candidates = candidates_of(switched_on, bought, at=at, clock=clock, tells_why=True)
    left = limits.left([version_of(rule) for rule in switched_on], member=member, at=at, clock=clock)
    paid = NOTHING if programme.earn_on_points_part else paid_with_points
    purchase = purchase_of(
        bought, member=member, needs=needs_of(candidates), clock=clock, paid_with_points=paid, known=known
    )
    evaluation = evaluate(purchase, candidates, rounding=programme.rounding, allowed=left)
    moment = bought.paid_at or bought.placed_at
    return Outcome(
        points=evaluation.points,
        why_not=None if candidates else Reason("no-rules"),
        lots=lots_of(programme, evaluation.points, moment, clock),
        trace=trace_of(purchase, evaluation),
        member=member,
    )


@transaction.atomic
def _earn(order: Order, programme: Programme, *, at: datetime, caused_by: TimelineEntry | None) -> Outcome:
    list(Customer.objects.select_for_update(no_key=True).filter(pk=_person(order)).values_list("pk"))
    known = _of_order(order, programme)
    if standing := next((one for one in known if one.key == key_of(order.pk)), None):
        return Outcome(points=standing.points, trace=standing.trace or {}, transaction_id=standing.pk)
    member = _member(order, programme, at=at)
    if isinstance(member, Reason):
        return Outcome(why_not=member)
    outcome = _post(order, programme, member, value_of_points(known, programme), at=at, caused_by=caused_by)
    if outcome.points:
        reversal.take_back(order, at=at, caused_by=caused_by)
    tiering.keep_up(member, order.placed_at, at=at, source_id=f"order:{order.pk}", caused_by=caused_by)
    return outcome


def _post(
    order: Order,
    programme: Programme,
    member: Member,
    paid_with_points: Decimal,
    *,
    at: datetime,
    caused_by: TimelineEntry | None,
) -> Outcome:
    clock = company.current().clock
    earned_at = order.paid_at or at
    switched_on = rules_of(programme)
    candidates = candidates_of(switched_on, order, at=earned_at, clock=clock)
    paid = NOTHING if programme.earn_on_points_part else paid_with_points
    purchase = purchase_of(
        order, member=member, needs=needs_of(candidates), clock=clock, paid_with_points=paid
    )
    evaluation = evaluate(purchase, candidates, rounding=programme.rounding)
    if allowed := reserve(evaluation, switched_on, member, at=earned_at, clock=clock):
        evaluation = evaluate(purchase, candidates, rounding=programme.rounding, allowed=allowed)
    lots = lots_of(programme, evaluation.points, earned_at, clock)
    trace = trace_of(purchase, evaluation, quantities=quantities_of(order))
    outcome = Outcome(
        points=evaluation.points,
        why_not=None if candidates else Reason("no-rules"),
        lots=lots,
        trace=trace,
        member=member,
    )
    if not lots:
        return outcome
    tell(
        order,
        programme,
        evaluation.points,
        lots[0].available_at,
        occurred_at=earned_at,
        at=at,
        caused_by=caused_by,
    )
    posted = ledger.earn(
        member.pk,
        lots=lots,
        key=key_of(order.pk),
        occurred_at=earned_at,
        at=at,
        order_id=order.pk,
        trace=trace,
    )
    return Outcome(**{**vars(outcome), "transaction_id": posted.transaction_id, "is_new": posted.is_new})


def key_of(order_id: int) -> str:
    """The ledger's name for what an order earns, for ever."""
    return f"order:{order_id}:earn"


def quantities_of(order: Order) -> dict[str, str]:
    """How much of each line was bought: what comes back is counted against it."""
    return {str(line.pk): format(line.quantity, "f") for line in order.lines.all()}


def tell(
    order: Order,
    programme: Programme,
    points: int,
    available_at: datetime | None,
    *,
    occurred_at: datetime,
    at: datetime,
    caused_by: TimelineEntry | None,
    once_per: str = "",
) -> None:
    """Points of an order were earned. `once_per` tells later earnings of the same order apart. Idempotent."""
    timeline.record(
        order.customer,
        PointsEarned(
            points=points,
            order_number=order.number,
            programme_name=programme.name,
            available_at=available_at,
        ),
        source=SOURCE,
        source_id=f"order:{order.pk}:earn:{programme.pk}{once_per}",
        occurred_at=occurred_at,
        recorded_at=at,
        subject=order,
        shop=order.shop,
        is_history=order.is_history,
        caused_by=caused_by,
    )


def _member(order: Order, programme: Programme, *, at: datetime) -> Member | Reason:
    """The member whose order it is: joined before it was paid, or by paying it."""
    member = Member.objects.going_on(_person(order), programme)
    paid_at = order.paid_at or at
    if member is None:
        if programme.joining != Programme.Joining.AUTOMATIC or order.customer is None:
            return Reason("not-a-member")
        if order.customer.erased_at:
            return Reason("no-customer")
        return joining.join(
            order.customer,
            programme=programme,
            through=Member.Joined.AUTOMATIC,
            joined_at=paid_at,
            at=at,
            source=SOURCE,
            source_id=f"order:{order.pk}:join:{programme.pk}",
            shop=order.shop,
            is_history=order.is_history,
        )
    # Systems of shops tell moments in whole seconds: who joins and pays within one has joined before.
    joined_at = member.joined_at.replace(microsecond=0)
    return Reason("before-joining") if paid_at < joined_at else member


def _person(order: Order) -> int:
    assert order.customer_id is not None  # noqa: S101 - asked before: see _why_not
    return order.customer_id


# ── What points paid ─────────────────────────────────────────────────────────
def _of_order(order: Order, programme: Programme) -> list[Transaction]:
    return list(Transaction.objects.filter(order_id=order.pk, programme=programme).order_by("pk"))


def _paid_with_points(order: Order, programme: Programme) -> Decimal:
    return value_of_points(_of_order(order, programme), programme)


def value_of_points(known: Sequence[Transaction], programme: Programme) -> Decimal:
    """Of the spendings for an order, less what came back of them."""
    kinds = Transaction.Kind
    spent = sum(one.points for one in known if one.kind in (kinds.REDEEM, kinds.CAPTURE))
    back = sum(one.points for one in known if one.kind == kinds.RESTORE)
    return (spent - back) * programme.point_value


# ── Rules ────────────────────────────────────────────────────────────────────
def rules_of(programme: Programme) -> list[Rule]:
    return _switched_on(programme.pk)


@written_once(int)
def _switched_on(programme: int) -> QuerySet[Rule]:
    return Rule.objects.filter(programme=programme).switched_on()


def version_of(rule: Rule) -> RuleVersion:
    assert rule.active_version is not None  # noqa: S101 - the query took no other
    return rule.active_version


def candidates_of(
    switched_on: Sequence[Rule],
    bought: Order | Cart,
    *,
    at: datetime,
    clock: tzinfo,
    tells_why: bool = False,
) -> list[Candidate]:
    """The rules as the evaluation takes them. `tells_why`: in the reader's language why conditions do not hold."""
    return [
        Candidate(
            rule_id=rule.pk,
            version_id=version.pk,
            name=rule.name,
            effect=_read(version.pk, version.sha256, version),
            group=version.group,
            most_per_order=version.most_per_order_points,
            why_not=_why_not_matched(version, bought, at=at, clock=clock, tells_why=tells_why),
        )
        for rule in switched_on
        for version in (version_of(rule),)
    ]


def needs_of(candidates: Sequence[Candidate]) -> frozenset[str]:
    return frozenset(need for one in candidates if one.why_not is None for need in one.effect.needs)


def needs_of_rules(switched_on: Sequence[Rule]) -> frozenset[str]:
    """Whatever any of them may have to know."""
    return frozenset(need for rule in switched_on for need in effects.EFFECTS[version_of(rule).effect].needs)


def _why_not_matched(
    version: RuleVersion, bought: Order | Cart, *, at: datetime, clock: tzinfo, tells_why: bool
) -> Reason | None:
    if not version.is_valid(at):
        return Reason("not-valid-now")
    if not version.conditions or version.conditions == {"all": []}:
        return None
    conditions = rules.read(version.conditions, "order")
    if conditions.holds(bought, at=at, clock=clock):
        return None
    if not tells_why:
        return Reason("conditions-not-met")
    return Reason("conditions", {"because": " ".join(conditions.why(bought, at=at, clock=clock).reasons)})


_effects: dict[tuple[int, str], effects.Effect] = {}


def _read(pk: int, sha256: str, version: RuleVersion) -> effects.Effect:
    """A version never changes: it is read once in each process."""
    if (pk, sha256) not in _effects:
        _effects[pk, sha256] = effects.read(version.effect, version.effect_settings)
    return _effects[pk, sha256]


def reserve(
    evaluation: Evaluation, switched_on: Sequence[Rule], member: Member, *, at: datetime, clock: tzinfo
) -> dict[int, int]:
    """Rules that may give less than they would, in order of their ids: → what they may give."""
    versions = {rule.pk: version_of(rule) for rule in switched_on}
    allowed = {}
    for given in sorted(evaluation.given, key=lambda one: one.candidate.rule_id):
        version = versions[given.candidate.rule_id]
        if version.has_limits:
            granted = limits.reserve(version, member=member, points=given.points, at=at, clock=clock)
            if granted < given.points:
                allowed[given.candidate.rule_id] = granted
    return allowed


def lots_of(programme: Programme, points: int, earned_at: datetime, clock: tzinfo) -> list[ledger.Lot]:
    """One lot: all of a purchase waits and expires together."""
    if not points:
        return []
    return [
        ledger.Lot(
            points=points,
            available_at=lot_dates.available_at(programme, earned_at),
            expires_at=lot_dates.expires_at(programme, earned_at, clock),
        )
    ]
