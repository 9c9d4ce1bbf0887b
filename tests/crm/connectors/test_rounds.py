"""A connected shop is asked for its past, and compared with each day: killed, paused and refused in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.connectors import backfill, connecting, fetching, inbox, landing, reconciling, rounds
from crm.connectors.base import CannotBeAsked
from crm.connectors.woocommerce import asking, parcel
from crm.models import (
    Connection,
    ConnectorDelivery,
    ConnectorRound,
    Customer,
    Difference,
    Order,
    Product,
    Return,
    TimelineEntry,
)
from tests.crm.connectors.asked import walked
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import woocommerce as woo
from tests.fakes.rest_shop import Said
from tests.fakes.woocommerce_shop import WooShop, a_shop, refusal

pytestmark = pytest.mark.django_db
NEXT_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with a_shop() as open_:
        yield open_


@pytest.fixture
def connection(shop: WooShop) -> Connection:
    secrets = {"webhook_secret": woo.SECRET, **shop.access}
    return connecting.connect(
        shop=ShopFactory(), vendor="woocommerce", secrets=secrets, address=shop.address, at=NOON
    )


def brought(connection: Connection, topic: str, payload: Any) -> None:
    kept = inbox.keep(connection, parcel(topic, woo.spelt(payload)), at=NEXT_DAY)
    assert kept and landing.land(kept.pk, at=NEXT_DAY)


def compared(connection: Connection, *, at: datetime = NEXT_DAY) -> ConnectorRound:
    return walked(reconciling.begin(connection, at=at), at=at)


# ── The past ─────────────────────────────────────────────────────────────────
def test_everything_a_shop_has_is_brought_in_order(shop: WooShop, connection: Connection) -> None:
    shop.things["products"][93] = woo.product()
    shop.things["customers"][26] = woo.customer()
    shop.sell(*(woo.order(number) for number in range(1, 8)))
    shop.take_back(woo.refund(741, order=3))
    done = walked(backfill.begin(connection, at=NOON))

    assert done.finished_at and (done.seen_count, done.new_count) == (9, 10)
    assert (Order.objects.count(), Customer.objects.count(), Return.objects.count()) == (7, 1, 1)
    assert Product.objects.get().sku == "TEA-LINDEN-50"
    assert not ConnectorDelivery.objects.failed().exists()


def test_after_webhooks_the_past_adds_nothing_twice(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.order(1), woo.order(2))
    brought(connection, "order.created", woo.order(1))
    for _time in range(2):
        done = walked(backfill.begin(connection, at=NOON))

    assert (done.seen_count, done.new_count) == (2, 0)
    assert Order.objects.count() == ConnectorDelivery.objects.count() == 2


def test_the_past_is_history_and_what_is_under_way_is_not(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.completed(1), woo.order(2), woo.order(3, date_created_gmt="2025-11-01T16:00:00"))
    shop.take_back(woo.refund(741, order=1))
    walked(backfill.begin(connection, at=NOON))

    assert dict(Order.objects.values_list("external_id", "is_history")) == {"1": True, "2": False, "3": True}
    past = TimelineEntry.objects.filter(is_history=True).values_list("kind", flat=True)
    assert "crm.goods_returned" in past
    assert not TimelineEntry.objects.filter(
        is_history=False, subject_id=Order.objects.get(external_id="1").pk
    ).exists()


def test_money_that_was_given_back_in_the_past_is_history_too(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.completed(1))
    shop.take_back(woo.refund(741, order=1, amount="2.00", line_items=[]))
    walked(backfill.begin(connection, at=NOON))

    told = TimelineEntry.objects.get(kind="crm.money_given_back")
    assert (told.subject_id, told.is_history) == (Return.objects.get().pk, True)


def test_what_a_comparison_brings_is_news(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.completed(1))
    compared(connection)

    assert Order.objects.get().is_history is False


def test_killed_in_the_middle_it_goes_on_where_it_stood(
    shop: WooShop, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    shop.sell(*(woo.order(number) for number in range(1, 8)))
    begun = backfill.begin(connection, at=NOON)

    def killed(round: ConnectorRound) -> None:
        if round.seen_count >= 4 or Order.objects.count() >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rounds.walk(begun, backfill.TASK, clock=timezone.now, heard=killed)
    asked_before = len(shop.asked)
    done = walked(begun)

    assert done.finished_at and Order.objects.count() == done.new_count == 7
    assert len(shop.asked) - asked_before == 2


def test_a_stopped_one_stays_where_it_is_until_somebody_lets_it_go_on(
    shop: WooShop, connection: Connection
) -> None:
    shop.sell(woo.order(1))
    begun = backfill.begin(connection, at=NOON)
    rounds.stop(begun, at=NOON)
    assert walked(begun).finished_at is None and not shop.asked

    rounds.go_on(begun, at=NOON)
    assert walked(begun).finished_at and Order.objects.count() == 1


def test_a_shop_that_asks_for_a_pause_gets_it_and_is_asked_again(
    shop: WooShop, connection: Connection
) -> None:
    shop.sell(woo.order(1))
    shop.bad_days.append(refusal(429, "too_many_requests", **{"Retry-After": "90"}))
    begun = walked(backfill.begin(connection, at=NOON), at=NOON)
    assert begun.is_at_work and begun.paused_until == NOON + timedelta(seconds=90)
    assert not ConnectorRound.objects.due(NOON + timedelta(seconds=80)).exists()

    assert ConnectorRound.objects.due(NOON + timedelta(seconds=91)).get() == begun
    assert walked(begun, at=NOON + timedelta(seconds=91)).finished_at


def test_a_shop_that_is_down_for_long_is_left_to_people(shop: WooShop, connection: Connection) -> None:
    shop.bad_days.extend([Said(status=503, body=b"")] * 100)
    begun, at = backfill.begin(connection, at=NOON), NOON
    while walked(begun, at=at).is_at_work:
        at += timedelta(hours=2)

    assert begun.failure_code == "not-answering" and len(shop.asked) == rounds.MOST_ATTEMPTS


def test_a_missing_permission_stops_it_and_names_what_is_missing(
    shop: WooShop, connection: Connection
) -> None:
    shop.forbidden = {"customers"}
    begun = walked(backfill.begin(connection, at=NOON))

    assert begun.stopped_at and begun.failure_code == "missing-permission"
    assert begun.figures == {"permission": "customers"}


def test_one_is_under_way_at_once_and_none_without_keys(connection: Connection) -> None:
    backfill.begin(connection, at=NOON)
    with pytest.raises(rounds.AtItAlready):
        backfill.begin(connection, at=NOON)

    bare = connecting.connect(
        shop=ShopFactory(), vendor="woocommerce", secrets={"webhook_secret": woo.SECRET}, at=NOON
    )
    with pytest.raises(CannotBeAsked):
        backfill.begin(bare, at=NOON)


def test_a_closed_connection_is_asked_no_longer(shop: WooShop, connection: Connection) -> None:
    begun = backfill.begin(connection, at=NOON)
    connecting.close(connection, at=NOON)
    walked(ConnectorRound.objects.get(pk=begun.pk))

    assert not shop.asked and not ConnectorRound.objects.due(NOON + timedelta(hours=1)).exists()


# ── Each day ─────────────────────────────────────────────────────────────────
def test_where_everything_arrived_nothing_differs(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.order(1), woo.completed(2))
    shop.take_back(woo.refund(741, order=2))
    walked(backfill.begin(connection, at=NOON))
    done = compared(connection)

    assert done.finished_at and (done.seen_count, done.differences_count) == (2, 0)


def test_what_did_not_arrive_is_brought_and_told(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.order(1), woo.order(2))
    brought(connection, "order.created", woo.order(1))
    shop.take_back(woo.refund(741, order=1))
    done = compared(connection)

    assert sorted(Difference.objects.values_list("thing", "kind")) == [
        ("order:2", "missing-here"),
        ("refund:741", "missing-here"),
    ]
    assert (done.differences_count, done.settled_count) == (2, 2)
    assert Order.objects.count() == 2 and Return.objects.count() == 1
    assert compared(connection).differences_count == 0


def test_an_order_that_moved_on_unheard_is_brought_where_it_stands(
    shop: WooShop, connection: Connection
) -> None:
    brought(connection, "order.created", woo.pending(1))
    shop.sell(woo.completed(1))
    compared(connection)

    difference = Difference.objects.get()
    assert (difference.kind, difference.here, difference.there) == ("state", "placed", "paid, completed")
    assert difference.settled_at and Order.objects.get().progress == "completed"


def test_what_the_shop_no_longer_has_is_told_and_left_to_people(
    shop: WooShop, connection: Connection
) -> None:
    brought(connection, "order.created", woo.order(1))
    done = compared(connection)

    difference = Difference.objects.get()
    assert (difference.kind, difference.called, difference.settled_at) == ("missing-there", "1", None)
    assert (done.differences_count, done.settled_count) == (1, 0)
    assert Order.objects.get().cancelled_at is None


def test_orders_of_others_are_not_missed_in_this_shop(shop: WooShop, connection: Connection) -> None:
    other = connecting.connect(
        shop=ShopFactory(), vendor="woocommerce", secrets={"webhook_secret": woo.SECRET}, at=NOON
    )
    brought(other, "order.created", woo.order(1))

    assert compared(connection).differences_count == 0


def test_what_changed_a_moment_ago_may_still_be_on_its_way(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.order(1))
    just_then = datetime(2026, 2, 27, 16, 9, tzinfo=UTC)

    assert compared(connection, at=just_then).differences_count == 0 and not Order.objects.exists()


def test_an_order_that_cannot_be_read_is_kept_for_people(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.order(1, currency="?"), woo.order(2))
    compared(connection)

    assert ConnectorDelivery.objects.failed().get().failure_code == "not-its-payload"
    assert Order.objects.get().external_id == "2"


def test_an_order_that_can_no_longer_be_read_is_not_taken_for_gone(
    shop: WooShop, connection: Connection
) -> None:
    brought(connection, "order.created", woo.order(1))
    shop.sell(woo.order(1, currency="?"))
    done = compared(connection)

    assert done.finished_at and done.differences_count == 0
    assert ConnectorDelivery.objects.failed().get().failure_code == "not-its-payload"


def test_a_difference_is_brought_again_when_somebody_asks(shop: WooShop, connection: Connection) -> None:
    brought(connection, "order.created", woo.order(1))
    compared(connection)
    difference = Difference.objects.get()
    with pytest.raises(reconciling.NothingToBring):
        reconciling.bring_again(difference, at=NEXT_DAY)

    shop.sell(woo.order(1))
    assert reconciling.bring_again(difference, at=NEXT_DAY)
    difference.refresh_from_db()
    assert difference.settled_at == NEXT_DAY


def test_what_differed_is_forgotten_after_a_season_and_that_it_was_compared_is_not(
    shop: WooShop, connection: Connection
) -> None:
    shop.sell(woo.order(1))
    compared(connection)
    reconciling.forget(at=NEXT_DAY + timedelta(days=89))
    assert Difference.objects.exists()
    reconciling.forget(at=NEXT_DAY + timedelta(days=91))

    assert not Difference.objects.exists() and ConnectorRound.objects.get().differences_count == 1


def test_a_connection_is_compared_once_a_day_by_itself(shop: WooShop, connection: Connection) -> None:
    assert reconciling.to_begin(at=NEXT_DAY) == [connection]
    compared(connection)

    assert reconciling.to_begin(at=NEXT_DAY + timedelta(hours=21)) == []
    assert reconciling.to_begin(at=NEXT_DAY + timedelta(hours=23)) == [connection]


def test_a_hundred_orders_cost_no_more_queries_than_ten(
    shop: WooShop, connection: Connection, django_assert_max_num_queries: Any
) -> None:
    shop.sell(*(woo.order(number) for number in range(1, 101)))
    walked(backfill.begin(connection, at=NOON))
    begun = reconciling.begin(connection, at=NEXT_DAY)
    page = asking.Shop(address=shop.address, key="ck_5f2a", secret="cs_9d1c").page(
        "order", since=None, turn=""
    )
    assert len(page.things) == 100
    with django_assert_max_num_queries(30):
        walked(begun, at=NEXT_DAY)
    assert begun.differences_count == 0


# ── Within minutes ───────────────────────────────────────────────────────────
def test_the_lines_of_a_refund_that_an_order_names_are_fetched(shop: WooShop, connection: Connection) -> None:
    shop.sell(woo.order(1))
    brought(connection, "order.created", woo.order(1))
    shop.take_back(woo.refund(741, order=1))
    brought(connection, "order.updated", shop.things["orders"][1])
    assert not Return.objects.exists() and fetching.to_fetch(at=NEXT_DAY) == [connection]

    assert fetching.fetch_returns(connection, at=NEXT_DAY) == 1
    assert Return.objects.get().lines.get().quantity == 1
    assert fetching.to_fetch(at=NEXT_DAY) == [] and not ConnectorDelivery.objects.failed().exists()


def test_what_cannot_be_fetched_is_left_to_the_comparison_after_an_hour(
    shop: WooShop, connection: Connection
) -> None:
    shop.sell(woo.order(1))
    shop.take_back(woo.refund(741, order=1))
    brought(connection, "order.updated", shop.things["orders"][1])

    assert fetching.to_fetch(at=NEXT_DAY + timedelta(minutes=59)) == [connection]
    assert fetching.to_fetch(at=NEXT_DAY + timedelta(minutes=61)) == []
