"""What rules would have given for purchases of the past: read only, in memory, for some customers at a time.

Every customer who would take part counts as a member throughout: whoever joined later, from the first purchase that
is looked at. Goods that came back later are not taken off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from django.db.models import BigIntegerField, Case, F, Q, Sum, When

from crm import rules
from crm.models import Customer, Order
from crm.people.same_person import with_ids
from crm.rules import Conditions
from loyalty import effects
from loyalty.effects import Purchase
from loyalty.models import Member, MemberTier, Programme, RuleTerms, Transaction
from loyalty.rules import limits
from loyalty.rules.evaluation import Candidate, Evaluation, evaluate
from loyalty.rules.purchases import Pasts, purchase_of
from loyalty.rules.reasons import Reason

NOTHING = Decimal(0)
Side: TypeAlias = Literal["now", "then"]
SIDES: tuple[Side, Side] = ("now", "then")


@dataclass(frozen=True)
class ShadowRule:
    """A rule's terms on the sides where they count. A draft counts as if its dates lay in the past as well."""

    rule_id: int
    version_id: int
    name: str
    terms: RuleTerms
    sides: frozenset[Side]
    is_draft: bool = False
    effect: effects.Effect = field(init=False)
    conditions: Conditions | None = field(init=False)

    def __post_init__(self) -> None:
        asks = self.terms.conditions and self.terms.conditions != {"all": []}
        object.__setattr__(self, "effect", effects.read(self.terms.effect, self.terms.effect_settings))
        object.__setattr__(self, "conditions", rules.read(self.terms.conditions, "order") if asks else None)

    def candidate(self, order: Order, *, at: datetime, clock: tzinfo) -> Candidate:
        return Candidate(
            rule_id=self.rule_id,
            version_id=self.version_id,
            name=self.name,
            effect=self.effect,
            group=self.terms.group,
            most_per_order=self.terms.most_per_order_points,
            why_not=self._why_not(order, at=at, clock=clock),
        )

    def _why_not(self, order: Order, *, at: datetime, clock: tzinfo) -> Reason | None:
        if not self.is_draft and not self.terms.is_valid(at):
            return Reason("not-valid-now")
        if self.conditions and not self.conditions.holds(order, at=at, clock=clock):
            return Reason("conditions-not-met")
        return None


@dataclass(kw_only=True)
class Bought:
    """A purchase, and what each side gave for it."""

    order: Order
    given: dict[Side, Evaluation] = field(default_factory=dict)
    cut: dict[Side, set[int]] = field(default_factory=lambda: {"now": set(), "then": set()})

    def points(self, side: Side) -> int:
        return self.given[side].points

    def points_of(self, rule_id: int, side: Side) -> int:
        return sum(one.points for one in self.given[side].given if one.candidate.rule_id == rule_id)


@dataclass(kw_only=True)
class Past:
    """A customer's purchases in the time that is replayed, oldest first."""

    customer: Customer
    member: Member | None
    bought: list[Bought]


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """`budgets`: what each side has used of the budget of each rule so far; it goes up with every purchase."""

    programme: Programme
    rules: Sequence[ShadowRule]
    since: datetime
    until: datetime
    clock: tzinfo
    budgets: dict[Side, dict[str, int]]

    def customers(self) -> Any:
        """Whoever would take part, by id: members, or everybody where all who buy are members."""
        whole = Customer.objects.filter(merged_into=None, erased_at=None)
        if self.programme.joining != Programme.Joining.AUTOMATIC:
            whole = whole.filter(memberships__in=Member.objects.current().filter(programme=self.programme))
        return whole.order_by("pk")

    def pasts(self, customers: Sequence[Customer]) -> list[Past]:
        """A fixed number of queries, if conditions ask for nothing beyond the order, its lines and its customer."""
        known = _Known(self, customers)
        return [self._past(customer, known) for customer in customers if known.orders[customer.pk]]

    def _past(self, customer: Customer, known: _Known) -> Past:
        orders = known.orders[customer.pk]
        uses: dict[tuple[Side, int, str], int] = defaultdict(int)
        return Past(
            customer=customer,
            member=known.members.get(customer.pk),
            bought=[self._bought(order, known.purchase(order, customer), uses) for order in orders],
        )

    def _bought(self, order: Order, purchase: Purchase, uses: dict[tuple[Side, int, str], int]) -> Bought:
        at = order.paid_at or order.placed_at
        candidates = [(rule, rule.candidate(order, at=at, clock=self.clock)) for rule in self.rules]
        bought = Bought(order=order)
        for side in SIDES:
            its = [candidate for rule, candidate in candidates if side in rule.sides]
            bought.given[side] = self._evaluate(purchase, its, side, uses, at, bought.cut[side])
        return bought

    def _evaluate(
        self,
        purchase: Purchase,
        candidates: Sequence[Candidate],
        side: Side,
        uses: dict[tuple[Side, int, str], int],
        at: datetime,
        cut: set[int],
    ) -> Evaluation:
        rounding = self.programme.rounding
        evaluation = evaluate(purchase, candidates, rounding=rounding)
        allowed = {}
        for given in evaluation.given:
            left = self._reserve(given.candidate.rule_id, given.points, side, uses, at)
            if left < given.points:
                allowed[given.candidate.rule_id] = left
            if left < given.points or given.points == given.candidate.most_per_order:
                cut.add(given.candidate.rule_id)
        return evaluate(purchase, candidates, rounding=rounding, allowed=allowed) if allowed else evaluation

    def _reserve(
        self, rule_id: int, points: int, side: Side, uses: dict[tuple[Side, int, str], int], at: datetime
    ) -> int:
        terms = next(one.terms for one in self.rules if one.rule_id == rule_id and side in one.sides)
        if not terms.has_limits:
            return points
        mine = (side, rule_id, limits.period_of(terms.member_period, at, self.clock))
        used = self.budgets[side].get(str(rule_id), 0)
        granted = points
        if terms.most_per_member_points is not None:
            granted = min(granted, max(terms.most_per_member_points - uses[mine], 0))
        if terms.budget_points is not None:
            granted = min(granted, max(terms.budget_points - used, 0))
        uses[mine] += granted
        self.budgets[side][str(rule_id)] = used + granted
        return granted

    @property
    def needs(self) -> frozenset[str]:
        return frozenset(need for rule in self.rules for need in rule.effect.needs)


