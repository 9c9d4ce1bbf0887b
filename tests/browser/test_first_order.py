"""From an empty house to its first order: in the browser and by the API, and never in a shell."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.browser.test_setup import PASSWORD, set_up_an_app

ORDER = {
    "external_id": "100001",
    "number": "LP-100001",
    "customer": {"external_id": "c-1", "given_name": "Вера", "family_name": "Соколова"},
    "lines": [{"external_id": "1", "quantity": "2", "unit_price": "4.90", "name": "Липов чай"}],
    "placed_at": "2026-03-02T12:00:00+02:00",
}


@pytest.fixture(autouse=True)
def strict(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    cache.clear()


def move_in(person):
    """The house gets its name, its first shop and its administrator, whose second factor is set up."""
    person.open("/")
    page = person.page
    page.fill("#id_company", "Липа")
    page.select_option("#id_time_zone", "Europe/Sofia")
    page.fill("#id_shop", "Липа, Варна")
    page.fill("#id_slug", "varna")
    page.fill("#id_region", "BG")
    page.fill("#id_name", "Калина Димова")
    page.fill("#id_email", "kalina@lipa.example")
    page.fill("#id_password", PASSWORD)
    page.locator("form[enctype] button.primary").click()
    set_up_an_app(person)


def make_a_key(person):
    """Read from the page that shows it, once."""
    person.open(reverse("crm:new-api-key"))
    page = person.page
    page.select_option("#id_shop", label="Липа, Варна")
    page.fill("#id_name", "The online shop")
    page.locator("label.chip:has(input[name=scopes][value='*'])").click()
    page.locator("main form button.primary").click()
    return page.locator("#key").input_value()


def tell(person, key, order):
    headers = {
        "Authorization": f"Bearer {key}",
        "Idempotency-Key": "the-first-order",
        "Content-Type": "application/json",
    }
    url = f"{person.address}/api/v1/orders/"
    request = Request(url, json.dumps(order).encode(), headers)  # noqa: S310 (our own server)
    with urlopen(request, timeout=20) as answer:  # noqa: S310
        return answer.status, json.load(answer)


def test_an_empty_house_comes_to_its_first_order_without_a_shell(reader, db):
    person = reader()
    move_in(person)
    key = make_a_key(person)

    status, order = tell(person, key, ORDER)

    assert status == 201
    person.open(reverse("crm:customer", args=[order["customer"]]))
    person.page.get_by_text("LP-100001").first.wait_for()
    assert "Вера Соколова" in person.page.locator("h1").inner_text()
    assert not person.serious_faults()
