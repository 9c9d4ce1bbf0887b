"""64 workers want the same people at the same time: each is asked once in a window, and every skip says why.

1,000 of them by `make nightly`; 150 with each push.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from crm import timeline
from crm.models import Customer, Identity, Message
from loyalty.facts import TierLost
from surveys.asking import triggering
from surveys.models import Invitation, PlannedAsk, Skip, Trigger
from tests.factories.shops import NOON
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import mailbox

pytestmark = [pytest.mark.django_db(transaction=True)]
WORKERS, SURVEYS = 64, 2
PEOPLE = 1000 if os.environ.get("VEREN_NIGHTLY") else 150


def crowd(number: int) -> list[Customer]:
    people = Customer.objects.bulk_create(
        Customer(given_name=f"P{n}", language="en", created_at=NOON) for n in range(number)
    )
    Identity.objects.bulk_create(
        Identity(customer=person, kind="email", value=f"p{person.pk}@mail.example", added_at=NOON)
        for person in people
    )
    return people


def overlapping_pairs() -> int:
    """People who were asked twice in a window, as the table itself tells."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM surveys_invitation a JOIN surveys_invitation b"
            " ON a.customer_id = b.customer_id AND a.budget = b.budget AND a.id < b.id AND a.window && b.window"
        )
        (number,) = cursor.fetchone()
    return int(number)


def work(_worker: int) -> int:
    try:
        done = 0
        while settled := triggering.ask_due(at=NOON):
            done += settled
        return done
    finally:
        connections.close_all()


def test_64_workers_ask_everybody_once_and_skip_the_rest_with_a_reason() -> None:
    mailbox()
    people = crowd(PEOPLE)
    triggers = [
        Trigger.objects.create(
            survey=published(survey(f"s{n}")).survey, fact=TierLost.kind, delay=timedelta(0)
        )
        for n in range(SURVEYS)
    ]
    told = [
        timeline.Told(
            fact=TierLost(tier_name="Gold", tier_slug="gold", now_name="", track=""),
            customer_id=person.pk,
            occurred_at=NOON,
            recorded_at=NOON,
            source="test",
            source_id=str(person.pk),
        )
        for person in people
    ]
    with transaction.atomic():
        entries = timeline.record_all(told)
    assert triggering.plan(entries) == PEOPLE * SURVEYS == PEOPLE * len(triggers)

    with ThreadPoolExecutor(WORKERS) as pool:
        settled = sum(pool.map(work, range(WORKERS)))

    # A worker that looked while others held what was left went home: whoever comes next finds it.
    settled += work(0)
    assert settled == PEOPLE * SURVEYS
    assert not PlannedAsk.objects.filter(done_at=None).exists()
    asked = Counter(Invitation.objects.values_list("customer", flat=True))
    assert (len(asked), set(asked.values())) == (PEOPLE, {1})
    assert overlapping_pairs() == 0
    assert Message.objects.count() == PEOPLE
    reasons = Counter(Skip.objects.values_list("reason", flat=True))
    assert reasons == {Skip.Reason.ASKED_LATELY: PEOPLE * (SURVEYS - 1)}
