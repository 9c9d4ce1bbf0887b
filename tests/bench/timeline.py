"""A page of one customer's timeline costs the same among ten million entries as among one million."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import history
from crm.facts.base import Group
from crm.models import Customer
from tests.bench.house import Figure, at_most, buffers, exactly, superuser

START = datetime(2020, 1, 1, tzinfo=UTC)
EACH = 100
SAMPLE = 40
SIZES = (1_000_000, 10_000_000)
KINDS = (
    ("crm.order_placed",) * 4 + ("crm.order_paid",) * 3 + ("crm.note_written",) * 2 + ("crm.goods_returned",)
)
PAYLOAD = '{"text": "", "goods": "Чай «Белый пион», пиала «Иней»", "amount": "42.60", "currency": "EUR"}'
BATCH = 100_000


def run() -> dict[str, Figure]:
    measured = {}
    for size in SIZES:
        with superuser() as owner:
            fill(owner, size)
        measured[size] = measure(size // EACH)
    small, large = (measured[size] for size in SIZES)
    figures = {
        f"{page}: buffers at 10 M ÷ at 1 M": at_most(large[page] / small[page], 1.2)
        for page in ("first page", "deep page", "filtered page", "page at a date")
    }
    figures |= {
        f"{page}: buffers at 10 M": Figure(large[page])
        for page in ("first page", "deep page", "filtered page")
    }
    figures["first page at 10 M, ms (p50)"] = Figure(large["milliseconds"])
    figures["queries of a page"] = exactly(int(large["queries"]), 1)
    return figures


def measure(customers: int) -> dict[str, float]:
    """Medians over a sample of customers spread over the whole table."""
    chance = random.Random(1)
    people = [Customer(pk=number) for number in chance.sample(range(1, customers + 1), SAMPLE)]
    pages = {
        "first page": lambda who: history.page(history.of(who)),
        "deep page": lambda who: history.page(history.of(who), older_than=deep_place(who)),
        "filtered page": lambda who: history.page(history.only(history.of(who), groups=[Group.NOTES])),
        "page at a date": lambda who: history.page(history.of(who), at=START + timedelta(days=1000)),
    }
    deep = {who.pk: history.page(history.of(who)).older for who in people}

    def deep_place(who: Customer) -> history.Place | None:
        return deep[who.pk]

    found = {
        name: median(buffers(lambda page=page, who=who: page(who)) for who in people)
        for name, page in pages.items()
    }
    started = perf_counter()
    for who in people:
        history.page(history.of(who))
    found["milliseconds"] = round(1000 * (perf_counter() - started) / len(people), 2)
    with CaptureQueriesContext(connection) as asked:
        history.page(history.of(people[0]))
    found["queries"] = len(asked)
    return found


def fill(owner: psycopg.Connection, size: int) -> None:  # type: ignore[type-arg]
    """By COPY, up to `size` entries: each customer's lie scattered over the table, as they do in life."""
    have = owner.execute("SELECT count(*) FROM crm_timelineentry WHERE source = 'bench'").fetchone()[0]
    people = size // EACH
    known = owner.execute(
        "SELECT coalesce(max(id), 0) FROM crm_customer WHERE family_name = 'Bench'"
    ).fetchone()[0]
    copy_customers(owner, known + 1, people)
    newcomers = range(have // EACH + 1, people + 1)
    for start in range(have, size, BATCH):
        copy_entries(owner, start, min(start + BATCH, size), newcomers)
    owner.execute("VACUUM (ANALYZE) crm_timelineentry")


def copy_customers(owner: psycopg.Connection, first: int, last: int) -> None:  # type: ignore[type-arg]
    columns = "id, family_name, given_name, patronymic, language, time_zone, preferred_channel, created_at, updated_at"
    with owner.cursor().copy(f"COPY crm_customer ({columns}) FROM STDIN") as copy:
        for number in range(first, last + 1):
            copy.write(f"{number}\tBench\tN{number}\t\tru\t\t\t{START.isoformat()}\t{START.isoformat()}\n")


def copy_entries(owner: psycopg.Connection, start: int, end: int, people: range) -> None:  # type: ignore[type-arg]
    columns = (
        "customer_id, kind, version, occurred_at, recorded_at, source, source_id, channel, direction, subject_type, "
        "visibility, language, preview, payload, is_history, depth"
    )
    chance = random.Random(start)
    with owner.cursor().copy(f"COPY crm_timelineentry ({columns}) FROM STDIN") as copy:
        for number in range(start, end):
            moment = (START + timedelta(seconds=number * 20 % 200_000_000)).isoformat()
            copy.write(
                f"{chance.choice(people)}\t{KINDS[number % 10]}\t1\t{moment}\t{moment}\tbench\t{number}\tonline\t\t\t"
                f"agent\tru\tЗаказ оформлен\t{PAYLOAD}\tt\t0\n"
            )
