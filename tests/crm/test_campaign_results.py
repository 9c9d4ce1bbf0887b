"""What a campaign brought: all assigned against all held out, zero buyers included, and only what may be concluded."""

from __future__ import annotations

import csv
import gzip
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.campaigns import audiences, measuring
from crm.campaigns.drafting import PlanTold
from crm.campaigns.playbooks import PLAYBOOKS
from crm.campaigns.results import Outcome, Standing, conclude
from crm.campaigns.spending import Spent
from crm.measures.lift import Group
from crm.models import Campaign, CampaignPerson, Customer, Order, RetentionPlan
from crm.people import merging
from crm.rules import check
from tests.crm.test_expected_value import HILLSTROM
from tests.factories import campaigns as given
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory

A_MONTH = timedelta(days=30)
AFTERWARDS = NOON + A_MONTH


def side(people: int, buyers: int, *, each: float = 20.0) -> Spent:
    return Spent(
        people=people, buyers=buyers, revenue=Decimal(str(buyers * each)), squares=buyers * each * each
    )


# ── What may be concluded: pure ──────────────────────────────────────────────
def test_nothing_is_concluded_where_nobody_was_held_out() -> None:
    its = conclude(side(900, 300), Spent(), is_over=True, is_compared=False)

    assert (its.standing, its.outcome) == (Standing.NOT_COMPARED, Outcome.NOT_COMPARED)
    assert its.bought is its.revenue is None


def test_nothing_is_concluded_before_the_days_are_over() -> None:
    its = conclude(side(900, 300), side(100, 10), is_over=False, is_compared=True)

    assert its.standing == Standing.TOO_EARLY
    assert its.bought is its.revenue is None


