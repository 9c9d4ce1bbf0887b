from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.models import Movement, Programme, Replay, ReplayShare, Transaction
from loyalty.rules import replay, trying
from loyalty.rules.replay import ReplayIsNotAtWork, UnusableMonths
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_drafts import EARLY, draft, replayed
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.orders import line, placed_order

SATURDAY = datetime(2026, 3, 7, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db

WEEKEND_SUM = """
SELECT coalesce(sum(floor(2 * amount) - floor(amount)), 0) FROM (
  SELECT o.id, sum(l.amount) AS amount FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
  WHERE o.paid_at >= %s AND o.paid_at < %s AND o.cancelled_at IS NULL AND o.currency = 'EUR'
    AND o.customer_id IS NOT NULL AND extract(isodow FROM o.placed_at AT TIME ZONE 'UTC') IN (6, 7)
  GROUP BY 1
) AS weekends
"""


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(joining=Programme.Joining.AUTOMATIC)


def paid(customer, external_id, price="10.00", at=SATURDAY, **more):
    lines = [line(quantity="1", unit_price=price)]
    told = {"customer": customer, "lines": lines, "placed_at": at, "at": at, **more}
    return placed_order(external_id, moments={"paid": at}, **told)


def test_double_points_on_weekends_come_to_what_sql_says(programme):
    people = [CustomerFactory() for _ in range(7)]
    for number in range(60):
        at = SATURDAY - timedelta(days=number, hours=number % 5)
        paid(people[number % 7], f"o-{number}", f"{3 + number}.{number:02}", at)
    rule(programme)

    done = replayed(draft(programme))

    with connection.cursor() as cursor:
        cursor.execute(WEEKEND_SUM, [done.since, done.until])
        (expected,) = cursor.fetchone()
    assert done.state == Replay.State.DONE
    assert done.percent == 100
    assert done.difference == done.rule_points == expected > 0
    assert sum(ReplayShare.objects.values_list("difference", flat=True)) == expected
    assert done.orders_count == 60


def test_nothing_is_written_to_the_ledger(programme):
    paid(CustomerFactory(), "o-1")
    rule(programme)
    before = Transaction.objects.count(), Movement.objects.count()

    done = replayed(draft(programme))

    assert (Transaction.objects.count(), Movement.objects.count()) == before
    assert done.difference == 10


def test_a_draft_counts_in_the_place_of_its_rule_and_as_if_its_dates_lay_in_the_past(programme):
    paid(CustomerFactory(), "o-1")
    known = rule(programme)
    more = draft(
        programme,
        "per_amount",
        {"points": "3", "per": "1.00"},
        rule=known,
        conditions={"all": []},
        valid_from=EARLY + timedelta(days=30),
    )

    done = replayed(more)

    assert (done.points_now, done.points_then) == (10, 30)
    assert done.cost == Decimal("0.20")


def test_limits_of_members_and_budgets_hold_in_the_shadow_too(programme):
    vera, iva = CustomerFactory(), CustomerFactory()
    for number in range(3):
        paid(vera, f"v-{number}")
        paid(iva, f"i-{number}")
    rule(programme)

    limited = replayed(draft(programme, most_per_member_points=15))

    assert limited.difference == 30
    assert limited.limited_orders_count == 4

    budget = replayed(draft(programme, rule=limited.rule, budget_points=25))
    assert budget.difference == 25


def test_members_of_each_tier_change_where_points_decide_about_tiers(programme):
    member = MemberFactory(programme=programme)
    tiers = ladder(programme, silver="15", gold="50", figure="points")
    rule(programme)
    paid(member.customer, "o-1")

    done = replayed(draft(programme))

    share = ReplayShare.objects.get(replay=done)
    assert (share.tier_now, share.tier_then) == (tiers["bronze"], tiers["silver"])


def test_only_members_take_part_where_customers_have_to_ask(programme):
    programme.joining = Programme.Joining.ASKED
    programme.save()
    member = MemberFactory(programme=programme)
    paid(member.customer, "o-1")
    paid(CustomerFactory(), "o-2")
    rule(programme)

    done = replayed(draft(programme))

    assert list(done.shares.values_list("customer_id", "difference")) == [(member.customer_id, 10)]


def test_a_replay_that_was_stopped_goes_on_where_it_stood(programme, monkeypatch):
    monkeypatch.setattr(replay, "CHUNK", 2)
    for number in range(5):
        paid(CustomerFactory(), f"o-{number}")
    rule(programme)
    begun = replay.start(draft(programme), months=1, by=None, at=EARLY)
    moments = iter([EARLY, EARLY + timedelta(hours=1)])

    replay.run(begun, clock=lambda: next(moments), until=EARLY + timedelta(minutes=1))
    assert (begun.customers_done, begun.percent) == (2, 40)
    replay.cancel(begun, at=EARLY)
    replay.run(begun, clock=lambda: EARLY)
    assert begun.customers_done == 2
    replay.go_on(begun, at=EARLY)
    replay.run(begun, clock=lambda: EARLY)

    assert begun.state == Replay.State.DONE
    assert begun.difference == 50
    assert begun.shares.count() == 5
    with pytest.raises(ReplayIsNotAtWork):
        replay.cancel(begun, at=EARLY)


def test_more_than_two_years_are_refused(programme):
    with pytest.raises(UnusableMonths):
        replay.start(draft(programme), months=25, by=None, at=EARLY)


def test_the_number_of_queries_does_not_grow_with_the_orders(programme):
    ladder(programme)
    rule(programme)
    rule(programme, "first_order", {"points": 5})
    rule(programme, "tier_bonus", {"tier": "gold", "percent": "50"})
    its = draft(programme, "birthday", {"times": "2"})
    counts = []
    for many in (2, 12):
        for number in range(many):
            paid(CustomerFactory(), f"{many}-{number}")
        begun = replay.start(its, months=1, by=None, at=EARLY)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            replay.run(begun, clock=lambda: EARLY)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_shadow_gives_what_the_ledger_gave(programme):
    """Every effect that looks back, over a year of one member's purchases."""
    ladder(programme, silver="50", gold="100")
    for effect, settings in (
        ("per_amount", {"points": "1", "per": "1.00"}),
        ("first_order", {"points": 7}),
        ("welcome", {"points": 11, "within_days": 30}),
        ("lapse", {"points": 13, "days": 20}),
        ("streak", {"points": 17, "length": 2, "unit": "month"}),
        ("birthday", {"times": "3", "days_before": 10, "days_after": 10}),
        ("tier_bonus", {"tier": "silver", "percent": "50"}),
    ):
        rule(programme, effect, settings)
    vera = CustomerFactory(birthday=datetime(1990, 2, 1, tzinfo=UTC).date())
    for number in range(12):
        paid(vera, f"o-{number}", "19.90", EARLY - timedelta(days=180 - 14 * number))
    earned = sum(Transaction.objects.filter(kind="earn").values_list("points", flat=True))

    done = replayed(draft(programme), months=12)

    assert done.points_now == earned > 240


def test_trying_a_draft_on_an_order_says_why_and_why_not(programme):
    vera = CustomerFactory()
    rule(programme, name="Base")
    its = draft(programme)

    on_saturday = trying.try_on(its, its.rule, paid(vera, "o-1"), at=EARLY)
    on_monday = trying.try_on(its, its.rule, paid(vera, "o-2", at=MONDAY), at=EARLY)

    assert on_saturday.points == 20
    assert "Weekends: The points are multiplied by 2." in on_saturday.why
    assert on_monday.points == 10
    assert on_monday.why_nothing[0].startswith("Weekends: ")
