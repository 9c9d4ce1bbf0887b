"""What a consent comes to is the same asked of one person and asked of many in the database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from crm.consents import consenting
from crm.models import Consent, Customer, Merge
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, tzinfo=UTC)
ASKED = [("processing", ""), ("advertising", ""), ("advertising", "email"), ("advertising", "sms")]


def in_the_database(customer: Customer, purpose: str, channel: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_may(%s, %s, %s)", [customer.pk, purpose, channel])
        (answer,) = cursor.fetchone()
    return answer


def somebodys_past(chance: random.Random) -> list[Customer]:
    """Some people, of whom some were found to be one; they said things before, after, and at the same moment."""
    people = CustomerFactory.create_batch(4)
    for n in range(chance.randrange(12)):
        purpose, channel = chance.choice(ASKED)
        Consent.objects.create(
            customer=chance.choice(people),
            purpose=purpose,
            channel=channel,
            decision=chance.choice(["given", "given", "withdrawn"]),
            source=f"test:{n}",
            occurred_at=AT - timedelta(days=chance.randrange(8)),
            recorded_at=AT,
        )
    for gone in people[1 : chance.randrange(1, 5)]:
        gone.merged_into = chance.choice(people[: people.index(gone)])
        gone.save()
        moment = AT - timedelta(days=chance.randrange(8))
        if chance.random() < 0.9:
            Merge.objects.create(customer=gone, survivor=gone.merged_into, merged_at=moment)
    return people


def test_random_pasts_come_to_the_same():
    chance = random.Random(27)
    answers = set()
    for _past in range(60):
        for person in somebodys_past(chance):
            for purpose, channel in ASKED:
                told = consenting.may(person, purpose=purpose, channel=channel)
                assert in_the_database(person, purpose, channel) == told
                answers.add((purpose, channel, told))
    assert len(answers) == 2 * len(ASKED)


def test_nothing_may_be_sent_to_whoever_was_erased():
    person = CustomerFactory(erased_at=AT)
    Consent.objects.create(
        customer=person,
        purpose="advertising",
        decision="given",
        source="test",
        occurred_at=AT,
        recorded_at=AT,
    )

    assert not in_the_database(person, "advertising", "")