@pytest.mark.parametrize(("treated", "held_out"), [(900, 29), (29, 900), (0, 0)])
def test_nothing_is_concluded_from_a_few(treated: int, held_out: int) -> None:
    its = conclude(side(treated, treated // 2), side(held_out, 0), is_over=True, is_compared=True)

    assert (its.standing, its.outcome) == (Standing.TOO_SMALL, Outcome.TOO_SMALL)


@pytest.mark.parametrize(
    ("treated", "held_out", "outcome"),
    [
        (side(900, 300), side(300, 50), Outcome.KEPT),
        (side(900, 150), side(300, 100), Outcome.LOST),
        (side(900, 300), side(300, 98), Outcome.UNDECIDED),
    ],
)
def test_a_difference_is_told_only_where_its_interval_leaves_out_zero(
    treated: Spent, held_out: Spent, outcome: Outcome
) -> None:
    its = conclude(treated, held_out, is_over=True, is_compared=True)

    assert its.outcome == outcome
    assert its.bought is not None
    assert its.bought.is_change is (outcome != Outcome.UNDECIDED)


@pytest.mark.skipif(not HILLSTROM.exists(), reason="the real data is not here")
def test_hillstroms_mails_read_as_campaigns_say_what_was_published() -> None:
    spent: dict[str, list[float]] = {}
    with gzip.open(HILLSTROM, "rt") as file:
        for row in csv.DictReader(file):
            spent.setdefault(row["segment"], []).append(float(row["spend"]))
    sides = {}
    for name, amounts in spent.items():
        group = Group.of(amounts)
        sides[name] = Spent(
            people=group.people,
            buyers=sum(one > 0 for one in amounts),
            revenue=Decimal(f"{group.total:.2f}"),
            squares=group.squares,
        )
    for mail, value, low, high in (
        ("Mens E-Mail", 0.770, 0.485, 1.055),
        ("Womens E-Mail", 0.424, 0.169, 0.680),
    ):
        its = conclude(sides[mail], sides["No E-Mail"], is_over=True, is_compared=True)
        assert its.revenue is not None
        found = (its.revenue.value, its.revenue.interval.low, its.revenue.interval.high)
        assert found == pytest.approx((value, low, high), abs=0.001)
        assert its.outcome == Outcome.KEPT


# ── What is counted ──────────────────────────────────────────────────────────
def campaign_of(people: list[Customer], **more: Any) -> Campaign:
    return given.done(snapshot=given.snapshot_of(people), **{**given.NO_HOLD_OUT, **more})


def buys(customer: Customer, external_id: str, *, after: timedelta = timedelta(days=1), **more: Any) -> Any:
    at = NOON + after
    told = {"lines": [line(quantity="1", unit_price="10.00")], "placed_at": at, "at": at, **more}
    return placed_order(external_id, customer=customer, **told)


@pytest.mark.django_db
def test_both_sides_are_counted_with_zero_buyers_and_within_the_days_alone() -> None:
    shop = ShopFactory()
    one, other, third, fourth = given.people(4)
    campaign = campaign_of([one, other, third, fourth])
    buys(one, "1", shop=shop)
    buys(one, "2", shop=shop)
    buys(other, "before", after=-timedelta(days=1), shop=shop)
    buys(third, "later", after=A_MONTH, shop=shop)
    taken_back = buys(fourth, "cancelled", shop=shop)
    Order.objects.filter(pk=taken_back.pk).update(cancelled_at=NOON + timedelta(days=2))

    campaign = measuring.measure(campaign, at=NOON + timedelta(days=10))

    treated = measuring.result_of(campaign).treated
    assert (treated.people, treated.buyers, treated.revenue, treated.squares) == (4, 1, Decimal(20), 400.0)
    assert campaign.measured_at is None
    assert set(campaign.people.values_list("outcome", flat=True)) == {""}


@pytest.mark.django_db
def test_everybody_has_an_outcome_once_the_days_are_over_and_it_stands() -> None:
    shop = ShopFactory()
    one, other = given.people(2)
    campaign = campaign_of([one, other])
    buys(one, "1", shop=shop)

    campaign = measuring.measure(campaign, at=AFTERWARDS)
    buys(other, "2", shop=shop)
    campaign = measuring.measure(campaign, at=AFTERWARDS + A_MONTH)

    assert dict(campaign.people.values_list("customer", "outcome")) == {
        one.pk: CampaignPerson.Outcome.BOUGHT,
        other.pk: CampaignPerson.Outcome.NOT_BOUGHT,
    }
    assert (campaign.measured_at, measuring.result_of(campaign).treated.buyers) == (AFTERWARDS, 1)
    assert measuring.measure_due(at=AFTERWARDS + A_MONTH) == 0


@pytest.mark.django_db
def test_one_person_by_two_ids_is_counted_once_with_what_both_bought() -> None:
    shop = ShopFactory()
    one, other = given.people(2)
    campaign = campaign_of([one, other])
    buys(one, "1", shop=shop)
    buys(other, "2", shop=shop)
    merging.merge(one, other=other, by=given.manager(), at=NOON + timedelta(days=2))

    measuring.measure(campaign, at=NOON + timedelta(days=3))

    treated = measuring.result_of(campaign).treated
    assert (treated.people, treated.buyers, treated.revenue) == (1, 1, Decimal(20))


@pytest.mark.django_db
def test_what_cannot_be_reached_counts_all_the_same() -> None:
    people = given.people(3)
    campaign = campaign_of(people, kind="points", terms={"points": 5})
    assert campaign.people.filter(state=CampaignPerson.State.SKIPPED).count() == 3

    campaign = measuring.measure(campaign, at=AFTERWARDS)

    assert measuring.result_of(campaign).treated.people == 3


# ── Plans to keep customers ──────────────────────────────────────────────────
@pytest.mark.django_db
def test_a_plan_has_its_outcome_once_it_is_known() -> None:
    owner = given.may()
    plan = PlanTold(owner=owner, due_on=NOON.date(), playbook="star")
    campaign = campaign_of(given.people(2), plan=plan)

    measuring.measure(campaign, at=NOON + timedelta(days=3))
    assert RetentionPlan.objects.get().outcome == ""

    measuring.measure(campaign, at=AFTERWARDS)
    known = RetentionPlan.objects.get()
    assert (known.owner, known.outcome, known.outcome_at) == (owner, Outcome.NOT_COMPARED, AFTERWARDS)


@pytest.mark.django_db
@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda one: one.name)
def test_every_playbook_asks_for_people_who_can_be_found(playbook: Any) -> None:
    check(playbook.conditions, "customer")
    campaign = given.draft(conditions=playbook.conditions)

    assert audiences.audience(campaign, at=NOON).count() == 0
