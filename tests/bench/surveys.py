"""Reports over a million answers: what a page asks, touches and burns, by segment and by period.

Rows are made by the database itself, set by set, with its triggers asleep: they are counted, not told.
SURVEYS_BENCH=full: the sizes of the goals. CPU is that of Python and of the database's backend together.
"""

from __future__ import annotations

import json
import os
from statistics import median
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.models import Shop, User
from surveys.models import Answer, Survey, SurveyVersion
from tests.bench.house import Figure, _buffers_of, at_most, superuser
from tests.bench.support import PEOPLE, cpu_milliseconds, queries_of, signed_in

FULL = os.environ.get("SURVEYS_BENCH") == "full"
ANSWERS = 1_000_000 if FULL else 100_000
CUSTOMERS = ANSWERS // 10
FIRST = 6_000_000_000  # ids out of everybody's way
SOURCE = "bench-surveys"
SLUG = "bench-surveys"
SHOPS, AGENTS, DAYS = 6, 30, 730
RUNS = 5
BATCH = 200_000
MOST_QUERIES = 30
MOST_CPU = 300

# Answers to the same response lie together, and days follow each other, as they do where people answer day by day.
RESPONSES = """
INSERT INTO surveys_response (id, version_id, customer_id, shop_id, agent_id, tier, language, channel, about_type,
  source, source_id, answered_at, recorded_at, settled_at, votes, before)
SELECT n, %(version)s, %(first)s + n %% %(people)s, %(shops)s[1 + n %% %(shop_count)s],
  CASE WHEN n %% 3 = 0 THEN %(agent)s END, (ARRAY['', 'silver', 'gold', 'platinum'])[1 + n %% 4],
  (ARRAY['ru', 'bg', 'en'])[1 + n %% 3], (ARRAY['email', 'sms', 'telegram', 'viber'])[1 + n %% 4], '', %(source)s,
  n::text, its.at, its.at, its.at, '[]', '[]'
FROM generate_series(%(from)s, %(to)s) AS n,
  LATERAL (SELECT now() - interval '1 hour' - (%(last)s - n) * interval '1 second' * %(seconds)s AS at) AS its
ON CONFLICT DO NOTHING
"""
# One whether they would recommend us, one about an aspect; now and then a word.
SCORES = """
INSERT INTO surveys_answer (response_id, question, kind, aspect, value, scale_low, scale_high, direction, choices, text,
  wording, language, answered_at, version_id, customer_id, shop_id, channel, tier, agent_id)
SELECT r.id, its.question, its.kind, its.aspect, its.value, its.low, its.high, 1, '[]', its.text, 'Как вам?',
  r.language, r.answered_at, r.version_id, r.customer_id, r.shop_id, r.channel, r.tier, r.agent_id
FROM surveys_response r, LATERAL (VALUES
  ('score', 'nps', '', (ARRAY[10, 9, 9, 8, 7, 10, 9, 6, 3, 10, 0])[1 + r.id %% 11], 0, 10, ''),
  ('aspect', 'csat', (ARRAY['delivery', 'quality', ''])[1 + r.id %% 3], (ARRAY[5, 4, 4, 5, 3, 2, 1])[1 + r.id %% 7],
   1, 5, ''),
  ('word', 'text', '', NULL, NULL, NULL, 'Привезли на день позже, чем обещали')
) AS its (question, kind, aspect, value, low, high, text)
WHERE r.id BETWEEN %(from)s AND %(to)s AND (its.kind <> 'text' OR r.id %% 10 = 0)
ON CONFLICT DO NOTHING
"""
# As many again were asked and kept silent.
INVITED = """
INSERT INTO surveys_invitation (id, version_id, customer_id, budget, "window", shop_id, about_type, probability,
  channel, source, source_id, asked_at, expires_at, delivered_at, answered_at)
SELECT n, %(version)s, %(first)s + n %% %(people)s, 'relationship', tstzrange(its.at, its.at + interval '1 day'),
  %(shops)s[1 + n %% %(shop_count)s], '', 1, 'email', %(source)s, n::text, its.at, its.at + interval '14 days', its.at,
  CASE WHEN n %% 2 = 0 THEN its.at END
FROM generate_series(%(from)s, %(to)s) AS n,
  LATERAL (SELECT now() - interval '1 hour' - (%(last)s - n) * interval '1 second' * %(seconds)s AS at) AS its
ON CONFLICT DO NOTHING
"""
# A fifth of those who answered.
SOME = json.dumps({"field": "customer.language", "op": "eq", "value": "bg"})
SPEAK_BULGARIAN = (
    "UPDATE crm_customer SET language = 'bg' WHERE id BETWEEN %(from)s AND %(to)s AND id %% 5 = 0"
)
REPORTS = {
    "recommendation, 90 days, by shop": {"by": "shop"},
    "recommendation, 90 days, by tier": {"by": "tier"},
    "recommendation, 90 days, by colleague": {"by": "agent"},
    "recommendation, a month, by channel": {"by": "channel", "period": "30"},
    "satisfaction, 90 days, by aspect": {"measure": "csat", "aspect": "delivery"},
    "one shop and tier, 90 days, by channel": {"by": "channel", "tier": "gold", "shop": ""},
    "a segment, 90 days, by shop": {"by": "shop", "who": SOME},
    "recommendation, a year, by shop": {"by": "shop", "period": "365"},
}


