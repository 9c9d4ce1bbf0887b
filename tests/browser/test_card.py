"""The mobile card on a phone, and the pages from which colleagues look after it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from crm.models import User
from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.members import cards, self_joining
from loyalty.members.self_joining import Said
from loyalty.models import Member, MemberTier, Tier
from loyalty.points import adjustment
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.shops import ShopFactory

WHERE = [("ru", "light", 360), ("bg", "dark", 360), ("ru", "dark", 1440), ("bg", "light", 1440)]


def desislava():
    """1,284 points, 150 of them soon gone, 60 pending, silver and on the way to gold, with a card of plastic."""
    now = datetime.now(UTC)
    programme = ProgrammeFactory(name="Липа")
    silver = Tier.objects.create(programme=programme, slug="silver", name="Сребърна", level=2)
    Tier.objects.create(programme=programme, slug="gold", name="Златна", level=3, threshold=Decimal(300))
    member = MemberFactory(
        programme=programme,
        customer=CustomerFactory(given_name="Десислава", family_name="Петрова", language="bg"),
    )
    MemberTier.objects.create(member=member, tier=silver, since_at=now - timedelta(days=30))
    for key, lot in {
        "a": Lot(points=150, expires_at=now + timedelta(days=8)),
        "b": Lot(points=1134),
        "c": Lot(points=60, available_at=now + timedelta(days=9)),
    }.items():
        ledger.earn(member.pk, lots=[lot], key=key, occurred_at=now, at=now)
    return Member.objects.get(pk=member.pk)


def card_of(member):
    return reverse("card", args=[cards.token_of(cards.link_of(member, at=datetime.now(UTC)))])


def fits(reader):
    return reader.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.mark.parametrize(("language", "theme", "width"), WHERE)
def test_the_card_is_accessible_and_fits_a_phone(reader, language, theme, width):
    guest = reader(locale=language, theme=theme, width=width)

    guest.open(card_of(desislava()))

    expect(guest.page.locator(".member-card")).to_contain_text("Десислава Петрова")
    assert guest.serious_faults() == []
    assert fits(guest)


def test_the_code_is_renewed_and_without_a_connection_the_last_one_stays(reader):
    guest = reader(width=360)
    member = desislava()
    guest.page.clock.install()
    guest.open(card_of(member))
    expect(guest.page.locator("[data-card-counting]")).to_be_visible()
    expect(guest.page.locator("[data-card-offline]")).to_be_hidden()

    ledger.redeem(member.pk, points=284, key="spent", at=datetime.now(UTC))
    guest.page.clock.run_for(31_000)
    expect(guest.page.locator("[data-card-balance]")).to_have_text("1,000")
    shown = guest.page.locator("[data-card-text]").text_content()
    assert cards.member_who_shows(shown, at=datetime.now(UTC)) == member

    guest.page.context.set_offline(True)
    guest.page.clock.run_for(31_000)
    expect(guest.page.locator("[data-card-offline]")).to_be_visible()
    expect(guest.page.locator("[data-card-text]")).to_have_text(shown)
    guest.page.context.set_offline(False)
    guest.page.clock.run_for(6_000)
    expect(guest.page.locator("[data-card-offline]")).to_be_hidden()
    guest.complaints[:] = [said for said in guest.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


# ── colleagues ───────────────────────────────────────────────────────────────
def sign_in(reader, colleague):
    client = Client()
    client.force_login(colleague)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    reader.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": reader.address}])


def pages(member):
    transaction = member.wallet.transactions.latest("pk")
    yield reverse("crm:customer", args=[member.customer_id])
    yield reverse("loyalty:member", args=[member.pk])
    yield reverse("loyalty:counter")
    yield reverse("loyalty:waiting")
    yield reverse("loyalty:approvals")
    yield reverse("admin:loyalty_member_changelist")
    yield reverse("admin:loyalty_programme_change", args=[member.programme_id])
    yield reverse("admin:loyalty_transaction_changelist")
    yield reverse("admin:loyalty_transaction_change", args=[transaction.pk])
    yield reverse("admin:loyalty_card_changelist")
    yield reverse("admin:loyalty_cardbatch_add")


@pytest.mark.parametrize(("language", "theme"), [("ru", "light"), ("bg", "dark")])
def test_axe_finds_nothing_serious_on_the_programmes_pages(reader, language, theme):
    member, shop = desislava(), ShopFactory(slug="lipa-varna")
    iva = User.objects.create_superuser("iva@lipa.example", "x", name="Iva", language=language)
    boris = User.objects.create_superuser("boris@lipa.example", "x", name="Boris")
    now = datetime.now(UTC)
    batch = cards.make_batch(programme=member.programme, size=2, by=iva, at=now)
    old, new = (
        cards.issue(card.number, member=member, shop=shop, by=iva, at=now) for card in batch.cards.all()
    )
    cards.block(old, reason="Lost", by=iva, at=now)
    adjustment.request_adjustment(member, points=5_000, reason="A late parcel", by=boris, at=now)
    said = Said(name="Вера", address="0888 123 456", agrees_to_advertising=False)
    told = {"programme": member.programme, "shop": shop, "through": "counter", "browser": "b", "at": now}
    self_joining.ask(said, **told, asks_the_cashier=True)
    agent = reader(theme=theme, width=1440)
    sign_in(agent, iva)

    faults = []
    for path in pages(member):
        agent.open(path)
        faults += [f"{path} {fault}" for fault in agent.serious_faults()]
        faults += [] if fits(agent) else [f"{path} is too wide"]

    assert faults == []
    agent.open(reverse("loyalty:member", args=[member.pk]))
    expect(agent.page.get_by_text(new.number)).to_be_visible()


def test_an_agent_adjusts_within_the_allowance_and_is_stopped_above_it(reader):
    member = desislava()
    iva = User.objects.create_superuser("iva@lipa.example", "x", name="Iva")
    agent = reader(width=1440)
    sign_in(agent, iva)
    agent.open(reverse("loyalty:member", args=[member.pk]))

    agent.page.fill("#id_points", "100")
    agent.page.fill("#id_reason", "A late parcel")
    agent.page.click("#adjust button.primary")
    expect(agent.page.locator(".notice.good")).to_contain_text("The points are adjusted.")
    agent.page.fill("#id_points", "401")
    agent.page.fill("#id_reason", "A later parcel")
    agent.page.click("#adjust button.primary")
    expect(agent.page.locator(".notice.warn[role=status]")).to_contain_text(
        "A second person has 24 hours to decide."
    )

    member.wallet.refresh_from_db()
    assert member.wallet.available == 1384
