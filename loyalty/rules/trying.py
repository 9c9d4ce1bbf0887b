"""A draft is tried on one real order: what it would have earned with the draft, and why, and why not. Reads only."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crm import company
from crm.models import Order
from loyalty.models import Member, Rule, RuleTerms, RuleVersion
from loyalty.points import earning
from loyalty.points.earning import Outcome
from loyalty.rules.evaluation import evaluate, trace_of
from loyalty.rules.purchases import purchase_of
from loyalty.rules.reasons import Reason


def try_on(terms: RuleTerms, rule: Rule, order: Order, *, at: datetime) -> Outcome:
    """As if the rule had said so on the day of the order, beside the other rules that are in force now.

    Limits of members and of all together are left out: they are of another time.
    """
    programme, clock = rule.programme, company.current().clock
    if order.customer_id is None:
        return Outcome(why_not=Reason("no-customer"))
    if why_not := earning.why_not_in(programme, order.currency):
        return Outcome(why_not=why_not)
    member = Member.objects.going_on(order.customer_id, programme)
    moment = order.paid_at or order.placed_at
    candidates = earning.candidates_of(_with(terms, rule, at), order, at=moment, clock=clock, tells_why=True)
    purchase = purchase_of(
        order, member=member, needs=earning.needs_of(candidates), clock=clock, paid_with_points=Decimal(0)
    )
    evaluation = evaluate(purchase, candidates, rounding=programme.rounding)
    return Outcome(points=evaluation.points, trace=trace_of(purchase, evaluation), member=member)


def _with(terms: RuleTerms, rule: Rule, at: datetime) -> list[Rule]:
    """The rules in force, these terms in the place of the rule's own."""
    others = [one for one in earning.rules_of(rule.programme) if one.pk != rule.pk]
    tried = Rule(pk=rule.pk, programme_id=rule.programme_id, name=rule.name)
    version = RuleVersion(rule=tried, number=0, published_at=at)
    version.take_terms(terms)
    version.valid_from = version.valid_until = None
    version.sha256 = version.digest()
    tried.active_version = version
    return sorted([*others, tried], key=lambda one: one.pk)
