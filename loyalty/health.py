"""What is wrong with a programme, found in its rules, tiers, rewards and points: each with what to do about it.

Reads only. A check is a function that yields findings; all of them ask a number of questions that grows with rules and
rewards, never with members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.db.models import F, Max, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import company, rules
from crm.errors import Refusal
from crm.models import Category, Order, OrderLine, Product
from crm.words.wording import number, percent
from loyalty import effects, tiering
from loyalty.effects import Effect
from loyalty.effects.multiplier import Multiplier
from loyalty.effects.per_amount import PerAmount
from loyalty.effects.per_goods import PerGoods
from loyalty.effects.promotion import Promotion
from loyalty.effects.tier_bonus import TierBonus
from loyalty.models import (
    Budget,
    Lot,
    Programme,
    QualifyingMonth,
    Redemption,
    Reward,
    Rule,
    RuleUse,
    RuleVersion,
    Tier,
)
from loyalty.models.reward import RewardQuerySet
from loyalty.tiers import window

LONG = timedelta(days=90)
SOON = timedelta(days=30)
MASS_SHARE = Decimal("0.25")
FEWEST_POINTS = 1_000
FEWEST_MEMBERS = 30
# How much of the price may go back where nobody told what the goods cost.
LARGEST_SHARE = Decimal("0.30")
ALWAYS: tuple[Any, ...] = ({}, {"all": []})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`fault` names the kind of fault for ever; `about` is the row it was found at."""

    fault: str
    title: str
    what_to_do: str
    about: Rule | Tier | Reward | Budget | Programme


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A rule that counts, read once."""

    rule: Rule
    version: RuleVersion
    effect: Effect

    @property
    def is_for_all(self) -> bool:
        return self.version.conditions in ALWAYS


@dataclass(frozen=True)
class Patient:
    programme: Programme
    at: datetime

    @cached_property
    def standing(self) -> list[Standing]:
        its = Rule.objects.filter(programme=self.programme).switched_on()
        return [
            Standing(rule=rule, version=version, effect=effects.read(version.effect, version.effect_settings))
            for rule in its
            if (version := rule.active_version)
        ]

    @cached_property
    def tiers(self) -> list[Tier]:
        return list(Tier.objects.filter(programme=self.programme).order_by("track", "level"))


Check = Callable[[Patient], Iterator[Finding]]


def examine(programme: Programme, *, at: datetime) -> list[Finding]:
    patient = Patient(programme, at)
    return [finding for check in CHECKS for finding in check(patient)]


# ── Rules ────────────────────────────────────────────────────────────────────
def dead_rules(patient: Patient) -> Iterator[Finding]:
    for one in patient.standing:
        if why := _why_dead(one, patient):
            yield Finding(
                fault="dead-rule",
                title=_("The rule “%(rule)s” gives nothing to anybody: %(why)s")
                % {"rule": one.rule, "why": why},
                what_to_do=_("Switch it off, or publish a version that can apply."),
                about=one.rule,
            )


def _why_dead(one: Standing, patient: Patient) -> str:
    effect, version = one.effect, one.version
    if version.valid_until and version.valid_until <= patient.at:
        return _("its time is over.")
    today = patient.at.astimezone(company.current().clock).date()
    if isinstance(effect, Promotion) and effect.last_on < today:
        return _("its promotion is over.")
    if isinstance(effect, TierBonus) and effect.tier not in {tier.slug for tier in patient.tiers}:
        return _("it names a tier that does not exist.")
    if isinstance(effect, PerGoods) and not _are_sold(effect):
        return _("none of its goods is sold.")
    if not one.is_for_all and version.published_at <= patient.at - LONG and not _was_met(version, patient.at):
        return _("no purchase of the last three months met its conditions.")
    return ""


def _are_sold(effect: PerGoods) -> bool:
    named = Q(sku__in=effect.skus)
    if effect.categories:
        named |= Q(category__in=Category.objects.filter(pk__in=effect.categories)) | Q(
            category__parent__in=effect.categories
        )
    for brand in effect.brands:
        named |= Q(brand__iexact=brand)
    return Product.objects.filter(named, is_active=True).exists()


def _was_met(version: RuleVersion, at: datetime) -> bool:
    """By the twin in SQL. A shop without any purchase says nothing about a rule."""
    bought = Order.objects.filter(paid_at__gte=at - LONG, paid_at__lt=at, cancelled_at=None)
    try:
        condition = rules.where(version.conditions, "order", at=at, clock=company.current().clock)
    except Refusal:
        return False
    return bought.filter(condition).exists() or not bought.exists()


def shadowed_rules(patient: Patient) -> Iterator[Finding]:
    """In a group only the best counts: one that is never better never counts."""
    for one in patient.standing:
        above = next((other for other in patient.standing if _always_wins(other, one)), None)
        if above:
            yield Finding(
                fault="shadowed-rule",
                title=_(
                    "The rule “%(rule)s” never counts: “%(other)s” of the same group always gives as much."
                )
                % {"rule": one.rule, "other": above.rule},
                what_to_do=_("Switch one of the two off, or let them add up: take the group away."),
                about=one.rule,
            )


def _always_wins(other: Standing, one: Standing) -> bool:
    if other.rule.pk == one.rule.pk or not one.version.group or other.version.group != one.version.group:
        return False
    if not (other.is_for_all or other.version.conditions == one.version.conditions):
        return False
    if other.version.has_limits or other.version.most_per_order_points or other.version.valid_until:
        return False
    mine, its = _rate(one.effect), _rate(other.effect)
    if mine is None or its is None or type(one.effect) is not type(other.effect):
        return False
    return its > mine or (its == mine and other.rule.pk < one.rule.pk)


def _rate(effect: Effect) -> Decimal | None:
    if isinstance(effect, PerAmount) and not effect.only_full:
        return effect.points / effect.per
    return effect.times if isinstance(effect, Multiplier) else None


def negative_margin(patient: Patient) -> Iterator[Finding]:
    """What the rules for the amount give back of each price, with the largest multiplier, against what is earned."""
    rates = [(_rate(one.effect) or Decimal(0), one) for one in patient.standing if _is_base(one)]
    times = [one.effect.times for one in patient.standing if isinstance(one.effect, Multiplier | Promotion)]
    share = sum((rate for rate, _one in rates), Decimal(0)) * max([*times, Decimal(1)])
    share *= patient.programme.point_value
    margin = _margin(patient)
    if rates and share >= (LARGEST_SHARE if margin is None else margin):
        yield Finding(
            fault="negative-margin",
            title=_("At most %(share)s of a price goes back as points: that is more than what is earned.")
            % {"share": percent(float(share), 100)},
            what_to_do=_("Give fewer points for the amount, or let a point be worth less.")
            if margin is not None
            else _(
                "Give fewer points for the amount, or tell what your goods cost, so that this can be judged."
            ),
            about=max(rates, key=lambda pair: pair[0])[1].rule,
        )


def _is_base(one: Standing) -> bool:
    return isinstance(one.effect, PerAmount) and one.is_for_all


def _margin(patient: Patient) -> Decimal | None:
    """The share of the price that is left over the cost, of what was sold lately; None where no cost is known."""
    sold = OrderLine.objects.filter(
        order__paid_at__gte=patient.at - LONG,
        order__currency=patient.programme.currency,
        unit_cost__isnull=False,
    ).aggregate(price=Sum("amount"), cost=Sum(F("unit_cost") * F("quantity")))
    return 1 - Decimal(sold["cost"]) / sold["price"] if sold["price"] else None


def exhausted_budgets(patient: Patient) -> Iterator[Finding]:
    used = dict(
        RuleUse.objects.filter(rule__programme=patient.programme, member=None, period="").values_list(
            "rule", "points"
        )
    )
    for one in patient.standing:
        most = one.version.budget_points
        if most is not None and used.get(one.rule.pk, 0) >= most:
            yield Finding(
                fault="exhausted-budget",
                title=_("The rule “%(rule)s” has used up its %(points)s points and gives nothing any more.")
                % {"rule": one.rule, "points": number(most)},
                what_to_do=_("Switch it off, or publish a version with a larger budget."),
                about=one.rule,
            )
    for budget in Budget.objects.filter(programme=patient.programme).annotate(most=Max("periods__starts_on")):
        period = budget.periods.filter(starts_on=budget.most).first()
        if period and period.used >= budget.amount and budget.period == Budget.Period.EVER:
            yield Finding(
                fault="exhausted-budget",
                title=_("The budget “%(budget)s” is used up.") % {"budget": budget},
                what_to_do=_("Give it more, or end what it pays for."),
                about=budget,
            )


# ── Tiers ────────────────────────────────────────────────────────────────────
def unreachable_tiers(patient: Patient) -> Iterator[Finding]:
    for track, ladder in tiering.ladders(patient.tiers).items():
        its = [tier for tier in patient.tiers if tier.track == track]
        best = _best_figure(patient, its[0], window(ladder, patient.at.date()).since)
        for below, tier in pairwise([None, *its]):
            if tier is None:
                continue
            if below is not None and tier.threshold <= below.threshold:
                yield _unreachable(below, _("the next one asks for no more."))
            elif best is not None and tier.threshold > 2 * best:
                yield _unreachable(tier, _("nobody has come half as far."))


def _unreachable(tier: Tier, why: str) -> Finding:
    return Finding(
        fault="unreachable-tier",
        title=_("Nobody can come to the tier “%(tier)s”: %(why)s") % {"tier": tier, "why": why},
        what_to_do=_("Ask for less, or take the tier away."),
        about=tier,
    )


def _best_figure(patient: Patient, lowest: Tier, since: Any) -> Decimal | None:
    """Of the member who has most; None while too few members bought anything."""
    months = QualifyingMonth._default_manager.filter(member__programme=patient.programme, month__gte=since)
    sums = months.order_by().values("member").annotate(figure=Sum(lowest.figure))
    if sums.count() < FEWEST_MEMBERS:
        return None
    best = sums.order_by("-figure").values_list("figure", flat=True).first()
    return Decimal(best or 0)


def points_gone_before_tiers(patient: Patient) -> Iterator[Finding]:
    """Points are taken by their expiry before a tier that counts points can be reached, or before they can be spent."""
    programme = patient.programme
    if programme.expiry not in (Programme.Expiry.AFTER_EARNING, Programme.Expiry.AFTER_ACTIVITY):
        return
    counting = [tier for tier in patient.tiers if tier.figure == Tier.Figure.POINTS and tier.threshold]
    too_long = next((tier for tier in counting if tier.months > programme.expiry_months), None)
    if too_long:
        yield Finding(
            fault="gone-before-tier",
            title=_(
                "Points expire after %(months)s months, before the tier “%(tier)s” can be reached with them."
            )
            % {"months": programme.expiry_months, "tier": too_long},
            what_to_do=_(
                "Let points live as long as the tiers count, or count the tiers over a shorter time."
            ),
            about=too_long,
        )
    elif programme.pending_days >= programme.expiry_months * 30:
        yield Finding(
            fault="gone-before-tier",
            title=_("Points expire before the return window is over: nobody can spend them."),
            what_to_do=_("Let points live longer, or shorten the return window."),
            about=programme,
        )


# ── Rewards and points ───────────────────────────────────────────────────────
def unused_rewards(patient: Patient) -> Iterator[Finding]:
    offered: RewardQuerySet = Reward.objects.filter(
        programme=patient.programme, starts_at__lte=patient.at - LONG
    )
    used = Redemption.objects.filter(redeemed_at__gte=patient.at - LONG).values("reward")
    for reward in offered.offered(patient.at).exclude(pk__in=used).order_by("pk"):
        yield Finding(
            fault="unused-reward",
            title=_("Nobody has redeemed “%(reward)s” in three months.") % {"reward": reward},
            what_to_do=_("Let it cost fewer points, tell members about it, or end it."),
            about=reward,
        )


def mass_expiry(patient: Patient) -> Iterator[Finding]:
    lots = Lot.objects.filter(wallet__programme=patient.programme, remaining__gt=0)
    whole = lots.aggregate(points=Sum("remaining"))["points"] or 0
    soon = lots.filter(expires_at__lte=patient.at + SOON, expires_at__gt=patient.at)
    points = soon.aggregate(points=Sum("remaining"))["points"] or 0
    if points >= FEWEST_POINTS and points >= whole * MASS_SHARE:
        yield Finding(
            fault="mass-expiry",
            title=_("%(points)s points expire within 30 days: %(share)s of all that can be spent.")
            % {"points": number(points), "share": percent(points / whole, whole)},
            what_to_do=_("Remind members in time, or offer something that they can spend them on."),
            about=patient.programme,
        )


CHECKS: tuple[Check, ...] = (
    dead_rules,
    shadowed_rules,
    negative_margin,
    exhausted_budgets,
    unreachable_tiers,
    points_gone_before_tiers,
    unused_rewards,
    mass_expiry,
)
NAMES: dict[str, str | Promise] = {
    "dead-rule": gettext_lazy("Rules that give nothing"),
    "shadowed-rule": gettext_lazy("Rules that never count"),
    "negative-margin": gettext_lazy("More given than earned"),
    "exhausted-budget": gettext_lazy("Budgets that are used up"),
    "unreachable-tier": gettext_lazy("Tiers that nobody reaches"),
    "gone-before-tier": gettext_lazy("Points that go too early"),
    "unused-reward": gettext_lazy("Rewards that nobody takes"),
    "mass-expiry": gettext_lazy("Many points expire at once"),
}
