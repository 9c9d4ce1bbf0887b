from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Order, ParkedEntry, TimelineEntry
from crm.purchases.ordering import advance_order
from loyalty import ledger
from loyalty.models import Lot, Member, Programme, RuleUse, RuleVersion, Transaction
from loyalty.points.earning import earn
from tests.factories.catalogue import CategoryFactory, ProductFactory
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import holds_tier, ladder, rule
from tests.factories.orders import line, placed_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(pending_days=14)


@pytest.fixture
def vera(programme: Programme) -> Member:
    return MemberFactory(programme=programme)


def paid(member, external_id="o-1", *, prices=("9.80",), at=NOON, **more) -> Order:
    lines = [line(str(n), quantity="1", unit_price=price) for n, price in enumerate(prices, 1)]
    told = {"customer": member and member.customer, "lines": lines, "placed_at": at, "at": at, **more}
    return placed_order(external_id, moments={"paid": at}, **told)


def balance(member) -> tuple[int, int]:
    member.wallet.refresh_from_db()
    return member.wallet.available, member.wallet.pending


def test_a_paid_order_earns_at_once_and_tells_the_timeline(programme, vera):
    rule(programme)

    order = paid(vera, prices=("9.80", "2.30"))

    assert balance(vera) == (0, 12)
    lot = Lot.objects.get(wallet=vera.pk)
    assert lot.available_at == NOON + timedelta(days=14)
    assert lot.expires_at == datetime(2027, 3, 3, tzinfo=UTC)
    entry = TimelineEntry.objects.get(kind="loyalty.points_earned")
    assert entry.fact.aloud() == "Earned 12 points for order o-1"
    assert (entry.customer_id, entry.subject_id, entry.depth) == (vera.customer_id, order.pk, 1)
    assert not ParkedEntry.objects.exists()


def test_the_ledger_keeps_versions_inputs_and_points_of_lines(programme, vera):
    known = rule(programme, name="Base")

    order = paid(vera, prices=("9.80", "2.30"))

    trace = Transaction.objects.get(order=order).trace
    first, second = (str(one.pk) for one in order.lines.order_by("pk"))
    assert trace["lines"] == {first: 9, second: 3}
    assert trace["quantities"] == {first: "1", second: "1"} or trace["quantities"][first].startswith("1")
    assert trace["purchase"]["amounts"] == {first: "9.80", second: "2.30"}
    assert [one["version"] for one in trace["rules"]] == [known.active_version_id]


def test_an_order_earns_once_however_often_it_is_told_and_asked(programme, vera):
    rule(programme)
    order = paid(vera)
    paid(vera, shop=order.shop)

    rule(programme, "fixed", {"points": 100})
    outcome = earn(Order.objects.get(pk=order.pk), at=NOON)

    assert balance(vera) == (0, 9)
    assert (outcome.points, outcome.is_new) == (9, False)


def test_an_order_that_is_paid_later_earns_then(programme, vera):
    rule(programme)
    order = placed_order("o-1", customer=vera.customer, lines=[line()])
    assert balance(vera) == (0, 0)

    advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=NOON)

    assert balance(vera) == (0, 9)


def test_points_that_need_not_wait_can_be_spent_at_once_and_pay_debt_first(programme, vera):
    programme.pending_days = 0
    programme.save()
    rule(programme)

    paid(vera)

    assert balance(vera) == (9, 0)


@pytest.mark.parametrize("joining", ["asked", "automatic"])
def test_who_is_no_member_joins_by_buying_only_where_the_programme_says_so(programme, joining):
    programme.joining = joining
    programme.save()
    rule(programme)
    buyer = CustomerFactory()

    placed_order("o-1", customer=buyer, lines=[line()], moments={"paid": NOON})

    members = Member.objects.filter(customer=buyer)
    assert [(one.joined_at, one.joined_through, balance(one)) for one in members] == (
        [(NOON, "automatic", (0, 9))] if joining == "automatic" else []
    )
    assert not ParkedEntry.objects.exists()


