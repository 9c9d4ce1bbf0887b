"""The shop changes an order: its points end as if it had been placed as it stands now."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm.errors import MoreReturnedThanBought, RefundExceedsLine, UnknownLine
from crm.models import Order, ParkedEntry, TimelineEntry
from crm.purchases.amending import amend_order
from crm.purchases.ordering import LineGiven, advance_order
from crm.purchases.returning import LineReturned, register_return
from loyalty import ledger
from loyalty.ledger import proving
from loyalty.models import (
    AmendedEarning,
    Lot,
    Member,
    MemberTier,
    Programme,
    QualifyingMonth,
    RuleUse,
    Transaction,
)
from loyalty.points import amending, statement
from loyalty.points.reversal import foresee
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory

LATER = NOON + timedelta(days=3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(pending_days=14)


@pytest.fixture
def vera(programme: Programme) -> Member:
    rule(programme)
    return MemberFactory(programme=programme)


def tea(quantity: str = "2", unit_price: str = "5.00", external_id: str = "1", **more: Any) -> LineGiven:
    return line(external_id, quantity=quantity, unit_price=unit_price, **more)


def paid(member: Member, *lines: LineGiven, external_id: str = "o-1", **more: Any) -> Order:
    return placed_order(
        external_id, customer=member.customer, lines=lines or [tea()], moments={"paid": NOON}, **more
    )


def amended(order: Order, *lines: LineGiven, hours: int = 5) -> None:
    amend_order(
        order,
        lines=lines,
        delivery_amount=Decimal(0),
        as_of=NOON + timedelta(hours=hours),
        source="api:x",
        at=LATER,
    )


def give_back(order: Order, external_id: str, *, amount: Decimal | None = None, **quantities: str) -> None:
    lines = [
        LineReturned(line=name[1:], quantity=Decimal(quantity), amount=amount)
        for name, quantity in quantities.items()
    ]
    register_return(order, external_id=external_id, lines=lines, returned_at=LATER, source="api:x", at=LATER)


def cancelled(order: Order) -> None:
    advance_order(order, moment="cancelled", occurred_at=LATER, source="api:x", at=LATER)


def balance(member: Member) -> tuple[int, int, int]:
    member.wallet.refresh_from_db()
    return member.wallet.available, member.wallet.pending, member.wallet.debt


def spend_everything(member: Member) -> None:
    ledger.confirm([member.pk], at=NOON + timedelta(days=30))
    member.wallet.refresh_from_db()
    ledger.redeem(member.pk, points=member.wallet.available, key="all", at=NOON + timedelta(days=30))


def test_more_goods_earn_the_difference_with_the_dates_of_the_purchase(vera: Member) -> None:
    order = paid(vera)
    amended(order, tea("3"), tea("1", "4.00", "2"))

    assert balance(vera) == (0, 19, 0)
    assert set(Lot.objects.values_list("available_at", flat=True)) == {NOON + timedelta(days=14)}
    said = TimelineEntry.objects.filter(kind="loyalty.points_earned").order_by("pk")
    assert [entry.fact.aloud("en") for entry in said] == [
        "Earned 10 points for order o-1",
        "Earned 9 points for order o-1",
    ]
    assert not ParkedEntry.objects.exists()


def test_fewer_goods_earn_less_and_the_member_is_told_why(vera: Member) -> None:
    order = paid(vera)
    amended(order, tea("1"))

    assert balance(vera) == (0, 5, 0)
    entry = TimelineEntry.objects.get(kind="loyalty.points_lowered")
    assert entry.fact.aloud("en") == "5 points fewer: order o-1 was changed"
    assert statement.page(vera.wallet.pk).lines[0].explanation == "Fewer points: order o-1 was changed"


def test_the_same_told_again_moves_nothing(vera: Member) -> None:
    order = paid(vera)
    amended(order, tea("3"))
    before = Transaction.objects.count()
    amended(order, tea("3"), hours=9)
    amending.follow_amended(order.pk, at=LATER)

    assert Transaction.objects.count() == before
    assert AmendedEarning.objects.count() == 1


def test_points_that_were_spent_are_owed(vera: Member) -> None:
    order = paid(vera)
    spend_everything(vera)
    amended(order, tea("1"))

    assert balance(vera) == (0, 0, 5)


def test_what_came_back_before_counts_against_the_order_as_it_stands(vera: Member) -> None:
    order = paid(vera, tea("2"), tea("1", "6.00", "2"))
    give_back(order, "r-1", _1="1")
    amended(order, tea("4"), tea("1", "6.00", "2"))

    assert balance(vera) == (0, 21, 0)


def test_what_comes_back_later_takes_its_part_of_the_order_as_it_stands(vera: Member) -> None:
    order = paid(vera)
    amended(order, tea("1", "7.00", "2"), tea("2"))
    foreseen = foresee(order, quantities={order.lines.get(external_id="2").pk: Decimal(1)})
    give_back(order, "r-1", _2="1")

    assert foreseen.points_taken == 7
    assert balance(vera) == (0, 10, 0)
    give_back(order, "r-2", _1="2")
    assert balance(vera) == (0, 0, 0)


def test_goods_exchanged_for_as_many_points_come_back_with_their_own(vera: Member) -> None:
    order = paid(vera, tea("1", "4.00"), tea("1", "6.00", "2"))
    amended(order, tea("1", "7.00"), tea("1", "3.00", "2"))
    assert Transaction.objects.filter(order=order).count() == 1

    give_back(order, "r-1", _2="1")

    assert balance(vera) == (0, 7, 0)


@pytest.mark.parametrize("first", ["cancelled", "amended"])
def test_a_cancelled_order_leaves_nothing_whatever_it_holds(vera: Member, first: str) -> None:
    order = paid(vera)
    if first == "cancelled":
        cancelled(order)
        amended(order, tea("9"))
    else:
        amended(order, tea("9"))
        cancelled(order)

    assert balance(vera) == (0, 0, 0)


def test_what_is_not_paid_earns_when_it_is(vera: Member) -> None:
    order = placed_order(customer=vera.customer, lines=[tea()])
    amended(order, tea("3"))
    assert balance(vera) == (0, 0, 0)

    advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=LATER)

    assert balance(vera) == (0, 15, 0)
    assert not AmendedEarning.objects.exists()


def test_what_earned_nothing_may_earn_as_it_stands_now(vera: Member) -> None:
    order = paid(vera, tea("1", "0.50"))
    assert not Transaction.objects.exists()

    amended(order, tea("2"))

    assert balance(vera) == (0, 10, 0)


def test_down_to_nothing_and_up_again(vera: Member) -> None:
    order = paid(vera)
    amended(order, tea("1", "0.10"), hours=5)
    assert balance(vera) == (0, 0, 0)
    amended(order, tea("4"), hours=6)

    assert balance(vera) == (0, 20, 0)


def test_the_rules_of_the_day_of_the_purchase_count(programme: Programme, vera: Member) -> None:
    order = paid(vera)
    known = programme.rules.get()
    rule(programme, settings={"points": "5", "per": "1.00"}, name=known.name)
    amended(order, tea("3"))

    assert balance(vera) == (0, 15, 0)


def test_a_rule_gives_no_more_than_its_limit_and_what_is_freed_can_be_given(programme: Programme) -> None:
    rule(programme, most_per_member_points=12)
    ivan = MemberFactory(programme=programme)
    order = paid(ivan)
    amended(order, tea("3"), hours=5)
    assert balance(ivan) == (0, 12, 0)

    amended(order, tea("1"), hours=6)
    paid(ivan, tea("3"), external_id="o-2")

    assert balance(ivan) == (0, 12, 0)
    assert RuleUse.objects.get(member=ivan).points == 12


def test_the_tier_is_of_what_the_order_holds_now(programme: Programme, vera: Member) -> None:
    ladder(programme, silver="20")
    order = paid(vera)
    amended(order, tea("5"), hours=5)
    standing = MemberTier.objects.filter(member=vera, ended_at=None)
    assert standing.get().tier.slug == "silver"

    amended(order, tea("1"), hours=6)

    assert QualifyingMonth.objects.get(member=vera).spend == 5


def test_the_part_that_points_paid_stays_paid_and_earns_nothing(programme: Programme, vera: Member) -> None:
    ledger.earn(vera.pk, lots=[ledger.Lot(points=300)], key="before", occurred_at=NOON, at=NOON)
    order = placed_order(customer=vera.customer, lines=[tea()])
    ledger.redeem(vera.pk, points=300, key="pay", at=NOON, order_id=order.pk)
    advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=NOON)
    paid_part = 300 * programme.point_value
    assert balance(vera) == (0, int(10 - paid_part), 0)

    amended(order, tea("4"))

    assert balance(vera) == (0, int(20 - paid_part), 0)


def test_whoever_left_is_given_nothing_more(vera: Member) -> None:
    order = paid(vera)
    Member.objects.filter(pk=vera.pk).update(left_at=LATER)
    amended(order, tea("9"))

    assert balance(vera) == (0, 10, 0)


# ── Any order of arrival ─────────────────────────────────────────────────────
NUMBERS = count(1)
# What is given back is said by the shop: it does not hang on what the line cost when it was heard.
A_CENT = Decimal("0.01")
LINES = st.fixed_dictionaries(
    {
        "1": st.tuples(st.integers(1, 4), st.integers(1, 999)),
        "2": st.tuples(st.integers(1, 4), st.integers(1, 999)),
    },
    optional={"3": st.tuples(st.integers(1, 4), st.integers(1, 999))},
)


def given_lines(said: dict[str, tuple[int, int]], order: list[str]) -> list[LineGiven]:
    return [
        tea(str(said[name][0]), format(Decimal(said[name][1]) / 100, "f"), name)
        for name in order
        if name in said
    ]


class AnyOrder(TestCase):
    """Edits, payment, returns and a cancellation, doubled and shuffled."""

    @settings(max_examples=25, deadline=None, phases=[Phase.generate])
    @given(
        edits=st.lists(LINES, min_size=1, max_size=4),
        places=st.permutations(["1", "2", "3"]),
        returned=st.sets(st.sampled_from(["1", "2"])),
        is_cancelled=st.booleans(),
        chance=st.randoms(use_true_random=False),
    )
    def test_points_end_as_in_the_right_order_once(
        self,
        edits: list[dict[str, tuple[int, int]]],
        places: list[str],
        returned: set[str],
        is_cancelled: bool,
        chance: Any,
    ) -> None:
        programme = ProgrammeFactory(pending_days=14)
        if not programme.rules.exists():
            rule(programme, settings={"points": "3", "per": "2.00"})
        news: list[tuple[str, Any]] = [
            ("paid", None),
            *((f"edit {hour}", given_lines(said, places)) for hour, said in enumerate(edits, 1)),
            *(("return", name) for name in sorted(returned)),
            *([("cancel", None)] if is_cancelled else []),
        ]
        shuffled = news * 2
        chance.shuffle(shuffled)

        ends = [self.end_of(programme, news), self.end_of(programme, shuffled)]

        assert ends[0] == ends[1]
        assert not ParkedEntry.objects.exists()
        assert not proving.violations(0, 2**62) + proving.house_violations()

    def end_of(self, programme: Programme, news: list[tuple[str, Any]]) -> Any:
        member = MemberFactory(programme=programme)
        number = next(NUMBERS)
        order = placed_order(
            f"o-{number}",
            shop=ShopFactory(),
            customer=member.customer,
            lines=[tea("1"), tea("1", external_id="2")],
        )
        waiting = list(news)
        while waiting:
            left = [one for one in waiting if not self.told(order, *one, number=number)]
            if len(left) == len(waiting):
                raise AssertionError(f"nothing helps {left}")
            waiting = left
        month = QualifyingMonth.objects.filter(member=member).values_list("spend", "points", "orders").first()
        available, pending, debt = balance(member)
        # A month in which everything was taken back stands there with nothing.
        return available, pending, debt, month or (0, 0, 0)

    def told(self, order: Order, what: str, more: Any, *, number: int) -> bool:
        try:
            match what.split():
                case ["paid"]:
                    advance_order(order, moment="paid", occurred_at=NOON, source="api:x", at=LATER)
                case ["cancel"]:
                    cancelled(order)
                case ["return"]:
                    give_back(order, f"r-{number}-{more}", amount=A_CENT, **{f"_{more}": "1"})
                case ["edit", hour]:
                    amended(order, *more, hours=int(hour))
        except (UnknownLine, MoreReturnedThanBought, RefundExceedsLine):
            return False
        return True
