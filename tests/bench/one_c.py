"""1C brings its catalogue over HTTP: goods, prices by two lists, stock in two warehouses. The server is killed once.

ONE_C_BENCH=full: 100,000 goods; else a tenth of them. Memory is the most that a process of the web server held.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import httpx
from django.urls import reverse
from django.utils import timezone

from crm.connectors import connecting
from crm.models import ItemStock, ListedPrice, Offering, ShelfItem, Shop
from tests.bench.api import a_web_server
from tests.bench.house import Figure, at_least, at_most, children, exactly
from tests.fakes import commerceml as cml
from tests.fakes.one_c import OneC

GOODS = 100_000 if os.environ.get("ONE_C_BENCH") == "full" else 10_000
KILLED_AFTER = 2
MEGABYTE = 1024


def run() -> dict[str, Figure]:
    shop = Shop.objects.create(
        slug=f"one-c-{uuid4().hex[:8]}", name="1C", kind=Shop.Kind.BRANCH, currency="RUB", region="RU"
    )
    secrets = connecting.fresh_secrets("one_c")
    known = connecting.connect(shop=shop, vendor="one_c", secrets=secrets, at=timezone.now())
    files = {
        "import0_1.xml": cml.spelt(cml.goods(_goods(shop), cml.group("g", "Всё")), "windows-1251"),
        "offers0_1.xml": cml.spelt(cml.offers(_offers()), "windows-1251"),
    }
    with a_web_server() as (address, master):
        there = OneC(
            f"{address}{reverse('hooks:one-c', args=[known.key])}", secrets["password"], is_packing=True
        )
        there.begin("catalog")
        began = monotonic()
        there.bring("catalog", "v8.zip", cml.packed(files))
        brought, began = monotonic() - began, monotonic()
        most = max(_work_off(there, name, master) for name in files)
        imported = monotonic() - began
        there.lines("catalog", "complete")
        counted = ItemStock.objects.filter(item__shop=shop).count()
        seen = _change_is_seen(there, shop)
    items = ShelfItem.objects.filter(shop=shop)
    return {
        "goods": Figure(GOODS),
        "bytes of XML": Figure(sum(map(len, files.values()))),
        "seconds of bringing": Figure(round(brought, 1)),
        "seconds of importing": Figure(round(imported, 1)),
        "goods a second": Figure(round(GOODS / imported)),
        "answers that said how far it was": at_least(len(there.progress), 2),
        "memory of a web process, MB": at_most(most, 512),
        "goods on the shelf": exactly(items.count(), GOODS),
        "goods not settled": exactly(items.exclude(unsettled_since=None).count(), 0),
        "prices": exactly(ListedPrice.objects.filter(item__shop=shop).count(), 2 * GOODS),
        "counts of stock": exactly(counted, 2 * GOODS),
        "goods offered": exactly(Offering.objects.filter(shop=shop, stock__isnull=False).count(), GOODS),
        "seconds until a change of stock is seen": at_most(seen, 60),
    }


def _goods(shop: Shop) -> list[str]:
    return [
        cml.item(
            f"{number:08d}-9f1c-11ee-a1b2-0050569a0001",
            f"Товар № {number}",
            f"{shop.slug}-{number}",
            group="g",
        )
        for number in range(GOODS)
    ]


def _offers() -> list[str]:
    return [
        cml.offer(
            f"{number:08d}-9f1c-11ee-a1b2-0050569a0001",
            prices={cml.RETAIL: f"{number % 9000 + 10}.9900", cml.WHOLESALE: f"{number % 9000 + 5}.1234"},
            stock={"main": str(number % 50), "far": str(number % 7)},
        )
        for number in range(GOODS)
    ]


def _work_off(there: OneC, name: str, master: int) -> float:
    """To the end of a file; the process that serves it is killed on the way. Returns the most memory, in MB."""
    most, asked = 0.0, 0
    while True:
        most = max([most, *(_held(pid) for pid in children(master))])
        try:
            said = there.lines("catalog", "import", filename=name)
        except httpx.TransportError:
            sleep(0.5)
            continue
        if said[0] == "success":
            return max([most, *(_held(pid) for pid in children(master))])
        there.progress.append(said[1])
        asked += 1
        if asked == KILLED_AFTER:
            for pid in children(master):
                os.kill(pid, signal.SIGKILL)


def _held(pid: int) -> float:
    """The most that a process ever held."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    line = next((one for one in told.splitlines() if one.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(line.split()[1]) / MEGABYTE


def _change_is_seen(there: OneC, shop: Shop) -> float:
    began = monotonic()
    changed = cml.offer("00000001-9f1c-11ee-a1b2-0050569a0001", stock={"main": "777"})
    there.is_packing = False
    there.send_catalogue({"rests.xml": cml.spelt(cml.offers([changed], made_at="2026-03-01T12:00:00"))})
    while Offering.objects.get(shop=shop, product__sku=f"{shop.slug}-1").stock != 777:
        sleep(0.1)
    return monotonic() - began
