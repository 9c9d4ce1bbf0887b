"""Goods come back in any number of steps: points end where one full return would leave them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm import relay
from crm.abilities import ReturnEffect
from crm.models import Order, ParkedEntry, TimelineEntry
from crm.people import merging
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from loyalty import ledger
from loyalty.ledger import proving
from loyalty.models import Lot, Member, Programme, Transaction
from loyalty.points.reversal import due_back, due_to_give, foresee, reverse_order
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.orders import line, placed_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(pending_days=14)


@pytest.fixture
def vera(programme: Programme) -> Member:
    rule(programme)
    return MemberFactory(programme=programme)


def paid(member, external_id="o-1", *, lines=None, at=NOON, **more) -> Order:
    lines = lines or [line("1", quantity="2", unit_price="4.90"), line("2", quantity="1", unit_price="5.20")]
    return placed_order(
        external_id, customer=member.customer, lines=lines, placed_at=at, at=at, moments={"paid": at}, **more
    )


def give_back(order, external_id, *, at=LATER, **quantities):
    lines = [LineReturned(line=name[1:], quantity=Decimal(quantity)) for name, quantity in quantities.items()]
    return register_return(order, external_id=external_id, lines=lines, returned_at=at, source="api:x", at=at)


def posted(order) -> dict[str, int]:
    rows = Transaction.objects.filter(order=order).values_list("kind", "points")
    return {kind: sum(points for of, points in rows if of == kind) for kind in ("reverse", "restore")}


def moved(order, *, since) -> ReturnEffect:
    now = posted(order)
    return ReturnEffect(
        points_taken=now["reverse"] - since["reverse"], points_given=now["restore"] - since["restore"]
    )


def balance(member) -> tuple[int, int, int]:
    member.wallet.refresh_from_db()
    return member.wallet.available, member.wallet.pending, member.wallet.debt


def test_a_returned_line_takes_its_own_points_back(vera):
    order = paid(vera)
    assert balance(vera) == (0, 15, 0)

    give_back(order, "r-1", _2="1")

    assert balance(vera) == (0, 9, 0)
    entry = TimelineEntry.objects.get(kind="loyalty.points_taken_back")
    assert entry.fact.aloud() == "6 points taken back: goods of order o-1 were returned"
    assert not ParkedEntry.objects.exists()


def test_half_of_a_line_takes_half_of_its_points(vera):
    order = paid(vera)

    give_back(order, "r-1", _1="1")

    assert balance(vera) == (0, 11, 0)


def test_what_a_rule_says_today_does_not_matter_for_what_it_gave(programme, vera):
    order = paid(vera)
    programme.rules.update(active_version=None)

    give_back(order, "r-1", _1="2", _2="1")

    assert balance(vera) == (0, 0, 0)


def test_a_cancelled_order_leaves_nothing(vera):
    order = paid(vera)

    advance_order(order, moment="cancelled", occurred_at=LATER, source="api:x", at=LATER)

    assert balance(vera) == (0, 0, 0)


def test_a_return_told_twice_takes_points_once(vera):
    order = paid(vera)
    give_back(order, "r-1", _2="1")
    give_back(order, "r-1", _2="1")
    reverse_order(order, at=LATER)

    assert balance(vera) == (0, 9, 0)


def test_goods_that_came_back_before_the_money_came_earn_nothing(vera):
    order = placed_order("o-1", customer=vera.customer, lines=[line("1"), line("2")])
    give_back(order, "r-1", _1="2")

    advance_order(order, moment="paid", occurred_at=LATER, source="api:x", at=LATER)

    assert balance(vera) == (0, 10, 0)


def test_points_that_were_spent_already_are_owed_or_forgiven(programme, vera):
    programme.pending_days = 0
    programme.save()
    order = paid(vera)
    ledger.redeem(vera.pk, points=15, key="tea", at=NOON)

    give_back(order, "r-1", _2="1")

    assert balance(vera) == (0, 0, 6)


def test_points_that_paid_for_returned_goods_are_back_with_the_expiry_they_had(programme, vera):
    expires = NOON + timedelta(days=5)
    ledger.earn(
        vera.pk, lots=[ledger.Lot(points=100, expires_at=expires)], key="gift", occurred_at=NOON, at=NOON
    )
    order = placed_order("o-1", customer=vera.customer, lines=[line("1", quantity="4", unit_price="5.00")])
    ledger.redeem(vera.pk, points=100, key="pays", order_id=order.pk, at=NOON)
    advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=NOON)

    give_back(order, "r-1", _1="1")

    assert balance(vera) == (25, 15, 0)
    assert Lot.objects.get(wallet=vera.pk, remaining=25).expires_at == expires
    entry = TimelineEntry.objects.get(kind="loyalty.points_given_back")
    assert entry.fact.aloud() == "25 points that paid for returned goods of order o-1 are back"


def test_points_that_come_back_find_the_member_who_goes_on(programme, vera):
    survivor = MemberFactory(programme=programme)
    ledger.earn(vera.pk, lots=[ledger.Lot(points=100)], key="gift", occurred_at=NOON, at=NOON)
    order = placed_order("o-1", customer=vera.customer, lines=[line("1", quantity="4", unit_price="5.00")])
    ledger.redeem(vera.pk, points=100, key="pays", order_id=order.pk, at=NOON)
    merging.merge(survivor.customer, other=vera.customer, by=None, at=NOON)
    while relay.pump():
        pass

    give_back(order, "r-1", _1="1")
    give_back(order, "r-2", _1="3")

    assert (balance(survivor), balance(vera)) == ((100, 0, 0), (0, 0, 0))
    assert proving.violations(0, 10**9) == []


def test_the_tier_is_decided_anew(programme, vera):
    ladder(programme, silver="10", gold="1000", lands_softly=False)
    order = paid(vera)
    assert vera.tiers.get(ended_at=None).tier.slug == "silver"

    give_back(order, "r-1", _1="2")

    assert vera.tiers.get(ended_at=None).tier.slug == "bronze"
    assert TimelineEntry.objects.filter(kind="loyalty.tier_lost").count() == 1


# ── properties ───────────────────────────────────────────────────────────────
@given(
    st.dictionaries(st.integers(1, 6), st.integers(1, 500), min_size=1),
    st.lists(st.fractions(0, 1), min_size=6, max_size=6),
    st.lists(st.fractions(0, 1), min_size=6, max_size=6),
)
def test_what_is_due_only_grows_and_ends_with_everything(lines, first, second):
    trace = {"lines": {str(key): points for key, points in lines.items()}}
    total = sum(lines.values())
    early = {key: min(first[key - 1], second[key - 1]) for key in lines}
    late = {key: max(first[key - 1], second[key - 1]) for key in lines}

    assert 0 <= due_back(trace, total, early) <= due_back(trace, total, late) <= total
    assert due_back(trace, total, dict.fromkeys(lines, 1)) == total
    amounts = {key: Decimal(points) for key, points in lines.items()}
    assert due_to_give(total, amounts, dict.fromkeys(lines, 1)) == total
    assert due_to_give(total, amounts, early) <= due_to_give(total, amounts, late)


class Returns(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(st.integers(1, 4), st.sampled_from(["0.99", "3.33", "10.00"])), min_size=1, max_size=4
        ),
        st.randoms(use_true_random=False),
        st.integers(0, 60),
    )
    def test_any_sequence_of_partial_returns_ends_where_one_full_return_would(self, bought, random, spent):
        """Also where points paid a part: both sides are whole in the end."""
        programme = ProgrammeFactory(pending_days=14)
        rule(programme, "per_amount", {"points": "1.7", "per": "1.00"})
        rule(programme, "multiplier", {"times": "1.5"})
        member = MemberFactory(programme=programme)
        ledger.earn(
            member.pk, lots=[ledger.Lot(points=100)], key=f"gift:{member.pk}", occurred_at=NOON, at=NOON
        )
        lines = [
            line(str(n), quantity=str(quantity), unit_price=price)
            for n, (quantity, price) in enumerate(bought)
        ]
        order = placed_order("o-1", customer=member.customer, lines=lines, placed_at=NOON, at=NOON)
        if spent:
            ledger.redeem(member.pk, points=spent, key=f"pays:{order.pk}", order_id=order.pk, at=NOON)
        advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=NOON)
        pieces = [str(n) for n, (quantity, _) in enumerate(bought) for _ in range(quantity)]
        random.shuffle(pieces)
        before = posted(order)

        keys = dict(order.lines.values_list("external_id", "pk"))
        for n, piece in enumerate(pieces):
            foreseen = foresee(order, quantities={keys[piece]: Decimal(1)})
            give_back(order, f"r-{order.pk}-{n}", **{f"_{piece}": "1"})
            assert foreseen == moved(order, since=before)
            before = posted(order)

        assert balance(member) == (100, 0, 0)
        kinds = Transaction.objects.filter(order=order)
        earned = sum(kinds.filter(kind="earn").values_list("points", flat=True))
        assert sum(kinds.filter(kind="reverse").values_list("points", flat=True)) == earned
        assert not ParkedEntry.objects.exists()
