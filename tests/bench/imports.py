"""A real shop's history against a bare COPY of the same rows; killed and resumed; beside a busy API.

What gates is CPU: seconds by the clock say more about the neighbours of a machine than about the import, and stand
beside their goal. Leaves out: XLSX, which openpyxl reads several times slower, and files of more than half a million
rows.
"""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg

from crm import feed
from crm.models import ImportJob, Shop
from tests.bench.house import Figure, at_most, cpu_seconds, dsn, exactly, superuser
from tests.factories.import_files import REAL_FILE
from tests.relaying import PROJECT

TRUTH = {
    "customers": "4383",
    "invoices": "19215",
    "credits": "4372",
    "sales": "8832003.26",
    "credited": "483794.70",
    "net": "8348208.56",
}
API_WAITS_AT_MOST = "100ms"
NAME = "bench-import"

TOTALS = """
SELECT (SELECT count(DISTINCT customer_id) FROM (
          SELECT customer_id FROM crm_order WHERE shop_id = %(shop)s
          UNION SELECT customer_id FROM crm_return WHERE shop_id = %(shop)s) AS who)::text,
       count(*) FILTER (WHERE customer_id IS NOT NULL)::text,
       (SELECT count(*) FROM crm_return WHERE shop_id = %(shop)s AND customer_id IS NOT NULL)::text,
       sum(goods_amount) FILTER (WHERE customer_id IS NOT NULL)::text,
       (SELECT sum(amount) FROM crm_return WHERE shop_id = %(shop)s AND customer_id IS NOT NULL)::text,
       (sum(goods_amount) FILTER (WHERE customer_id IS NOT NULL)
         - (SELECT sum(amount) FROM crm_return WHERE shop_id = %(shop)s AND customer_id IS NOT NULL))::text
FROM crm_order WHERE shop_id = %(shop)s
"""

