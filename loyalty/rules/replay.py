"""A draft is tried on the past: what the programme would have given, and to whom, had the draft been in force.

Nothing is written to the ledger. Customers are taken some at a time, each chunk in its own transaction together with
the replay's cursor: a run that was stopped or killed goes on where it stood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.errors import Refusal
from crm.models import User
from loyalty import tiering, tiers
from loyalty.models import Programme, QualifyingMonth, Replay, ReplayShare, RuleDraft, RuleVersion, Tier
from loyalty.rules import shadow
from loyalty.rules.shadow import Bought, Past, Shadow, ShadowRule, Side
from loyalty.tiers import Ladder, figure_of, window

CHUNK = 300
LONGEST_MONTHS = 24
EXAMPLES = 4
NOTHING = Decimal(0)


class UnusableMonths(Refusal):
    code = "unusable-months"
    title = _("A rule can be tried on 1 to 24 months.")
    status = 422


class ReplayIsNotAtWork(Refusal):
    code = "replay-is-not-at-work"
    title = _("The replay has ended already, or has been stopped.")


@transaction.atomic
def start(draft: RuleDraft, *, months: int, by: User | None, at: datetime) -> Replay:
    """Begin to try the draft on the last `months`, this month included. `run` does the work.

    Raises:
        UnusableMonths: it is not 1 to 24 months.
    """
    if not 1 <= months <= LONGEST_MONTHS:
        raise UnusableMonths()
    clock = company.current().clock
    first = tiers.month_plus(at.astimezone(clock).date(), 1 - months)
    replay = Replay(
        rule=draft.rule,
        sha256=draft.digest(),
        months=months,
        since=datetime.combine(first, time.min, clock),
        until=at,
        started_by=by,
        created_at=at,
        moved_at=at,
    )
    replay.take_terms(draft)
    replay.customers_total = shadow_of(replay).customers().count()
    replay.save()
    return replay


@transaction.atomic
def cancel(replay: Replay, *, at: datetime) -> None:
    """Stop; what was worked out stays, and `go_on` takes it up again.

    Raises:
        ReplayIsNotAtWork: there is nothing to stop.
    """
    _move(replay, Replay.State.RUNNING, Replay.State.CANCELLED, at=at)


@transaction.atomic
def go_on(replay: Replay, *, at: datetime) -> None:
    """Raises ReplayIsNotAtWork: it was not stopped."""
    _move(replay, Replay.State.CANCELLED, Replay.State.RUNNING, at=at)


def _move(replay: Replay, before: Replay.State, after: Replay.State, *, at: datetime) -> None:
    if not Replay.objects.filter(pk=replay.pk, state=before).update(state=after, moved_at=at):
        raise ReplayIsNotAtWork()
    replay.refresh_from_db()


def run(replay: Replay, *, clock: Callable[[], datetime], until: datetime | None = None) -> Replay:
    """Work until all customers are done, the replay is cancelled, or `until` is past. May run twice at a time."""
    while (now := clock()) and (until is None or now < until):
        moved = _chunk(replay.pk, at=now)
        if moved is None or not moved.is_at_work:
            break
    replay.refresh_from_db()
    return replay


@transaction.atomic
def _chunk(pk: int, *, at: datetime) -> Replay | None:
    """The next customers; None: somebody else is at it, or nothing is to be done. Locks the replay's row."""
    replay = (
        Replay.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("rule__programme")
        .filter(pk=pk, state=Replay.State.RUNNING)
        .first()
    )
    if replay is None:
        return None
    its = shadow_of(replay)
    customers = shadow.some_of(its.customers(), after=replay.last_customer_id, at_most=CHUNK)
    pasts = its.pasts(customers)
    ReplayShare.objects.bulk_create(_shares(replay, its, pasts))
    _count(replay, pasts)
    replay.customers_done += len(customers)
    replay.last_customer_id = customers[-1].pk if customers else replay.last_customer_id
    if len(customers) < CHUNK:
        replay.state, replay.finished_at = Replay.State.DONE, at
    replay.budgets, replay.moved_at = dict(its.budgets), at
    replay.save()
    return replay


# ── Both sides ───────────────────────────────────────────────────────────────
def shadow_of(replay: Replay) -> Shadow:
    """Today's rules on one side; on the other the same with the replay's terms in the place of the rule's own."""
    programme = replay.rule.programme
    return Shadow(
        programme=programme,
        rules=[*_standing(programme, replay.rule_id), _draft(replay)],
        since=replay.since,
        until=replay.until,
        clock=company.current().clock,
        budgets={"now": {}, "then": {}, **replay.budgets},
    )


