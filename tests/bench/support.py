"""The desk among a million customers and ten million messages: what a page of it asks, touches, burns and weighs.

Rows are made by the database itself, set by set, with its triggers asleep: they are counted, not told. Figures are of
the inbox (the team's, most urgent first), a ticket with a long conversation, and a search by words and by number.
SUPPORT_BENCH=full: the sizes of the goals. CPU is that of Python and of the database's backend together.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from config import roles
from crm.models import Message, User
from support.models import AgentProfile, Ticket
from tests.bench.house import Figure, _buffers_of, at_most, superuser

FULL = os.environ.get("SUPPORT_BENCH") == "full"
CUSTOMERS, MESSAGES = (1_000_000, 10_000_000) if FULL else (20_000, 200_000)
PER_TICKET = 10
LONG = 400  # messages of the ticket that is looked at
AT_WORK_EACH = 100  # every hundredth ticket is at work
FIRST = 5_000_000_000  # ids out of everybody's way
SOURCE = "bench-support"
RUNS = 5
ASSETS = ("css/veren.css", "js/htmx.min.js", "js/veren.js", "js/desk.js")
BATCH = 1_000_000

PEOPLE = """
INSERT INTO crm_customer (id, given_name, patronymic, family_name, language, time_zone, preferred_channel,
  created_at, updated_at)
SELECT n, 'Имя', '', 'Фамилия ' || n, 'ru', '', '', now(), now() FROM generate_series(%(from)s, %(to)s) AS n
ON CONFLICT DO NOTHING
"""
TICKETS = """
INSERT INTO support_ticket (id, customer_id, subject, category, priority, channel, account_id, address, language,
  opened_at, last_message_at, last_customer_at, last_words, next_due_at, next_due_kind, source, source_id, version,
  assignee_id)
SELECT n, %(first)s + n %% %(people)s, 'Заказ ' || n, CASE WHEN n %% %(each)s = 0 THEN 'open' ELSE 'closed' END, 2,
  'email', %(account)s, 'p' || n || '@mail.example', 'ru', now() - n %% 1000 * interval '1 hour',
  now() - n %% 1000 * interval '1 minute', now(), 'Когда привезут заказ?',
  CASE WHEN n %% %(each)s = 0 THEN now() + n %% 5000 * interval '1 minute' END,
  CASE WHEN n %% %(each)s = 0 THEN 'next_response' ELSE '' END, %(source)s, n::text, 1,
  CASE WHEN n %% (3 * %(each)s) = 0 THEN %(agent)s::bigint END
FROM generate_series(%(from)s, %(to)s) AS n ON CONFLICT DO NOTHING
"""
WRITTEN = """
INSERT INTO crm_message (id, customer_id, account_id, direction, author_kind, state, identity_kind, address,
  is_proved, thread, external_id, subject, text, uncut_text, html, language, is_automatic, purpose, notice, source,
  source_id, occurred_at, recorded_at, attempts, failure)
SELECT m, %(first)s + t %% %(people)s, %(account)s, 'in', 'customer', 'received', 'email',
  'p' || t || '@mail.example', true, t::text, m::text, '', 'Здравствуйте, когда привезут мой заказ № ' || m || '?',
  '', '', 'ru', false, 'service', '', %(source)s, m::text, now() - m %% 9000 * interval '1 minute',
  now() - m %% 9000 * interval '1 minute', 0, ''
