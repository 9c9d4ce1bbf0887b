"""Orders whose points do not stand as they should are found, and no others."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm import relay
from crm.abilities import PointsOff
from crm.models import Order
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from loyalty.models import Member, Programme, Rule
from loyalty.points.reconciling import points_off
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import rule
from tests.factories.orders import placed_order
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=3)


@pytest.fixture
def programme() -> Programme:
    made: Programme = ProgrammeFactory()
    rule(made)
    return made


@pytest.fixture
def vera(programme: Programme) -> Member:
    made: Member = MemberFactory(programme=programme)
    return made


def paid(customer: Any, external_id: str = "o-1", **more: Any) -> Order:
    """Two at 4.90: nine points."""
    return placed_order(external_id, customer=customer, moments={"paid": NOON}, **more)


def heard() -> None:
    while relay.pump():
        pass


def off(*orders: Order) -> dict[int, PointsOff]:
    return points_off([order.pk for order in orders], at=LATER)


def publish_again(standing: Rule) -> None:
    """Since then nobody knows any more what was due before."""
    version = standing.active_version
    assert version
    version.pk, version.number, version.published_at = None, version.number + 1, LATER
    version._state.adding = True
    version.save()
    standing.active_version = version
    standing.save()


def test_what_earned_and_came_back_and_was_cancelled_stands_as_it_should(vera: Member) -> None:
    orders = [paid(vera.customer, f"o-{number}") for number in range(3)]
    heard()
    back = [LineReturned(line="1", quantity=Decimal(1))]
    register_return(orders[1], external_id="r", lines=back, returned_at=LATER, source="x", at=LATER)
    advance_order(orders[2], moment="cancelled", occurred_at=LATER, source="x", at=LATER)
    heard()

    assert off(*orders) == {}


def test_an_order_that_never_earned_is_found() -> None:
    vera = MemberFactory(programme=ProgrammeFactory())
    order = paid(vera.customer)
    standing = rule(vera.programme)

    assert off(order) == {order.pk: PointsOff(here=0, due=9)}
    publish_again(standing)
    assert off(order) == {}


def test_points_that_were_not_taken_back_are_found(vera: Member) -> None:
    order = paid(vera.customer)
    order.lines.update(returned_quantity=2)

    assert off(order) == {order.pk: PointsOff(here=9, due=0)}


def test_of_who_takes_no_part_or_joined_later_nothing_is_due(programme: Programme) -> None:
    stranger = paid(CustomerFactory(), "o-1")
    late = MemberFactory(programme=programme, joined_at=NOON + timedelta(hours=1))
    early = paid(late.customer, "o-2")

    assert off(stranger, early, paid(None, "o-3")) == {}


def test_an_imported_past_is_left_out(vera: Member) -> None:
    assert off(paid(vera.customer, is_history=True)) == {}


def test_ten_orders_that_earned_cost_as_many_queries_as_one(
    vera: Member, django_assert_max_num_queries: Any
) -> None:
    orders = [paid(vera.customer, f"o-{number}") for number in range(10)]
    with django_assert_max_num_queries(5):
        assert off(*orders) == {}