def _standing(programme: Programme, rule_id: int) -> list[ShadowRule]:
    versions = RuleVersion.objects.filter(rule__programme=programme, rule__active_version_id__isnull=False)
    its = [one for one in versions.select_related("rule") if one.rule.active_version_id == one.pk]
    return [
        ShadowRule(
            rule_id=one.rule_id,
            version_id=one.pk,
            name=one.rule.name,
            terms=one,
            sides=frozenset({"now"}) if one.rule_id == rule_id else frozenset(shadow.SIDES),
        )
        for one in sorted(its, key=lambda one: one.rule_id)
    ]


def _draft(replay: Replay) -> ShadowRule:
    return ShadowRule(
        rule_id=replay.rule_id,
        version_id=0,
        name=replay.rule.name,
        terms=replay,
        sides=frozenset({"then"}),
        is_draft=True,
    )


# ── What came of it ──────────────────────────────────────────────────────────
def _count(replay: Replay, pasts: Sequence[Past]) -> None:
    rule_id = replay.rule_id
    for past in pasts:
        for bought in past.bought:
            of_rule = bought.points_of(rule_id, "then")
            replay.orders_count += 1
            replay.rule_orders_count += bool(of_rule)
            replay.limited_orders_count += rule_id in bought.cut["then"]
            replay.rule_points += of_rule
            replay.points_now += bought.points("now")
            replay.points_then += bought.points("then")
            _remember(replay, bought, of_rule)


def _remember(replay: Replay, bought: Bought, points: int) -> None:
    """A few of those that the rule gave points for, and a few others."""
    alike = sum(1 for one in replay.examples if bool(one["points"]) == bool(points))
    if alike < EXAMPLES:
        order = bought.order
        replay.examples.append({"order": order.pk, "number": order.number, "points": points})


def _shares(replay: Replay, its: Shadow, pasts: Sequence[Past]) -> list[ReplayShare]:
    places = _Places(replay, its, pasts)
    return [
        ReplayShare(
            replay=replay,
            customer=past.customer,
            orders_count=len(past.bought),
            points_now=_sum(past, "now"),
            points_then=_sum(past, "then"),
            difference=_sum(past, "then") - _sum(past, "now"),
            tier_now_id=places.tier_id(past, "now"),
            tier_then_id=places.tier_id(past, "then"),
        )
        for past in pasts
    ]


def _sum(past: Past, side: Side) -> int:
    return sum(bought.points(side) for bought in past.bought)


@dataclass
class _Ladder:
    figure: str
    ladder: Ladder


class _Places:
    """On which step of the main ladder each side would have led. Only points can differ between the sides."""

    def __init__(self, replay: Replay, its: Shadow, pasts: Sequence[Past]) -> None:
        self.clock = its.clock
        self.today = replay.until.astimezone(its.clock).date()
        self.main = main_ladder(its.programme)
        self.months: dict[int, dict[date, Decimal]] = defaultdict(dict)
        if self.main:
            ids = [past.member.pk for past in pasts if past.member]
            months = QualifyingMonth._default_manager.filter(member__in=ids)
            for member_id, month, value in months.values_list("member_id", "month", self.main.figure):
                self.months[member_id][month] = Decimal(value)

    def tier_id(self, past: Past, side: Side) -> int | None:
        if self.main is None:
            return None
        ladder = self.main.ladder
        months = self._of_member(past) if past.member else self._of_orders(past)
        if self.main.figure == Tier.Figure.POINTS and side == "then":
            for bought in past.bought:
                more = bought.points("then") - bought.points("now")
                months[self._month(bought)] = months.get(self._month(bought), NOTHING) + more
        step = ladder.at_place(ladder.place_for(figure_of(months, window(ladder, self.today))))
        return step.tier_id if step else None

    def _of_member(self, past: Past) -> dict[date, Decimal]:
        return dict(self.months[past.member.pk]) if past.member else {}

    def _of_orders(self, past: Past) -> dict[date, Decimal]:
        """What would count for somebody who is no member yet."""
        found: dict[date, Decimal] = defaultdict(Decimal)
        for bought in past.bought:
            found[self._month(bought)] += self._figure(bought)
        return found

    def _figure(self, bought: Bought) -> Decimal:
        figure = self.main.figure if self.main else ""
        if figure == Tier.Figure.SPEND:
            return bought.order.goods_amount
        if figure == Tier.Figure.POINTS:
            return Decimal(bought.points("now"))
        if figure == Tier.Figure.ORDERS:
            return Decimal(1)
        return Decimal(bought.order.channel == "store" and figure == Tier.Figure.VISITS)

    def _month(self, bought: Bought) -> date:
        return bought.order.placed_at.astimezone(self.clock).date().replace(day=1)


def main_ladder(programme: Programme) -> _Ladder | None:
    """The ladder called main, else the first."""
    its = list(Tier.objects.filter(programme=programme).order_by("track", "level"))
    found = tiering.ladders(its)
    if not found:
        return None
    track = "main" if "main" in found else next(iter(found))
    lowest = next(tier for tier in its if tier.track == track)
    return _Ladder(lowest.figure, found[track])
