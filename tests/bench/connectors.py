"""A shop's day through its connection: webhooks over HTTP, doubled and out of order, an hour of downtime, kills.

A shop that runs WooCommerce sells on one side, gunicorn listens on the other. What was told while nobody listened is
lost, as WooCommerce does not tell twice. Then the day is compared, what was missed comes in, and is compared again.
CONNECTORS_BENCH=full: a day of 5,000 orders, 800 returns and 300 doubled deliveries; else a tenth of it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic, sleep
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx
from django.db.models import Sum
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from crm import feed, relay
from crm.connectors import connecting, reconciling, rounds, tasks
from crm.models import (
    Connection,
    ConnectorDelivery,
    ConnectorRound,
    Order,
    ReactionCursor,
    Return,
    Shop,
)
from loyalty.models import Programme, Transaction
from tests.bench.api import PROJECT, a_web_server
from tests.bench.house import Figure, exactly
from tests.factories.loyalty_rules import rule
from tests.fakes import woocommerce as woo
from tests.fakes.woocommerce_shop import WooShop, a_shop

SLUG = "bench-connectors"
FULL = os.environ.get("CONNECTORS_BENCH") == "full"
ORDERS, RETURNS, DOUBLED = (5_000, 800, 300) if FULL else (500, 80, 30)
PEOPLE = ORDERS // 10
OPENS, LASTS = timedelta(hours=8), timedelta(hours=14)
DOWN_FROM, DOWN_UNTIL = timedelta(hours=12), timedelta(hours=13)
RESTARTS = timedelta(hours=17)
# Told in another order than it happened.
JUMBLED = 20
CLIENTS = 4
LONGEST_SECONDS = 900
LANDS_FOR_EVER = """
import django

django.setup()
from crm.connectors.tasks import continue_landing

while True:
    continue_landing()
"""


@dataclass(frozen=True, kw_only=True)
class News:
    at: timedelta
    topic: str
    body: bytes


def run() -> dict[str, Figure]:
    chance = random.Random(9)
    with a_shop() as shop, override_settings(OUTSIDE_TRUSTED_NETWORKS=["127.0.0.1/32"]):
        known = connected(shop)
        a_programme()
        everybody_has_heard()
        news, lost = a_day(shop, chance)
        began = monotonic()
        told = tell(known, news, chance)
        told_seconds, began = monotonic() - began, monotonic()
        land_and_be_killed(known)
        land(known)
        pump()
        landed_seconds, began = monotonic() - began, monotonic()
        first = compared(known)
        compared_seconds = monotonic() - began
        land(known)
        pump()
        second = compared(known)
    return {
        "deliveries told": Figure(told),
        "of these doubled": Figure(DOUBLED),
        "never told, for an hour": Figure(lost),
        "told a second, by the clock": Figure(round(told / told_seconds)),
        "landed a second, with points, by the clock": Figure(round(told / landed_seconds)),
        "first comparison: differed": Figure(first.differences_count),
        "first comparison: still different": exactly(first.differences_count - first.settled_count, 0),
        "first comparison, orders a second": Figure(round(first.seen_count / compared_seconds)),
        "second comparison: differed, in orders, returns and points": exactly(second.differences_count, 0),
        **counted_by_hand(known, shop),
    }


def counted_by_hand(known: Connection, shop: WooShop) -> dict[str, Figure]:
    """Beside what the shop has, without the house's own comparison."""
    orders = Order.objects.filter(shop=known.shop)
    sold = sum((Decimal(order["total"]) for order in shop.things["orders"].values()), Decimal(0))
    back = sum((Decimal(one["amount"]) for some in shop.refunds.values() for one in some), Decimal(0))
    returned = Return.objects.filter(shop=known.shop)
    ours = orders.aggregate(goods=Sum("goods_amount"), delivery=Sum("delivery_amount"))
    points = Transaction.objects.filter(order__shop=known.shop, programme__slug=SLUG)
    earned = points.filter(kind="earn")
    return {
        "orders": exactly(orders.count(), ORDERS),
        "returns": exactly(returned.count(), RETURNS),
        "sold here − sold there": exactly(str(ours["goods"] + ours["delivery"] - sold), "0.00"),
        "given back here − there": exactly(str(returned.aggregate(sum=Sum("amount"))["sum"] - back), "0.00"),
        "orders that earned": exactly(earned.count(), ORDERS),
        "earnings taken back in part": exactly(points.filter(kind="reverse").count(), RETURNS),
        "deliveries that did not land": exactly(
            ConnectorDelivery.objects.filter(connection=known, landed_at=None).count(), 0
        ),
    }


# ── The shop ─────────────────────────────────────────────────────────────────
def connected(shop: WooShop) -> Connection:
    slug = f"{SLUG}-{uuid4().hex[:8]}"
    ours = Shop.objects.create(slug=slug, name="Bench", kind=Shop.Kind.ONLINE, currency="EUR")
    secrets = {"webhook_secret": woo.SECRET, **shop.access}
    return connecting.connect(
        shop=ours, vendor="woocommerce", secrets=secrets, address=shop.address, at=timezone.now()
    )


