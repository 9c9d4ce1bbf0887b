"""Orders of five lines through the whole stack: a client in another process, gunicorn, PostgreSQL, a real disk.

What counts is CPU seconds, not latency: of the web processes and of the database's backends that served them. Left out:
TLS and a proxy in front, the cache in which limits are counted, the relay and what reacts later, autovacuum.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, local
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx

from crm.integrations.api_keys import issue_key
from crm.models import Customer, Identity, Order, Product, Shop
from crm.people.identity_kinds import IdentityKind
from tests.bench.house import Figure, at_least, children, cpu_seconds, exactly, superuser
from tests.factories.shops import NOON

PROJECT = Path(__file__).parents[2]
WARM_UP, REQUESTS, CLIENTS = 200, 2000, 4
AT_ONCE = 50
LINES = 5
APPLICATION = "bench api"


def run() -> dict[str, Figure]:
    shop = a_shop()
    _, key = issue_key(shop=shop, scopes=["*"], name="bench")
    with a_web_server() as (address, master):
        api = Api(address, key)
        api.tell_many(WARM_UP)
        before = cpu_of(master)
        started = monotonic()
        api.tell_many(REQUESTS)
        seconds = monotonic() - started
        web, database = (after - earlier for after, earlier in zip(cpu_of(master), before, strict=True))
        same_key = _same_key(api, shop)
    per_thousand = 1000 / REQUESTS
    return {
        "requests per CPU second": at_least(REQUESTS / (web + database), 150),
        "CPU seconds per 1,000 requests": Figure(round((web + database) * per_thousand, 2)),
        "of these web": Figure(round(web * per_thousand, 2)),
        "of these PostgreSQL": Figure(round(database * per_thousand, 2)),
        "requests per second, by the clock": Figure(round(REQUESTS / seconds, 1)),
        **same_key,
    }


class Api:
    """Clients of the API, one connection for each thread."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key
        self._of_thread = local()

    def tell_many(self, count: int) -> None:
        run_of = uuid4().hex[:8]
        with ThreadPoolExecutor(CLIENTS) as clients:
            for answer in clients.map(lambda n: self.tell(f"{run_of}-{n}", n), range(count)):
                assert answer.status_code == 201, answer.text

    def tell(self, name: str, n: int) -> httpx.Response:
        return self.client().post(
            "/api/v1/orders/", json=an_order(name, n), headers={"Idempotency-Key": name}
        )

    def client(self) -> httpx.Client:
        if not hasattr(self._of_thread, "client"):
            headers = {"Authorization": f"Bearer {self.key}"}
            self._of_thread.client = httpx.Client(base_url=self.address, headers=headers, timeout=30)
        client: httpx.Client = self._of_thread.client
        return client


def an_order(name: str, n: int) -> dict[str, Any]:
    lines = [
        {
            "external_id": str(line),
            "sku": f"BENCH-{(n * 7 + line) % 200}",
            "quantity": "2",
            "unit_price": "4.90",
            "discount_amount": "0.30",
        }
        for line in range(LINES)
    ]
    return {
        "external_id": name,
        "customer": {"external_id": f"bench-{n % 500}"},
        "lines": lines,
        "goods_amount": "47.50",
        "placed_at": NOON.isoformat(),
    }


def _same_key(api: Api, shop: Shop) -> dict[str, Figure]:
    name = f"same-{uuid4().hex[:8]}"
    together = Barrier(AT_ONCE)

    def tell(_: int) -> httpx.Response:
        together.wait()
        return api.tell(name, 1)

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(tell, range(AT_ONCE)))
    told = {answer.text for answer in answers if answer.status_code == 201}
    statuses = {answer.status_code for answer in answers}
    orders = Order.objects.filter(shop=shop, external_id=name).count()
    return {
        f"orders made by {AT_ONCE} clients with one key": exactly(orders, 1),
        "different answers they got (but for “still running”)": exactly(len(told), 1),
        "statuses they got": Figure(
            ", ".join(map(str, sorted(statuses))), "201, 409", statuses <= {201, 409}
        ),
    }


def a_shop() -> Shop:
    shop, _ = Shop.objects.get_or_create(
        slug="bench-api", defaults={"name": "Bench", "kind": Shop.Kind.ONLINE}
    )
    Product.objects.bulk_create(
        [
            Product(sku=f"BENCH-{n}", name=f"Липов чай {n}", unit_cost="2.10", unit_cost_currency="EUR")
            for n in range(200)
        ],
        ignore_conflicts=True,
    )
    if not Identity.objects.filter(namespace=shop.slug).exists():
        people = Customer.objects.bulk_create(
            Customer(given_name=f"Елена {n}", created_at=NOON) for n in range(500)
        )
        Identity.objects.bulk_create(
            Identity(
                customer=person,
                kind=IdentityKind.EXTERNAL,
                namespace=shop.slug,
                value=f"bench-{n}",
                evidence=Identity.Evidence.SHOP,
                verified_at=NOON,
                added_at=NOON,
            )
            for n, person in enumerate(people)
        )
    return shop


@contextmanager
def a_web_server() -> Iterator[tuple[str, int]]:
    """The web server as it runs in production, on a free port; its address and its process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"],
        cwd=PROJECT,
        env={**os.environ, "PORT": str(port), "DATABASE_POOL_SIZE": "8", "PGAPPNAME": APPLICATION},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address: str) -> None:
    deadline = monotonic() + 60
    while True:
        try:
            httpx.get(f"{address}/api/v1/nowhere/")
            return
        except httpx.TransportError:
            if monotonic() > deadline:
                raise
            sleep(0.2)


def cpu_of(master: int) -> tuple[float, float]:
    """CPU seconds so far: of the web processes, and of the backends that serve them."""
    web = sum(cpu_seconds(pid) for pid in (master, *children(master)))
    with superuser() as owner:
        asked = owner.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [APPLICATION])
        return web, sum(cpu_seconds(pid) for (pid,) in asked)
