"""Where opening hours and promises of service are made, and the figures: three languages, both colours, two widths."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from support.models import Holiday, Ticket
from support.models.tagging import Category
from support.timekeeping import clocks
from tests.browser.test_accessibility import sign_in
from tests.factories.shops import UserFactory
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays

CHAT = {"all": [{"field": "ticket.channel", "op": "eq", "value": "chat"}]}


def answered_tickets(count: int) -> None:
    """One a day, answered after as many minutes as it is old, and resolved an hour later."""
    for days in range(1, count + 1):
        begin = timezone.now() - timedelta(days=days)
        ticket = TicketFactory(opened_at=begin)
        clocks.opened(ticket, at=begin)
        clocks.answered(ticket, at=begin + timedelta(minutes=days))
        ticket.category = Category.RESOLVED
        ticket.save()
        clocks.resolved(ticket, at=begin + timedelta(hours=1))


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "dark", 1440), ("bg", "light", 1440), ("en", "light", 360)],
)
def test_axe_finds_nothing_serious_where_service_is_promised(reader, language, theme, width):
    calendar = calendar_of_weekdays((9, 13), (14, 18), name="Lipa")
    Holiday.objects.create(calendar=calendar, on=date(2026, 12, 24), name="Christmas Eve", times="9:00–13:00")
    policy = SlaPolicyFactory(
        name="Chat", conditions=CHAT, first_response_minutes=1, resolution_minutes=480, calendar=calendar
    )
    answered_tickets(40)
    manager = reader(theme=theme, width=width)
    sign_in(manager, UserFactory(is_superuser=True, language=language))

    faults = []
    for name, path in (
        ("calendars", reverse("admin:support_calendar_changelist")),
        ("calendar", reverse("admin:support_calendar_change", args=[calendar.pk])),
        ("policies", reverse("admin:support_slapolicy_changelist")),
        ("policy", reverse("admin:support_slapolicy_change", args=[policy.pk])),
        ("figures", reverse("dashboard:home")),
    ):
        manager.open(path)
        faults += manager.serious_faults()
        if folder := os.environ.get("VEREN_SHOTS"):
            manager.page.screenshot(
                path=Path(folder) / f"service-{name}-{language}-{theme}-{width}.png", full_page=True
            )

    assert faults == []
    assert Ticket.objects.count() == 40