def test_a_purchase_before_the_membership_began_earns_nothing(programme):
    rule(programme)
    late = MemberFactory(programme=programme, joined_at=NOON + timedelta(days=1))

    order = paid(late)

    assert balance(late) == (0, 0)
    assert earn(order, at=NOON).why_nothing == ["The purchase was made before the membership began."]


def test_another_currency_earns_nothing_and_says_so(programme, vera):
    rule(programme)

    order = paid(vera, currency="BGN")

    assert earn(order, at=NOON).why_nothing == ["The purchase is in BGN; the programme counts in EUR."]
    assert balance(vera) == (0, 0)


def test_nobody_earns_for_a_nameless_sale(programme):
    rule(programme)

    order = paid(None)

    assert earn(order, at=NOON).why_not.code == "no-customer"


def test_a_condition_decides_and_a_dry_run_says_what_was_missing(programme, vera):
    rule(
        programme,
        "fixed",
        {"points": 50},
        name="Large baskets",
        conditions={"all": [{"field": "order.net", "op": "gte", "value": "100.00"}]},
    )
    order = paid(vera, prices=("40.00",))
    paid(vera, "o-2", prices=("100.00",))

    assert balance(vera) == (0, 50)
    (why_not,) = earn(order, at=NOON, dry_run=True).why_nothing
    assert why_not.startswith("Large baskets: ")
    assert "60.00" in why_not


def test_a_dry_run_changes_nothing(programme, vera):
    order = paid(vera)
    rule(programme)

    outcome = earn(order, at=NOON, dry_run=True)

    assert outcome.points == 9
    assert outcome.why == ["per_amount 0: The purchase counts with 9.80."]
    assert balance(vera) == (0, 0)


def test_a_category_counts_with_everything_inside_it(programme, vera):
    tea = CategoryFactory()
    oolong = CategoryFactory(parent=tea)
    ProductFactory(sku="OOLONG", category=oolong)
    rule(programme, "per_goods", {"points": "3", "per": "1.00", "categories": [tea.pk]})

    lines = [line("1", sku="OOLONG", quantity="1", unit_price="5.00"), line("2", unit_price="9.00")]
    placed_order("o-1", customer=vera.customer, lines=lines, moments={"paid": NOON})

    assert balance(vera) == (0, 15)


def test_the_first_order_and_the_welcome_are_given_once(programme, vera):
    rule(programme, "first_order", {"points": 50})
    rule(programme, "welcome", {"points": 7, "within_days": 1000})

    paid(vera, "o-1")
    paid(vera, "o-2", at=NOON + timedelta(hours=1))

    assert balance(vera) == (0, 57)


def test_a_tier_counts_from_the_purchase_after_it_was_reached(programme, vera):
    tiers = ladder(programme)
    rule(programme)
    rule(programme, "tier_bonus", {"tier": "silver", "percent": "100"})

    paid(vera, "o-1", prices=("1000.00",))
    assert balance(vera) == (0, 1000)
    paid(vera, "o-2", prices=("10.00",), at=NOON + timedelta(days=1))

    assert balance(vera) == (0, 1020)
    assert tiers["silver"].memberships.filter(member=vera, ended_at=None).exists()


def test_what_points_paid_earns_only_where_the_programme_says_so(programme, vera):
    rule(programme)
    ledger.earn(vera.pk, lots=[ledger.Lot(points=500)], key="gift", occurred_at=NOON, at=NOON)
    order = placed_order("o-1", customer=vera.customer, lines=[line(quantity="1", unit_price="20.00")])
    ledger.redeem(vera.pk, points=500, key="pays", order_id=order.pk, at=NOON)

    advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=NOON)

    assert balance(vera) == (0, 15)