# Everything that an import leaves behind, but for ids, moments of writing and the name of the shop.
LEFT_BEHIND = """
SELECT md5(string_agg(row::text, ';' ORDER BY row::text)) FROM (
  SELECT 'order', o.number, who.value, o.placed_at::text, o.goods_amount::text, o.progress, ''
  FROM crm_order o LEFT JOIN crm_identity who ON who.customer_id = o.customer_id WHERE o.shop_id = %(shop)s
  UNION ALL
  SELECT 'line', o.number, l.external_id, l.sku, l.quantity::text, l.amount::text, l.returned_quantity::text
  FROM crm_orderline l JOIN crm_order o ON o.id = l.order_id WHERE o.shop_id = %(shop)s
  UNION ALL
  SELECT 'return line', r.number, l.sku, l.quantity::text, l.amount::text, o.number, s.external_id
  FROM crm_returnline l JOIN crm_return r ON r.id = l.goods_return_id
  LEFT JOIN crm_orderline s ON s.id = l.order_line_id LEFT JOIN crm_order o ON o.id = s.order_id
  WHERE r.shop_id = %(shop)s
  UNION ALL
  SELECT 'entry', e.source_id, e.kind, e.occurred_at::text, (e.payload - 'shop_name')::text, who.value, ''
  FROM crm_timelineentry e LEFT JOIN crm_identity who ON who.customer_id = e.customer_id
  WHERE e.source = 'import:' || %(slug)s
  UNION ALL
  SELECT 'customer', who.value, c.created_at::text, who.evidence, '', '', ''
  FROM crm_identity who JOIN crm_customer c ON c.id = who.customer_id WHERE who.namespace = %(slug)s
) AS row
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended. CPU is its own and its server process's: the clock says more about the neighbours."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: float


@dataclass(frozen=True)
class Copied:
    seconds: float
    cpu_seconds: float


def run() -> dict[str, Figure]:
    if not REAL_FILE.exists():
        print(f"import: skipped, {REAL_FILE.name} is not there")
        return {}
    with superuser() as watching:
        forget_former_runs(watching)
        whole, killed = new_shop(), new_shop()
        copies = [bare_copy(watching)]
        with busy_api(whole) as api:
            first = finished(start(whole), watching)
        copies += [bare_copy(watching)]
        totals = watching.execute(TOTALS, {"shop": whole.pk}).fetchone()
        before = left_behind(watching, whole)
        second = finished(start(whole), watching)
        unchanged = left_behind(watching, whole) == before
        kills = kill_and_resume(killed, watching)
        copies += [bare_copy(watching)]
        same = left_behind(watching, whole) == left_behind(watching, killed)
        while feed.sequence():  # the next bench finds nothing waiting
            pass
    copy = median(copied.seconds for copied in copies)
    copy_cpu = median(copied.cpu_seconds for copied in copies)
    return {
        "CPU seconds ÷ a bare COPY's": at_most(first.cpu_seconds / copy_cpu, 100, "×"),
        "CPU seconds, import": Figure(round(first.cpu_seconds, 1)),
        "CPU seconds, bare COPY": Figure(round(copy_cpu, 2)),
        "seconds ÷ a bare COPY": Figure(round(first.seconds / copy, 1), "≤ 100×, on a quiet machine"),
        "seconds, import": Figure(round(first.seconds, 1)),
        "seconds, bare COPY": Figure(round(copy, 2)),
        "rows a second": Figure(round(525_461 / first.seconds)),
        "peak memory, MB": at_most(first.peak_megabytes, 512),
        **{name: exactly(found, TRUTH[name]) for name, found in zip(TRUTH, totals, strict=True)},
        "seconds, second run": Figure(round(second.seconds, 1)),
        "second run changes nothing": exactly(unchanged, True),
        f"killed {kills} times and resumed, the same": exactly(same, True),
        "API writes beside it": Figure(len(api.waits)),
        "API writes that waited over 100 ms for a lock": exactly(api.timeouts, 0),
        "API wait, ms (p99)": Figure(round(sorted(api.waits)[int(len(api.waits) * 0.99)] * 1000, 1)),
    }


def new_shop() -> Shop:
    return Shop.objects.create(slug=f"bench-import-{uuid4().hex[:8]}", name="Gifts", kind=Shop.Kind.ONLINE)


def start(shop: Shop, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "import_orders", str(REAL_FILE), "--shop", shop.slug, *options]
    named = {**os.environ, "PGAPPNAME": NAME}
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, env=named)


def finished(process: subprocess.Popen[bytes], watching: psycopg.Connection[Any]) -> Ended:
    started, ended, server = time.monotonic(), 0, 0.0
    while not ended:
        time.sleep(0.1)
        server = max(server, server_cpu_seconds(watching))
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    own = usage.ru_utime + usage.ru_stime
    return Ended(process.returncode, time.monotonic() - started, own + server, usage.ru_maxrss / 1024)


def server_cpu_seconds(watching: psycopg.Connection[Any]) -> float:
    """Of the server processes that the import talks to: one at a time."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
    try:
        return sum(cpu_seconds(pid) for (pid,) in watching.execute(query, [NAME]))
    except FileNotFoundError:  # just gone
        return 0.0


def kill_and_resume(shop: Shop, watching: psycopg.Connection[Any]) -> int:
    """Kill it while it reads, and twice while it applies; each time go on with the same job."""
    options: tuple[str, ...] = ()
    moments: list[Callable[[ImportJob], bool]] = [
        lambda job: job.rows_read > 200_000,
        lambda job: job.documents_done > 6_000,
        lambda job: job.documents_done > 14_000,
    ]
    for moment in moments:
        process = start(shop, *options)
        job = wait_for(shop, moment, process)
        process.kill()
        process.wait()
        options = ("--job", str(job.pk))
    ended = finished(start(shop, *options), watching)
    assert ended.code == 0
    return len(moments)


def wait_for(shop: Shop, moment: Callable[[ImportJob], bool], process: subprocess.Popen[bytes]) -> ImportJob:
    while process.poll() is None:
        job = ImportJob.objects.filter(shop=shop).first()
        if job and moment(job):
            return job
        time.sleep(0.1)
    raise AssertionError("the import ended before it could be killed")