def a_programme() -> Programme:
    programme, is_new = Programme.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": "Bench",
            "currency": "EUR",
            "joining": Programme.Joining.AUTOMATIC,
            "started_at": timezone.now() - timedelta(days=400),
        },
    )
    if is_new:
        rule(programme)
    return programme


def everybody_has_heard() -> None:
    """Of what other benches left behind."""
    while feed.sequence():
        pass
    relay.pump(window=1)
    ReactionCursor.objects.update(position=feed.head())


def a_day(shop: WooShop, chance: random.Random) -> tuple[list[News], int]:
    """All that happened yesterday, as it came; without what happened while nobody listened, and how much that was."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    news: list[News] = []
    for number in range(1, ORDERS + 1):
        news += an_order(shop, number, midnight, OPENS + LASTS * number / (ORDERS + 1))
    for number in chance.sample(range(1, ORDERS + 1), RETURNS):
        news += a_return(shop, number, midnight)
    heard = [one for one in news if not DOWN_FROM <= one.at < DOWN_UNTIL]
    return sorted(heard, key=lambda one: one.at), len(news) - len(heard)


def an_order(shop: WooShop, number: int, midnight: datetime, at: timedelta) -> Iterator[News]:
    """Placed, and paid three minutes later."""
    buyer = number % PEOPLE + 1
    placed, paid = (spelt(midnight + at + timedelta(minutes=minutes)) for minutes in (0, 3))
    known = {
        "customer_id": buyer,
        "billing": woo.address(
            email=f"p{buyer}@{midnight:%s}.example", phone="", first_name=f"Мария {buyer}"
        ),
        "date_created_gmt": placed,
        "line_items": [woo.item(number * 10)],
    }
    yield told(at, "order.created", woo.pending(number, **{**known, "date_modified_gmt": placed}))
    order = woo.order(number, **{**known, "date_modified_gmt": paid, "date_paid_gmt": paid})
    shop.sell(order)
    yield told(at + timedelta(minutes=3), "order.updated", order)


def a_return(shop: WooShop, number: int, midnight: datetime) -> Iterator[News]:
    """One of three comes back, two hours later."""
    at = OPENS + LASTS * number / (ORDERS + 1) + timedelta(hours=2)
    refund = woo.refund(1_000_000 + number, order=number, date_created_gmt=spelt(midnight + at))
    refund["line_items"][0]["meta_data"][0]["value"] = str(number * 10)
    shop.take_back(refund)
    yield told(at, "action.refund", refund)
    yield told(at, "order.updated", shop.things["orders"][number])


def told(at: timedelta, topic: str, payload: dict[str, Any]) -> News:
    return News(at=at, topic=topic, body=woo.spelt(payload))


def spelt(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


# ── Telling ──────────────────────────────────────────────────────────────────
def tell(known: Connection, news: Sequence[News], chance: random.Random) -> int:
    """Over HTTP, a little out of order and some of it twice; the web server is restarted in between."""
    jumbled = [
        one
        for start in range(0, len(news), JUMBLED)
        for one in chance.sample(news[start : start + JUMBLED], len(news[start : start + JUMBLED]))
    ]
    for one in chance.sample(jumbled, DOUBLED):
        jumbled.insert(chance.randrange(jumbled.index(one), len(jumbled) + 1), one)
    before = sum(one.at < RESTARTS for one in jumbled)
    for part in (jumbled[:before], jumbled[before:]):
        # Workers are told of what came; here nobody hears it, and `continue_landing` finds it.
        with patch.dict(os.environ, BENCH_BROKER="memory://"), a_web_server() as (address, _master):
            knock(f"{address}{reverse('hooks:connector', args=[known.key])}", part)
    return len(jumbled)


def knock(address: str, news: Sequence[News]) -> None:
    with httpx.Client(timeout=30) as client, ThreadPoolExecutor(CLIENTS) as pool:

        def one(told: News) -> int:
            headers = {
                "X-WC-Webhook-Topic": told.topic,
                "X-WC-Webhook-Signature": woo.signed(told.body),
                "Content-Type": "application/json",
            }
            return client.post(address, content=told.body, headers=headers).status_code

        answers = set(pool.map(one, news))
    assert answers == {200}, answers


# ── What comes of it ─────────────────────────────────────────────────────────
def land_and_be_killed(known: Connection) -> None:
    """A worker that dies in the middle of something."""
    with ExitStack() as stack:
        worker = subprocess.Popen([sys.executable, "-c", LANDS_FOR_EVER], cwd=PROJECT)
        stack.callback(worker.wait)
        stack.callback(worker.kill)
        until_true(lambda: Order.objects.filter(shop=known.shop).count() > ORDERS // 20)


def land(known: Connection) -> None:
    waiting = ConnectorDelivery.objects.filter(connection=known)
    until_true(lambda: not (tasks.continue_landing(), waiting.due(timezone.now()).exists())[1])


def pump() -> None:
    until_true(lambda: not relay.pump())


def compared(known: Connection) -> ConnectorRound:
    begun = reconciling.begin(known, at=timezone.now())
    done = rounds.walk(begun, reconciling.TASK, clock=timezone.now)
    assert done.finished_at, done.failure_code
    return done


def until_true(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + LONGEST_SECONDS
    while not holds():
        assert monotonic() < deadline
        sleep(0.05)
