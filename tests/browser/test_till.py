"""A cashier serves a member with a phone in one hand, or with keys at the desk."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Order
from crm.people.identity_kinds import IdentityKind
from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.models import TillOperation
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import IdentityFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rules import holds_tier, ladder, privilege, rule
from tests.factories.shops import ShopFactory, UserFactory

THUMB = 44  # pixels


@pytest.fixture
def shop():
    return ShopFactory(slug="varna", name="Липа Варна")


@pytest.fixture
def member():
    now = timezone.now()
    one = MemberFactory(programme__pending_days=0)
    rule(one.programme)
    gold = ladder(one.programme)["gold"]
    privilege(gold, "priority_support", level=2)
    holds_tier(one, gold)
    IdentityFactory(customer=one.customer, kind=IdentityKind.PHONE, value="+359888123456")
    ledger.earn(one.pk, lots=[Lot(points=1284)], key="before", occurred_at=now, at=now)
    return one


def cashier(reader, shop, language, **screen):
    user = UserFactory(language=language)
    user.groups.add(Group.objects.get(name="cashier"))
    user.shops.add(shop)
    one = reader(locale=language, **screen)
    sign_in(one, user)
    return one


def is_well(one, name):
    if folder := os.environ.get("VEREN_SHOTS"):
        one.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert one.serious_faults() == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    heights = one.page.locator(".till .btn:visible").evaluate_all("all => all.map(it => it.offsetHeight)")
    assert min(heights) >= THUMB


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "light", 360), ("bg", "dark", 360), ("en", "dark", 1440), ("bg", "light", 1440)],
)
def test_a_member_buys_by_keys_pays_with_points_and_brings_a_part_back(
    reader, shop, member, language, theme, width
):
    one = cashier(reader, shop, language, theme=theme, width=width)
    shot = f"till-{language}-{theme}-{width}"
    one.open(reverse("till:home"))
    is_well(one, f"{shot}-1-home")
    expect(one.page.locator("#who")).to_be_focused()
    one.type("0888 123 456")
    one.press("Enter")

    expect(one.page.locator("#amount")).to_be_focused()
    is_well(one, f"{shot}-2-member")
    one.type("30 + 10")
    one.press("Enter")
    pays = one.page.locator("[name=all_points]")
    expect(pays).to_be_visible()
    is_well(one, f"{shot}-3-points")
    pays.click()

    expect(one.page.locator(".slip")).to_be_visible()
    is_well(one, f"{shot}-4-slip")
    assert TillOperation.objects.get().points_spent == 1284

    one.open(reverse("till:order", args=[Order.objects.get().pk]))
    is_well(one, f"{shot}-5-order")
    one.page.locator("#amount").fill("10")
    one.press("Enter")
    expect(one.page.locator(".slip")).to_be_visible()
    assert TillOperation.objects.get(kind="return").points_given == 321


def test_it_serves_without_script_and_the_slip_is_all_that_is_printed(reader, shop, member):
    one = cashier(reader, shop, "en", width=360, java_script_enabled=False)
    one.page.goto(one.address + reverse("till:home"))
    expect(one.page.locator("[data-till-scan]")).to_be_hidden()
    expect(one.page.locator("[data-till-no-camera]")).to_be_visible()
    one.page.locator("#who").fill("0888123456")
    one.page.locator("[name=who]").press("Enter")
    one.page.locator("#amount").fill("12.50")
    one.page.locator("#amount").press("Enter")
    one.page.locator(".btn.primary").last.click()

    expect(one.page.locator(".slip")).to_contain_text("12.50")
    expect(one.page.locator("[data-till-prints]")).to_be_hidden()
    one.page.emulate_media(media="print")
    expect(one.page.locator(".slip")).to_be_visible()
    expect(one.page.locator(".till header")).to_be_hidden()
    expect(one.page.locator(".till .btn").first).to_be_hidden()


def test_the_camera_types_what_it_reads_where_the_browser_can(reader, shop, member):
    one = cashier(reader, shop, "en", width=360)
    one.page.add_init_script(
        """window.BarcodeDetector = class { async detect() { return [{ rawValue: "0888123456" }]; } };
        navigator.mediaDevices.getUserMedia = async () => new MediaStream();
        HTMLMediaElement.prototype.play = async () => {};"""
    )
    one.open(reverse("till:home"))
    expect(one.page.locator("[data-till-no-camera]")).to_be_hidden()
    one.page.locator("[data-till-scan]").click()

    expect(one.page.locator("#amount")).to_be_visible()


KEPT = {
    "ru": ("ждёт связи", "отклонено", "отложено"),
    "bg": ("чака връзка", "отказано", "отложено"),
    "en": ("waits for a connection", "refused", "put aside"),
}


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("ru", "dark", 360), ("bg", "light", 1440), ("en", "light", 360)]
)
def test_without_a_connection_purchases_are_kept_and_told_once_there_is_one(
    reader, shop, member, language, theme, width
):
    waits, refused, aside = KEPT[language]
    one = cashier(reader, shop, language, theme=theme, width=width)
    one.open(reverse("till:offline"))
    page = one.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("[data-offline-keep]")).to_be_enabled()

    page.context.set_offline(True)
    one.open(reverse("till:home"))  # any page of the till becomes the one that is kept
    for who, amount in (("+359888123456", "40"), ("+359888999999", "7,90")):
        page.locator("#who").fill(who)
        page.locator("#amount").fill(amount)
        page.keyboard.press("Enter")
    rows = page.locator("[data-offline-list] li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(waits)
    is_well(one, f"till-offline-{language}-{theme}-{width}")
    assert not TillOperation.objects.exists()

    page.context.set_offline(False)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(refused)
    expect(rows.locator(".error")).not_to_be_empty()
    is_well(one, f"till-refused-{language}-{theme}-{width}")
    assert [int(done.order.goods_amount) for done in TillOperation.objects.all()] == [40]

    rows.locator("[data-offline-aside]").click()
    expect(rows).to_contain_text(aside)
    expect(page.locator("[data-offline-waiting]")).to_be_hidden()
    assert all("ERR_INTERNET_DISCONNECTED" in said or "422" in said for said in one.complaints)
    one.complaints.clear()