def bare_copy(watching: psycopg.Connection[Any]) -> Copied:
    content = gzip.decompress(REAL_FILE.read_bytes())
    watching.execute(
        "CREATE TABLE bare_copy (invoice text, code text, description text, quantity integer, at timestamp,"
        " price numeric, customer text, country text)"
    )
    server = watching.info.backend_pid
    started, cpu = time.monotonic(), time.process_time() + cpu_seconds(server)
    with watching.cursor().copy("COPY bare_copy FROM STDIN (FORMAT csv, HEADER)") as copy:
        for begin in range(0, len(content), 1 << 20):
            copy.write(content[begin : begin + (1 << 20)])
    copied = Copied(time.monotonic() - started, time.process_time() + cpu_seconds(server) - cpu)
    watching.execute("DROP TABLE bare_copy")
    return copied


def left_behind(watching: psycopg.Connection[Any], shop: Shop) -> str:
    return str(watching.execute(LEFT_BEHIND, {"shop": shop.pk, "slug": shop.slug}).fetchone()[0])


class BusyApi(threading.Thread):
    """Locks customers of the shop one after another, as everything that records a fact does."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(daemon=True)
        self.shop, self.stopped = shop, threading.Event()
        self.waits: list[float] = []
        self.timeouts = 0

    def run(self) -> None:
        with psycopg.connect(dsn(), autocommit=True) as writing:
            writing.execute(f"SET lock_timeout = '{API_WAITS_AT_MOST}'")
            customers: list[int] = []
            while not self.stopped.wait(0.02):
                if len(customers) < 4_000 and random.random() < 0.05:
                    customers = self.customers_of(writing)
                if customers:
                    self.write(
                        writing, random.choice(customers[-500:] if random.random() < 0.5 else customers)
                    )

    def customers_of(self, writing: psycopg.Connection[Any]) -> list[int]:
        query = "SELECT customer_id FROM crm_identity WHERE kind = 'external' AND namespace = %s ORDER BY id"
        return [customer for (customer,) in writing.execute(query, [self.shop.slug])]

    def write(self, writing: psycopg.Connection[Any], customer: int) -> None:
        started = time.monotonic()
        try:
            with writing.transaction():
                writing.execute("SELECT 1 FROM crm_customer WHERE id = %s FOR NO KEY UPDATE", [customer])
        except psycopg.errors.LockNotAvailable:
            self.timeouts += 1
        self.waits.append(time.monotonic() - started)


@contextmanager
def busy_api(shop: Shop) -> Iterator[BusyApi]:
    api = BusyApi(shop)
    api.start()
    yield api
    api.stopped.set()
    api.join()


def forget_former_runs(watching: psycopg.Connection[Any]) -> None:
    """Orders and returns of earlier runs; their people and entries stay: history is not rewritten."""
    shops = "SELECT id FROM crm_shop WHERE slug LIKE 'bench-import-%'"
    orders = f"SELECT id FROM crm_order WHERE shop_id IN ({shops})"
    returns = f"SELECT id FROM crm_return WHERE shop_id IN ({shops})"
    jobs = f"SELECT id FROM crm_importjob WHERE shop_id IN ({shops})"
    with watching.transaction():
        watching.execute(f"DELETE FROM crm_returnline WHERE goods_return_id IN ({returns})")
        watching.execute(f"DELETE FROM crm_return WHERE id IN ({returns})")
        watching.execute(f"DELETE FROM crm_orderline WHERE order_id IN ({orders})")
        watching.execute(f"DELETE FROM crm_order WHERE id IN ({orders})")
        watching.execute(f"DELETE FROM crm_importedrow WHERE job_id IN ({jobs})")
        watching.execute(f"DELETE FROM crm_importeddocument WHERE job_id IN ({jobs})")
        watching.execute(f"DELETE FROM crm_importjob WHERE id IN ({jobs})")
