"""A page of one customer's timeline costs the same among ten million entries as among one million."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
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
FIRST = 1_000_000_000  # the ids of this bench's customers, out of everybody's way
SAMPLE = 40
SMALL, LARGE = 1_000_000, 10_000_000
# The small timeline is a second table beside the real one, so that both stay filled from run to run.
HOME = {SMALL: "small", LARGE: "public"}
KINDS = (
    ("crm.order_placed",) * 4 + ("crm.order_paid",) * 3 + ("crm.note_written",) * 2 + ("crm.goods_returned",)
)
PAYLOAD = '{"text": "", "goods": "Чай «Белый пион», пиала «Иней»", "amount": "42.60", "currency": "EUR"}'
BATCH = 100_000


def run() -> dict[str, Figure]:
    measured = {}
    for size, schema in HOME.items():
        with superuser() as owner:
            fill(owner, schema, size)
        with reading_from(schema):
            measured[size] = measure(size // EACH)
    small, large = measured[SMALL], measured[LARGE]
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
    people = [Customer(pk=number) for number in chance.sample(range(FIRST, FIRST + customers), SAMPLE)]
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


@contextmanager
def reading_from(schema: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {schema}, public")
        yield
        cursor.execute("RESET search_path")


def fill(owner: psycopg.Connection, schema: str, size: int) -> None:  # type: ignore[type-arg]
    """By COPY, up to `size` entries: each customer's lie scattered over the table, as they do in life."""
    owner.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
    owner.execute(
        f"CREATE TABLE IF NOT EXISTS {schema}.crm_timelineentry (LIKE crm_timelineentry INCLUDING ALL)"
    )
    owner.execute(f"GRANT SELECT ON {schema}.crm_timelineentry TO PUBLIC")
    table = f"{schema}.crm_timelineentry"
    people = range(FIRST, FIRST + size // EACH)
    copy_customers(owner, people)
    have = owner.execute(f"SELECT count(*) FROM {table} WHERE source = 'bench'").fetchone()[0]
    for start in range(have, size, BATCH):
        copy_entries(owner, table, start, min(start + BATCH, size), people)
    owner.execute(f"VACUUM (ANALYZE) {table}")


def copy_customers(owner: psycopg.Connection, people: range) -> None:  # type: ignore[type-arg]
    known = owner.execute("SELECT coalesce(max(id) + 1, 0) FROM crm_customer").fetchone()[0]
    columns = "id, family_name, given_name, patronymic, language, time_zone, preferred_channel, created_at, updated_at"
    with owner.cursor().copy(f"COPY crm_customer ({columns}) FROM STDIN") as copy:
        for number in range(max(known, people.start), people.stop):
            copy.write(f"{number}\tBench\tN{number}\t\tru\t\t\t{START.isoformat()}\t{START.isoformat()}\n")


def copy_entries(owner: psycopg.Connection, table: str, start: int, end: int, people: range) -> None:  # type: ignore[type-arg]
    columns = (
        "customer_id, kind, version, occurred_at, recorded_at, source, source_id, channel, direction, subject_type, "
        "visibility, language, preview, payload, is_history, depth"
    )
    chance = random.Random(start)
    with owner.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for number in range(start, end):
            moment = (START + timedelta(seconds=number * 20 % 200_000_000)).isoformat()
            copy.write(
                f"{chance.choice(people)}\t{KINDS[number % 10]}\t1\t{moment}\t{moment}\tbench\t{number}\tonline\t\t\t"
                f"agent\tru\tЗаказ оформлен\t{PAYLOAD}\tt\t0\n"
            )
