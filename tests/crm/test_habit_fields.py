"""Conditions about how somebody is best reached, and about why they come back: as SQL and as Python."""

from __future__ import annotations

from datetime import date

import pytest

from crm import company, rules
from crm.models import Customer, CustomerLoyalty, CustomerWorth
from crm.segments import asking
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


def fits(customer: Customer, field: str, value: str) -> bool:
    tree = {"field": field, "op": "eq", "value": value}
    found = asking.fitting(tree, at=NOON).filter(pk=customer.pk).exists()
    fresh = Customer.objects.get(pk=customer.pk)
    assert rules.why(tree, "customer", fresh, at=NOON, clock=company.current().clock).holds is found
    return found


def learned(customer: Customer, channel: str) -> None:
    CustomerWorth.objects.create(customer=customer, as_of=date(2026, 3, 1), learned_channel=channel)


def test_what_they_said_comes_before_what_was_learned():
    said, shown, silent = CustomerFactory(preferred_channel="email"), CustomerFactory(), CustomerFactory()
    learned(said, "viber")
    learned(shown, "viber")
    learned(silent, "")

    assert fits(said, "customer.preferred_channel", "email")
    assert not fits(said, "customer.preferred_channel", "viber")
    assert fits(shown, "customer.preferred_channel", "viber")
    assert not fits(silent, "customer.preferred_channel", "viber")


def test_who_was_never_counted_is_reached_as_they_said():
    assert fits(CustomerFactory(preferred_channel="sms"), "customer.preferred_channel", "sms")


def test_people_are_found_by_why_they_come_back():
    by_habit, none, unknown = (CustomerFactory() for _ in range(3))
    scores = {"as_of": date(2026, 3, 1), "rational": 0, "emotional": 0, "behavioural": 60}
    CustomerLoyalty.objects.create(customer=by_habit, dominant="behavioural", **scores)
    CustomerLoyalty.objects.create(customer=none, dominant="", **scores)

    assert fits(by_habit, "customer.loyalty_kind", "behavioural")
    assert not fits(none, "customer.loyalty_kind", "behavioural")
    assert not fits(unknown, "customer.loyalty_kind", "behavioural")