def run() -> dict[str, Figure]:
    reader = colleague()
    shops = [shop_of(number) for number in range(SHOPS)]
    with superuser() as owner:
        fill(owner, version_of(reader), shops)
    with connection.cursor() as cursor:
        # Helpers of the database's would burn what nobody counts.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    client = signed_in(reader)
    figures = {"answers": Figure(Answer.objects.filter(version__survey__slug=SLUG).count())}
    for name, query in REPORTS.items():
        figures |= measured(client, name, {**query, **({"shop": shops[0]} if "shop" in query else {})})
    return figures


def measured(client: Client, name: str, query: dict[str, Any]) -> dict[str, Figure]:
    address = f"/dashboard/feedback/?{urlencode(query)}"
    client.get(address)
    asked = queries_of(client, address)
    cpu = median(cpu_milliseconds(lambda: client.get(address)) for _run in range(RUNS))
    return {
        f"{name}: queries": at_most(len(asked), MOST_QUERIES),
        f"{name}: buffers": Figure(sum(_buffers_of(*one) for one in asked)),
        f"{name}: CPU, ms": at_most(cpu, MOST_CPU),
    }


def fill(owner: psycopg.Connection[Any], version: int, shops: list[int]) -> None:
    """What stands from an earlier run stays."""
    responses = ANSWERS // 2
    common = {
        "first": FIRST,
        "people": CUSTOMERS,
        "version": version,
        "shops": shops,
        "shop_count": len(shops),
        "agent": User.objects.get(email="bench@lipa.example").pk,
        "source": SOURCE,
        "last": FIRST + responses - 1,
        "seconds": DAYS * 86_400 / responses,
    }
    owner.execute("SET session_replication_role = replica")
    for statement, number in (
        (PEOPLE, CUSTOMERS),
        (SPEAK_BULGARIAN, CUSTOMERS),
        (RESPONSES, responses),
        (SCORES, responses),
        (INVITED, responses),
    ):
        for start in range(FIRST, FIRST + number, BATCH):
            end = min(start + BATCH, FIRST + number) - 1
            owner.execute(statement, {**common, "from": start, "to": end})
    owner.execute("SET session_replication_role = origin")
    owner.execute(
        "VACUUM (ANALYZE) crm_customer, surveys_response, surveys_answer, surveys_invitation, "
        "surveys_feedback"
    )


def colleague() -> User:
    one, _is_new = User.objects.get_or_create(
        email="bench@lipa.example", defaults={"name": "Bench", "is_staff": True}
    )
    one.groups.add(Group.objects.get(name="manager"))
    return one


def shop_of(number: int) -> int:
    one, _is_new = Shop.objects.get_or_create(
        slug=f"{SLUG}-{number}", defaults={"name": f"Bench {number}", "currency": "EUR", "region": "BG"}
    )
    return one.pk


def version_of(reader: User) -> int:
    survey, _is_new = Survey.objects.get_or_create(
        slug=SLUG, defaults={"names": {"en": "Bench"}, "budget": Survey.Budget.RELATIONSHIP}
    )
    content = {"questions": [{"key": "score", "kind": "nps"}, {"key": "aspect", "kind": "csat"}]}
    told = {"content": content, "written_at": timezone.now(), "written_by": reader}
    return SurveyVersion.objects.get_or_create(survey=survey, number=1, defaults=told)[0].pk