# ── limits ───────────────────────────────────────────────────────────────────
def test_a_member_gets_no_more_of_a_rule_in_a_month_than_its_limit(programme, vera):
    rule(programme, most_per_member_points=15, member_period=RuleVersion.Period.MONTH)

    paid(vera, "o-1")
    paid(vera, "o-2", at=NOON + timedelta(days=1))
    paid(vera, "o-3", at=NOON + timedelta(days=40))

    earned = Transaction.objects.filter(kind="earn").order_by("pk").values_list("points", flat=True)
    assert list(earned) == [9, 6, 9]
    uses = RuleUse.objects.order_by("period").values_list("period", "points")
    assert list(uses) == [("2026-03", 15), ("2026-04", 9)]


def test_a_budget_is_never_overdrawn_and_the_last_one_is_told_why(programme, vera):
    rule(programme, name="Base", budget_points=12)

    paid(vera, "o-1")
    paid(vera, "o-2")
    order = paid(vera, "o-3")

    assert balance(vera) == (0, 12)
    outcome = earn(order, at=NOON, dry_run=True)
    assert outcome.why_nothing == ["Base: The limit of the rule is reached."]


def test_a_rule_outside_of_its_time_gives_nothing(programme, vera):
    rule(programme, valid_from=NOON + timedelta(seconds=1))
    rule(programme, "fixed", {"points": 5}, valid_until=NOON + timedelta(seconds=1))

    paid(vera)

    assert balance(vera) == (0, 5)


def test_each_running_programme_gives_its_points_once():
    first, second = ProgrammeFactory(slug="one"), ProgrammeFactory(slug="two", name="Two")
    vera = MemberFactory(programme=first)
    other = MemberFactory(programme=second, customer=vera.customer)
    rule(first)
    rule(second, "fixed", {"points": 3})

    paid(vera)

    assert (balance(vera), balance(other)) == ((0, 9), (0, 3))


def test_a_house_without_a_programme_asks_once_and_rests():
    with CaptureQueriesContext(
        connection,
    ) as queries:
        placed_order("o-1", customer=CustomerFactory(), moments={"paid": NOON})

    assert sum("loyalty_" in query["sql"] for query in queries) == 1


def test_published_versions_are_never_rewritten(programme):
    version = rule(programme).active_version

    version.group = "changed"
    with pytest.raises(Exception, match=r"append-only|permission denied"):
        version.save()


def test_earning_takes_few_queries(programme, vera, django_assert_max_num_queries):
    rule(programme)
    rule(programme, "multiplier", {"times": "2"})
    holds_tier(vera, ladder(programme)["bronze"])
    order = placed_order("o-1", customer=vera.customer, lines=[line()])
    Order.objects.filter(pk=order.pk).update(paid_at=NOON)

    with django_assert_max_num_queries(24):
        outcome = earn(Order.objects.select_related("customer", "shop").get(pk=order.pk), at=NOON)

    assert outcome.points == 19
    assert Decimal(outcome.trace["purchase"]["amounts"][str(order.lines.get().pk)]) == Decimal("9.80")


@pytest.mark.django_db(transaction=True)
def test_a_budget_holds_however_many_buy_at_once():
    """Twelve people pay at the same moment; the rule may give ten times nine points and one point more."""
    programme = ProgrammeFactory(pending_days=14)
    rule(programme, budget_points=91)
    members = MemberFactory.create_batch(12, programme=programme)
    orders = [
        placed_order(f"o-{n}", customer=member.customer, lines=[line()]) for n, member in enumerate(members)
    ]

    def pay(order: Order) -> None:
        try:
            advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(pay, orders))

    assert sum(Transaction.objects.filter(kind="earn").values_list("points", flat=True)) == 91
    assert RuleUse.objects.get().points == 91
    assert not ParkedEntry.objects.exists()


def test_who_joins_and_pays_within_the_same_second_has_joined_before(programme):
    rule(programme)
    vera = MemberFactory(programme=programme, joined_at=NOON + timedelta(milliseconds=400))

    paid(vera)
    paid(vera, "o-0", at=NOON - timedelta(seconds=1))

    assert Transaction.objects.count() == 1
    assert balance(vera) == (0, 9)
