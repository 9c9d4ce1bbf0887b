"""A shop is connected in a browser: keys that do not fit are said, its past comes in, what differs is brought again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.connectors import connecting, inbox, landing, reconciling, rounds, tasks
from crm.connectors.woocommerce import parcel
from crm.models import Connection, ConnectorRound
from tests.factories.shops import ShopFactory, UserFactory
from tests.fakes import woocommerce as woo
from tests.fakes.woocommerce_shop import a_shop

# Where somebody wants to look at the pages: a folder for pictures of them.
PICTURES = os.environ.get("VEREN_PICTURES", "")
SCREENS = [("ru", "light", 360), ("bg", "dark", 1440)]


def sign_in(person, client, language):
    client.force_login(UserFactory(is_superuser=True, language=language))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.address}
    person.page.context.add_cookies([session])


def look(person, name):
    assert person.serious_faults() == []
    assert person.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if PICTURES:
        person.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_a_shop_is_connected_filled_and_compared(reader, client, language, theme, width):
    person = reader(locale=language, theme=theme, width=width)
    sign_in(person, client, language)
    shop = ShopFactory(name="Липа")
    person.open(reverse("crm:new-connection"))
    look(person, f"vendors_{language}")
    person.page.click("a[href='?vendor=woocommerce']")
    with a_shop() as woo_shop:
        woo_shop.sell(*(woo.order(number) for number in range(1, 40)))
        person.page.select_option("#id_shop", str(shop.pk))
        person.page.fill("#id_address", woo_shop.address)
        person.page.fill("#id_consumer_key", woo_shop.access["consumer_key"])
        person.page.fill("#id_consumer_secret", "cs_wrong")
        look(person, f"new_{language}")
        person.page.click("main form .btn.primary")
        person.settle()
        made = Connection.objects.get()
        look(person, f"wrong_{language}")
        connecting.give_access(made, address=made.address, secrets=woo_shop.access)

        person.page.click("form[action$='/back-fill/'] button")
        person.settle()
        walked = ConnectorRound.objects.get()
        ConnectorRound.objects.update(kind="order", kind_seen=1200, kind_total=5000, moved_at=timezone.now())
        expect(person.page.locator("progress")).to_have_attribute("value", "56")
        look(person, f"progress_{language}")
        ConnectorRound.objects.update(kind="", kind_seen=0, kind_total=None)
        rounds.walk(walked, tasks.TASKS[walked.purpose], clock=timezone.now)
        person.page.wait_for_selector("progress", state="detached")

        stray = inbox.keep(made, parcel("refund", woo.spelt(woo.refund(900, order=888))), at=timezone.now())
        landing.land(stray.pk, at=timezone.now())
        woo_shop.sell(woo.completed(7), woo.order(41), woo.order(8, currency="?"))
        del woo_shop.things["orders"][9]
        since = timezone.now().replace(year=2026, month=2, day=1)
        compared = reconciling.begin(made, since=since, at=timezone.now())
        rounds.walk(compared, tasks.TASKS[compared.purpose], clock=timezone.now)
        person.open(reverse("crm:connection", args=[made.pk]))
        look(person, f"connection_{language}")
        person.open(reverse("crm:connection-round", args=[made.pk, compared.pk]))
        look(person, f"compared_{language}")
        assert person.page.locator("tbody tr").count() == 3
        person.open(reverse("admin:crm_connection_changelist"))
        look(person, f"list_{language}")