class _Known:
    """Everything about some customers that their purchases are judged by, looked up at once."""

    def __init__(self, shadow: Shadow, customers: Sequence[Customer]) -> None:
        self.shadow = shadow
        self.needs = shadow.needs
        self.person_of: dict[int, int] = {
            pk: customer.pk
            for customer in customers
            for pk in customer.same_person_ids  # type: ignore[attr-defined]
        }
        self.orders = self._orders()
        self.members = self._members()
        self.paid = self._paid_with_points()
        self.pasts = Pasts(
            [order for orders in self.orders.values() for order in orders],
            customers,
            list(self.members.values()),
            self.needs,
            stood=_stood_before,
            placed_before=shadow.until,
        )

    def _orders(self) -> dict[int, list[Order]]:
        found: dict[int, list[Order]] = defaultdict(list)
        orders = Order.objects.filter(
            customer_id__in=self.person_of,
            cancelled_at=None,
            currency=self.shadow.programme.currency,
            paid_at__gte=self.shadow.since,
            paid_at__lt=self.shadow.until,
        )
        orders = orders.select_related("customer", "shop").prefetch_related("lines__product__category")
        for order in orders.order_by("paid_at", "pk"):
            found[self._person(order.customer_id)].append(order)
        return found

    def _person(self, customer_id: int | None) -> int:
        return self.person_of[customer_id or 0]

    def _members(self) -> dict[int, Member]:
        its = Member.objects.current().filter(programme=self.shadow.programme, customer_id__in=self.person_of)
        return {self.person_of[one.customer_id]: one for one in reversed(its)}

    def _paid_with_points(self) -> Mapping[int, Decimal]:
        if self.shadow.programme.earn_on_points_part:
            return {}
        kinds = Transaction.Kind
        its = Transaction.objects.filter(
            programme=self.shadow.programme,
            kind__in=(kinds.REDEEM, kinds.CAPTURE, kinds.RESTORE),
            order_id__in=[order.pk for orders in self.orders.values() for order in orders],
        )
        signed = Case(
            When(Q(kind=kinds.RESTORE), then=0 - F("points")),
            default=F("points"),
            output_field=BigIntegerField(),
        )
        spent = its.order_by().values_list("order_id").annotate(spent=Sum(signed))
        value = self.shadow.programme.point_value
        return {order_id: points * value for order_id, points in spent if order_id}

    # ── a purchase, from what is known ───────────────────────────────────────
    def purchase(self, order: Order, customer: Customer) -> Purchase:
        purchase = purchase_of(
            order,
            member=self._member_throughout(customer),
            needs=self.needs,
            clock=self.shadow.clock,
            paid_with_points=self.paid.get(order.pk, NOTHING),
            pasts=self.pasts,
        )
        # The order may be of a record that was merged since: the birthday is that of the person who goes on.
        return replace(purchase, birthday=customer.birthday)

    def _member_throughout(self, customer: Customer) -> Member:
        """As if they had joined with the first purchase at the latest. Never saved."""
        first, member = self.orders[customer.pk][0], self.members.get(customer.pk)
        joined_at = first.paid_at or first.placed_at
        if member:
            joined_at = min(joined_at, member.joined_at)
        return Member(pk=member.pk if member else None, joined_at=joined_at)


def _stood_before(held: MemberTier, at: datetime) -> bool:
    """Before the purchase: a tier that it led to began, and the one before it ended, in the same moment."""
    return held.since_at < at and (held.ended_at is None or held.ended_at >= at)


def some_of(customers: Any, *, after: int, at_most: int) -> list[Customer]:
    """The next of them, each with the ids of the same person."""
    return list(with_ids(customers.filter(pk__gt=after))[:at_most])