FROM generate_series(%(from)s, %(to)s) AS m, LATERAL (SELECT %(first)s + (m - %(first)s) / %(per)s AS t) AS its
ON CONFLICT DO NOTHING
"""
PLACED = """
INSERT INTO support_ticketmessage (ticket_id, message_id, placed_at, version)
SELECT %(first)s + (m - %(first)s) / %(per)s, m, now(), 1 FROM generate_series(%(from)s, %(to)s) AS m
ON CONFLICT DO NOTHING
"""


def run() -> dict[str, Figure]:
    agent = colleague()
    with superuser() as owner:
        long = fill(owner, agent)
    client = signed_in(agent)
    pages = {
        "inbox": "/admin/tickets/?view=team",
        "ticket": f"/admin/tickets/{long}/",
        "search by words": "/admin/tickets/?q=привезут",
        "search by number": f"/admin/tickets/?q={long}",
    }
    figures: dict[str, Figure] = {
        "customers": Figure(CUSTOMERS),
        "messages": Figure(Message.objects.filter(source=SOURCE).count() if not FULL else MESSAGES),
        "tickets at work": Figure(Ticket.objects.at_work().count()),
    }
    assets = sum(weight((settings.BASE_DIR / "static" / name).read_bytes()) for name in ASSETS)
    for name, address in pages.items():
        client.get(address)
        asked = queries_of(client, address)
        figures[f"{name}: queries"] = at_most(len(asked), 50)
        figures[f"{name}: buffers"] = at_most(sum(_buffers_of(*one) for one in asked), 6_000)
        figures[f"{name}: CPU, ms"] = at_most(
            median(cpu_milliseconds(lambda at=address: client.get(at)) for _run in range(RUNS)), 300
        )
        if not name.startswith("search"):
            page = weight(client.get(address).content)
            figures[f"{name}: compressed, KB"] = at_most((page + assets) / 1024, 60)
    return figures


def fill(owner: psycopg.Connection[Any], agent: User) -> int:
    """What stands from an earlier run stays. Answers the ticket with the long conversation."""
    account = owner.execute(
        "INSERT INTO crm_channelaccount (channel, name, address, key, settings, sealed_secrets, position, is_main,"
        " failure, opened_at) VALUES ('email', 'Bench', '', %s, '{}', '', '{}', false, '', now())"
        " ON CONFLICT (key) DO UPDATE SET name = excluded.name RETURNING id",
        [SOURCE],
    ).fetchone()[0]
    common = {
        "first": FIRST,
        "people": CUSTOMERS,
        "per": PER_TICKET,
        "each": AT_WORK_EACH,
        "account": account,
        "agent": agent.pk,
        "source": SOURCE,
    }
    owner.execute("SET session_replication_role = replica")
    for statement, number in (
        (PEOPLE, CUSTOMERS),
        (TICKETS, MESSAGES // PER_TICKET),
        (WRITTEN, MESSAGES),
        (PLACED, MESSAGES),
    ):
        for start in range(FIRST, FIRST + number, BATCH):
            end = min(start + BATCH, FIRST + number) - 1
            owner.execute(statement, {**common, "from": start, "to": end})
    owner.execute(
        "UPDATE support_ticketmessage SET ticket_id = %s WHERE message_id BETWEEN %s AND %s",
        [FIRST, FIRST, FIRST + LONG - 1],
    )
    owner.execute("SET session_replication_role = origin")
    owner.execute("VACUUM (ANALYZE) crm_customer, crm_message, support_ticket, support_ticketmessage")
    return FIRST


def colleague() -> User:
    one, _is_new = User.objects.get_or_create(
        email="bench@lipa.example", defaults={"name": "Bench", "is_staff": True}
    )
    assert "agent" in roles.ROLES
    one.groups.add(Group.objects.get_or_create(name="agent")[0])
    AgentProfile.objects.get_or_create(user=one)
    return one


def signed_in(agent: User) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client = Client(HTTP_HOST="localhost")
    client.force_login(agent)
    return client


def queries_of(client: Client, address: str) -> list[tuple[str, Any]]:
    """What a page reads; what it notes down is left out."""
    asked: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip(" \n(").upper().startswith(("SELECT", "WITH")):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        assert client.get(address).status_code == 200, address
    return asked


def cpu_milliseconds(read: Callable[[], object]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    before = process_time() + _ran(backend)
    read()
    return 1000 * (process_time() + _ran(backend) - before)


def _ran(pid: int) -> float:
    """Seconds on a processor, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 6))
