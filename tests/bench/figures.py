"""Figures follow what happens within seconds, at a cost for each event that does not grow with history.

A tenth of BENCH_ORDERS is there first, a thousand a day; then the rest, on earlier days. What gates is the ratio of
pages touched for each event between the two, how far figures are behind, and the database's CPU of reading a year.
Orders are of the people of tests.bench.segments, where they are there.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import psycopg
from django.db import connection, connections
from django.utils import timezone

from crm import company, reactions, relay
from crm.dashboards.narrowing import Narrowed
from crm.dashboards.sales import buyers
from crm.models import DayFigure, Order, RollupState, Shop
from crm.rollups import counting, reading
from crm.rollups.rollup import rollup
from tests.bench import segments
from tests.bench.house import Figure, at_most, buffers, cpu_seconds, exactly, superuser
from tests.factories.orders import placed_order

ORDERS = int(os.environ.get("BENCH_ORDERS", "10000000"))
A_DAY = 1_000
LAST = date(2026, 10, 31)
SHOP = "bench-figures"
PLACED, BEAT_SECONDS = 20, 5
DAYS_MEASURED = 5
QUARTER = 91
SALES, PEOPLE = "sales", "people"
MEASURED = (SALES, PEOPLE)


def run() -> dict[str, Figure]:
    shop, _new = Shop.objects.get_or_create(
        slug=SHOP, defaults={"name": "Bench", "kind": Shop.Kind.ONLINE, "region": "BG"}
    )
    with superuser() as owner:
        fill(owner, shop, ORDERS // 10)
        small = {name: an_event(owner, name) for name in MEASURED}
        fill(owner, shop, ORDERS)
        large = {name: an_event(owner, name) for name in MEASURED}
    count_seconds, days = counted_as_a_whole()
    lags = followed(shop)
    steps = [LAST - timedelta(days=n) for n in range(365, -1, -1)]
    plain, by_shop = (
        read_a_year(lambda narrowed=narrowed: reading.day_steps(SALES, steps, narrowed=narrowed))  # type: ignore[misc]
        for narrowed in (Narrowed(), Narrowed(shop=shop.pk))
    )
    same = {key: one.count for key, one in reading.day_steps(SALES, steps[-3:]).items()}
    quarters = reading.edges_of(steps[::QUARTER])
    return {
        "orders": Figure(Order.objects.count()),
        **{
            f"{name}: pages for each event, a tenth of them": Figure(round(small[name], 2))
            for name in MEASURED
        },
        **{f"{name}: pages for each event, all of them": Figure(round(large[name], 2)) for name in MEASURED},
        **{f"{name}: ratio": at_most(large[name] / small[name], 1.2) for name in MEASURED},
        "every day counted for the first time, s": Figure(round(count_seconds, 1)),
        "days": Figure(days),
        "rows kept": Figure(DayFigure.objects.count()),
        "figures behind an order, s (longest of 20)": at_most(max(lags), 10),
        "figures behind an order, s (median)": Figure(round(median(lags), 2)),
        "a year by day, ms of the database's CPU": at_most(plain, 50),
        "a year by day of one shop, ms of the database's CPU": at_most(by_shop, 50),
        "a year's different buyers by quarter, ms of the database's CPU": at_most(
            read_a_year(lambda: buyers(quarters)), 50
        ),
        "days that differ from their facts": exactly(_differ(steps[-3:], same), 0),
    }


def an_event(owner: psycopg.Connection[Any], name: str) -> float:
    """Pages touched by counting a day of a rollup, for each order of it."""
    owner.execute("VACUUM (ANALYZE) crm_order")
    reactions.at_once()  # a worker that runs has read its tables
    its, touched, events = rollup(name), 0, 0
    for n in range(DAYS_MEASURED):
        on = LAST - timedelta(days=n)
        counting.recount(its, on)
        counting.recount(its, on)  # nothing is left to write
        touched += buffers(lambda on=on: counting.recount(its, on))  # type: ignore[misc]
        events += sum(one.count for one in reading.day_steps(SALES, [on, on + timedelta(days=1)]).values())
    return touched / events


def counted_as_a_whole() -> tuple[float, int]:
    """As where nothing was ever counted: no fact told the rollups of what stands here."""
    RollupState.objects.all().delete()
    started = time.perf_counter()
    days = sum(1 for _day in counting.count_stale(at=timezone.now()))
    return time.perf_counter() - started, days


def followed(shop: Shop) -> list[float]:
    """Orders are placed beside a relay and a worker that is woken as in the house; how long until each is in the
    figure of its day."""
    stop, lags = threading.Event(), list[float]()
    others = [
        threading.Thread(target=_in_its_own_connection, args=(stop, relay.pump, 0.05)),
        threading.Thread(target=_in_its_own_connection, args=(stop, _beat, BEAT_SECONDS)),
    ]
    for other in others:
        other.start()
    dice = random.Random(8)
    for n in range(PLACED):
        now = timezone.now()
        order = placed_order(f"lag-{now.timestamp()}-{n}", shop=shop, placed_at=now, at=now)
        today = now.astimezone(company.current().clock).date()
        started, wanted = time.perf_counter(), Order.objects.filter(placed_at__gte=_begin(today)).count()
        while _standing(today) < wanted and time.perf_counter() - started < 60:
            time.sleep(0.05)
        lags.append(time.perf_counter() - started)
        assert order.pk
        time.sleep(dice.random())
    stop.set()
    for other in others:
        other.join()
    return lags


def _beat() -> None:
    for _day in counting.count_stale(at=timezone.now()):
        pass


def _in_its_own_connection(stop: threading.Event, work: Any, pause: float) -> None:
    while not stop.is_set():
        work()
        stop.wait(pause)
    connections.close_all()


def _begin(day: date) -> datetime:
    return reading.edges_of([day])[0]


def _standing(day: date) -> int:
    found = reading.day_steps(SALES, [day, day + timedelta(days=1)])
    return sum(one.count for (_step, measure, _unit), one in found.items() if measure == "sold")


def read_a_year(read: Callable[[], object]) -> float:
    read()
    pid = connection.connection.info.backend_pid
    before = cpu_seconds(pid)
    for _n in range(20):
        read()
    return 1000 * (cpu_seconds(pid) - before) / 20


def _differ(days: list[date], same: dict[tuple[int, str, str], int]) -> int:
    shown = sum(count for (_step, measure, _unit), count in same.items() if measure == "sold")
    edges = reading.edges_of(days)
    facts = Order.objects.filter(placed_at__gte=edges[0], placed_at__lt=edges[-1], cancelled_at=None).count()
    return abs(shown - facts)


def fill(owner: psycopg.Connection[Any], shop: Shop, orders: int) -> None:
    """In SQL, up to so many orders of the bench's shop, the latest days first; what stands there stays."""
    standing = Order.objects.filter(shop=shop, number__startswith="FG-").count()
    if standing >= orders:
        return
    last = datetime.combine(LAST, datetime.min.time(), UTC)
    told = {"shop": shop.pk, "first": standing, "after": orders - 1, "a_day": A_DAY, "last": last}
    told |= {"person": segments.FIRST, "people": segments.people().count()}
    owner.execute(FILL, told)


FILL = """
INSERT INTO crm_order (shop_id, customer_id, external_id, number, channel, progress, warehouse, currency, goods_amount,
  delivery_amount, placed_at, is_history, created_at)
SELECT %(shop)s, %(person)s + n %% nullif(%(people)s::bigint, 0), 'FG-' || n, 'FG-' || n,
  (ARRAY['online', 'store', 'phone'])[1 + n %% 3], 'paid', '', 'EUR',
  5 + n %% 60, 0, %(last)s - make_interval(days => (n / %(a_day)s)::int)
    + make_interval(secs => n %% 80000), true, now()
FROM generate_series(%(first)s::bigint, %(after)s::bigint) n
"""
