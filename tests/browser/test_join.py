"""A customer joins at the counter with a phone in the hand: by keys, in their language, in both colours."""

import re
import time

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from crm import company
from crm.models import Installation
from loyalty.models import Member
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.shops import NOON, ShopFactory

HALF_A_MINUTE = 30


@pytest.fixture
def counter():
    Installation.objects.create(name="Липа", languages=["ru", "bg", "en"], set_up_at=NOON)
    company.forget()
    ProgrammeFactory(name="Липа")
    yield f"{reverse('join')}?shop={ShopFactory(slug='lipa-varna').slug}"
    company.forget()


def fits(reader):
    return reader.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "light", 360), ("bg", "dark", 360), ("en", "light", 1440), ("bg", "light", 1440)],
)
def test_a_customer_has_a_card_in_half_a_minute(reader, counter, language, theme, width):
    guest = reader(locale=language, theme=theme, width=width)
    began = time.monotonic()
    guest.open(counter)
    assert guest.serious_faults() == []
    assert fits(guest)
    assert guest.page.locator("input:checked").count() == 0

    guest.tab_to("#id_name")
    guest.type("Десислава")
    guest.press("Tab")
    guest.type("desi@example.org")
    guest.press("Tab", "Space")
    guest.press("Enter")
    expect(guest.page.locator("#id_code")).to_be_focused()
    assert guest.serious_faults() == []
    assert fits(guest)
    guest.type(re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE).group())
    guest.press("Enter")

    expect(guest.page.locator(".member-card")).to_contain_text("Десислава")
    assert time.monotonic() - began < HALF_A_MINUTE
    assert guest.serious_faults() == []
    assert fits(guest)
    assert Member.objects.get().customer.language == language
    assert "Липа" in guest.page.title()


def test_it_works_without_javascript(reader, counter):
    guest = reader(width=360, java_script_enabled=False)
    guest.page.goto(guest.address + counter)

    guest.page.fill("#id_name", "Ada")
    guest.page.fill("#id_address", "ada@example.org")
    guest.page.check("#id_processing")
    guest.page.click("main form button.primary")
    guest.page.fill("#id_code", re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE).group())
    guest.page.click("main form button.primary")

    expect(guest.page.locator(".member-card")).to_contain_text("Ada")
