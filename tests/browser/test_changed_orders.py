"""What an order said before the shop changed it, on the page of the order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.purchases.amending import amend_order
from tests.browser.test_accessibility import sign_in
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, UserFactory


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("ru", "dark", 1440), ("en", "light", 1440), ("bg", "light", 1280)]
)
def test_a_changed_order_shows_what_it_said(reader, language, theme, width):
    order = placed_order(lines=[line("1"), line("2", name="Чаша", quantity="1", unit_price="12")])
    amend_order(
        order,
        lines=[line("1", quantity="3")],
        delivery_amount=Decimal("4.50"),
        as_of=NOON + timedelta(hours=2),
        source="api:x",
        at=NOON + timedelta(hours=3),
    )
    agent = reader(locale=language, theme=theme, width=width)
    sign_in(agent, UserFactory(is_superuser=True, language=language))

    agent.open(reverse("admin:crm_order_change", args=[order.pk]))

    assert agent.page.get_by_text("Чаша × 1").count() == 1
    assert agent.serious_faults() == []
