"""Tickets as rows, and the calendars and promises of service that their clocks go by."""

from datetime import time
from typing import Any

import factory

from support.models import Calendar, SlaPolicy, Ticket, WorkingInterval
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON


class TicketFactory(factory.django.DjangoModelFactory):
    """Only the row: a test that needs clocks or messages calls the verbs."""

    class Meta:
        model = Ticket

    customer = factory.SubFactory(CustomerFactory)
    subject = "Где моя посылка?"
    channel = "email"
    language = "ru"
    opened_at = NOON
    last_message_at = NOON
    source = "test"
    source_id = factory.Sequence(lambda n: f"ticket-{n}")


class SlaPolicyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SlaPolicy

    name = factory.Sequence(lambda n: f"Promise {n}")


def calendar_of_weekdays(*hours: tuple[int, int], **more: Any) -> Calendar:
    """Monday to Friday at these hours, in Sofia: `(9, 13), (14, 18)`; 24 is midnight."""
    calendar = Calendar.objects.create(**{"name": "Weekdays", **more})
    WorkingInterval.objects.bulk_create(
        WorkingInterval(calendar=calendar, weekday=weekday, opens=time(opens), closes=time(closes % 24))
        for weekday in range(5)
        for opens, closes in hours
    )
    return calendar
