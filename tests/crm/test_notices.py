"""What the house writes by itself: its texts can always be filled in, and each occasion is told of once."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import crm.notices
import loyalty.notices
import surveys.notices
from crm import relay, timeline
from crm.facts import Fact
from crm.messages import notice_texts, sending
from crm.messages.notifying import notify
from crm.models import Customer, Message, NoticeSwitch, NoticeText, Order
from crm.notices import Notice, notice_named, notices
from crm.purchases import order_notices
from crm.purchases.ordering import advance_order
from crm.purchases.shipping import note_shipment
from crm.words import rendering
from crm.words.rendering import UnusableText
from loyalty.facts import GiftGiven, PointsEarned, PointsExpireSoon, TierReached
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.paper_channels import Paper, PaperAccountFactory, paper_channels
from tests.factories.shops import NOON, ShopFactory, UserFactory

LANGUAGES = ("ru", "bg", "en")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NO_NOTICES = {"base", "variables"}


@pytest.fixture
def papers() -> Iterator[dict[str, Paper]]:
    with paper_channels() as papers:
        PaperAccountFactory()
        yield papers


@pytest.fixture
def anna() -> Customer:
    anna = CustomerFactory(language="en", given_name="Anna")
    IdentityFactory(customer=anna, value="anna@mail.example")
    return anna


def each_notice_and_language() -> list[tuple[Notice, str]]:
    return [(notice, language) for notice in notices().values() for language in LANGUAGES]


def switch(name: str, *, on: bool = True) -> None:
    notice_texts.switch(notice_named(name), on=on, by=UserFactory(), at=NOON)


def pump() -> None:
    while relay.pump():
        pass


def told() -> list[str]:
    pump()
    return list(Message.objects.order_by("pk").values_list("notice", flat=True))


def change(name: str, **more: Any) -> None:
    words = {
        "language": "en",
        "length": "long",
        "subject": "Paid",
        "text": "Hi",
        "by": UserFactory(),
        "at": NOON,
    }
    notice_texts.change_text(notice_named(name), **{**words, **more})


# ── texts ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("package", [crm.notices, loyalty.notices, surveys.notices])
def test_every_file_is_listed(package: Any) -> None:
    files = {name for _finder, name, _is_package in pkgutil.iter_modules(package.__path__)} - NO_NOTICES

    assert files == {type(notice).__module__.rsplit(".", 1)[-1] for notice in package.LISTED}


def test_every_notice_has_a_name_of_its_own_that_is_its_files() -> None:
    for name, notice in notices().items():
        assert type(notice).__module__.endswith(f".{name}")


@pytest.mark.parametrize(("notice", "language"), each_notice_and_language())
def test_every_text_can_be_filled_in_from_its_samples(notice: Notice, language: str) -> None:
    words = notice.words[language]
    for text in (words.subject, words.long, words.short):
        rendering.check(text, names=notice.names(), language=language)
        assert "{{" not in rendering.render(text, notice.samples(language), language=language)


@pytest.mark.django_db
@pytest.mark.parametrize(("notice", "language"), each_notice_and_language())
def test_no_notice_costs_more_than_three_parts_of_an_sms(notice: Notice, language: str) -> None:
    assert notice_texts.preview(notice, notice.words[language], language).parts.count <= 3


@pytest.mark.parametrize("notice", notices().values())
def test_who_has_no_first_name_is_still_greeted(notice: Notice) -> None:
    for language in LANGUAGES:
        values = {**notice.samples(language), "customer.first_name": ""}
        rendering.render(notice.words[language].long, values, language=language)


# A colleague lets each of them out: drafts it, starts it, or publishes a survey and says when it is asked.
LET_OUT_BY_A_COLLEAGUE = {
    *("incident", "incident_over", "campaign"),
    *("survey_invitation", "survey_reminder", "issue_changed"),
}


def test_only_the_status_of_orders_goes_out_before_anybody_decides() -> None:
    at_first = {name for name, notice in notices().items() if notice.is_on_at_first}

    assert at_first - LET_OUT_BY_A_COLLEAGUE == {
        *("order_placed", "order_paid", "order_shipped", "order_delivered", "order_cancelled")
    }


@pytest.mark.django_db
def test_a_company_says_it_in_its_own_words(papers: dict[str, Paper], anna: Customer) -> None:
    ShopFactory()
    change(
        "order_shipped",
        subject="On its way",
        text="Your {{ order.number }} travels, {{ customer.first_name }}.",
    )
    message = notify(
        anna, "order_shipped", figures={"order.number": "LP-1"}, source="t", source_id="1", at=NOON
    ).message

    assert message
    assert (message.subject, message.text) == ("On its way", "Your LP-1 travels, Anna.")
    assert message.short_text == "Veren: order LP-1 is on its way."


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["{{ customer.phone }}", "{{ points }}", "{{ order.number", ""])
def test_words_that_could_not_be_filled_in_are_not_kept(text: str) -> None:
    with pytest.raises(UnusableText):
        change("order_shipped", text=text)
    assert not NoticeText.objects.exists()


@pytest.mark.django_db
def test_the_words_it_had_at_first_are_no_words_of_ones_own() -> None:
    at_first = notice_named("order_paid").words["en"]
    change("order_paid", text="Something else")
    change("order_paid", subject=at_first.subject, text=at_first.long)

    assert not NoticeText.objects.exists()


@pytest.mark.django_db
def test_a_switch_says_who_and_since_when() -> None:
    maria = UserFactory()
    for on in (True, True, False):
        notice_texts.switch(notice_named("tier_reached"), on=on, by=maria, at=NOON)

    row = NoticeSwitch.objects.get()
    assert (row.switched_on_at, row.changed_by, row.changed_at) == (None, maria, NOON)
    assert "tier_reached" not in notice_texts.all_on()


# ── orders ───────────────────────────────────────────────────────────────────


def order_of(customer: Customer | None, now: datetime, **more: Any) -> Order:
    return placed_order(customer=customer, placed_at=now, at=now, **more)


def advance(order: Order, moment: str, now: datetime, source: str = "api:x") -> None:
    advance_order(order, moment=moment, occurred_at=now, source=source, at=now)


@pytest.mark.django_db
def test_each_step_of_an_order_is_told_once_however_often_it_is_repeated(
    papers: dict[str, Paper], anna: Customer
) -> None:
    now = timezone.now()
    order = order_of(anna, now)
    for _time in range(3):
        for moment in ("paid", "shipped", "delivered"):
            advance(order, moment, now)
            pump()

    assert told() == ["order_placed", "order_paid", "order_shipped", "order_delivered"]
    assert Message.objects.filter(text__contains=order.number).count() == 4


@pytest.mark.django_db
def test_what_is_told_of_an_order_leads_to_its_page(
    papers: dict[str, Paper], anna: Customer, client: Client, settings: Any
) -> None:
    order = order_of(anna, timezone.now())
    pump()

    words = Message.objects.get(notice="order_placed").text
    link = next(word for word in words.split() if word.startswith(settings.PUBLIC_ADDRESS))
    shown = client.get(link.removeprefix(settings.PUBLIC_ADDRESS))
    assert (shown.status_code, order.number in shown.content.decode()) == (200, True)


@pytest.mark.django_db
def test_a_cancelled_order_is_told_of(papers: dict[str, Paper], anna: Customer) -> None:
    now = timezone.now()
    advance(order_of(anna, now), "cancelled", now)

    assert told() == ["order_placed", "order_cancelled"]


@pytest.mark.django_db
def test_nobody_hears_of_what_they_stood_beside_or_what_is_past(
    papers: dict[str, Paper], anna: Customer
) -> None:
    now, shop = timezone.now(), ShopFactory()
    order_of(anna, now, channel="store", shop=shop)
    order_of(anna, now - timedelta(days=3), external_id="old", shop=shop)
    order_of(None, now, external_id="nobodys", shop=shop)
    imported = order_of(anna, now, external_id="imported", shop=shop)
    Order.objects.filter(pk=imported.pk).update(is_history=True)

    assert told() == []


@pytest.mark.django_db
def test_a_promised_day_is_told_once_and_a_new_day_again(papers: dict[str, Paper], anna: Customer) -> None:
    switch("parcel_promised")
    now = timezone.now()
    order = order_of(anna, now)
    for ahead, minutes in ((2, 0), (2, 1), (3, 2), (2, 3)):
        day = now.date() + ahead * DAY
        details = {"promised_on": day, "carrier": "Speedy"}
        note_shipment(order, external_id="p-1", details=details, source="api:x", at=now + minutes * MINUTE)
        pump()

    assert told() == ["order_placed", "parcel_promised", "parcel_promised"]


@pytest.mark.django_db
def test_a_late_parcel_is_told_of_before_anybody_asks(papers: dict[str, Paper], anna: Customer) -> None:
    now = NOON
    order = order_of(anna, now)
    details = {"promised_on": now.date() + DAY, "carrier": "Speedy"}
    note_shipment(order, external_id="p-1", details=details, source="api:x", at=now)
    assert order_notices.tell_of_late_parcels(at=now + 2 * DAY) == 0
    switch("parcel_late")

    assert order_notices.tell_of_late_parcels(at=now + DAY) == 0
    assert order_notices.tell_of_late_parcels(at=now + 2 * DAY) == 1
    order_notices.tell_of_late_parcels(at=now + 2 * DAY)
    assert Message.objects.filter(notice="parcel_late").count() == 1
    assert order_notices.tell_of_late_parcels(at=now + 30 * DAY) == 0


@pytest.mark.django_db
def test_a_parcel_that_came_is_not_late(papers: dict[str, Paper], anna: Customer) -> None:
    switch("parcel_late")
    order = order_of(anna, NOON)
    details = {"promised_on": NOON.date(), "delivered_at": NOON}
    note_shipment(order, external_id="p-1", details=details, source="api:x", at=NOON)

    assert order_notices.tell_of_late_parcels(at=NOON + 2 * DAY) == 0


@pytest.mark.django_db
def test_a_house_without_channels_writes_nothing(anna: Customer) -> None:
    now = timezone.now()
    advance(order_of(anna, now), "paid", now)

    assert told() == []


# ── points ───────────────────────────────────────────────────────────────────


def happened(customer: Customer, fact: Fact, source_id: str, at: datetime) -> None:
    timeline.record(customer, fact, source="loyalty", source_id=source_id, occurred_at=at, recorded_at=at)


def everything_of_points(customer: Customer, at: datetime) -> None:
    earned = PointsEarned(points=1250, order_number="LP-1", programme_name="Lipa", available_at=None)
    happened(customer, earned, "earned", at)
    soon = PointsExpireSoon(points=1, expires_at=at + 10 * DAY, programme_name="Lipa")
    happened(customer, soon, "soon", at)
    happened(customer, TierReached(tier_name="Gold", tier_slug="gold", track="main"), "tier", at)
    happened(customer, GiftGiven(gift_name="200 points", points=200), "gift:1:1:2026", at)
    happened(customer, GiftGiven(gift_name="Welcome", points=50), "gift:2:1:0", at)


POINTS = ("points_earned", "points_expire_soon", "tier_reached", "birthday_gift")


@pytest.mark.django_db
def test_points_are_told_of_where_a_company_wants_it(papers: dict[str, Paper], anna: Customer) -> None:
    ShopFactory()
    everything_of_points(anna, timezone.now())
    assert told() == []
    for name in POINTS:
        switch(name)
    boris = CustomerFactory(language="en", given_name="Boris")
    IdentityFactory(customer=boris, value="boris@mail.example")
    with_new_numbers = timezone.now()
    happened(
        boris,
        PointsEarned(points=1250, order_number="LP-2", programme_name="Lipa", available_at=None),
        "earned-2",
        with_new_numbers,
    )
    happened(boris, TierReached(tier_name="Gold", tier_slug="gold", track="main"), "tier-2", with_new_numbers)
    happened(boris, GiftGiven(gift_name="200 points", points=200), "gift:1:2:2026", with_new_numbers)

    # Boris has not agreed to advertising, and a gift for a birthday is advertising.
    assert told() == ["points_earned", "tier_reached"]
    assert "you get 1,250 points" in Message.objects.order_by("pk")[0].text


@pytest.mark.django_db
def test_a_notice_that_bounced_goes_another_way_by_itself(papers: dict[str, Paper], anna: Customer) -> None:
    PaperAccountFactory(channel="sms")
    IdentityFactory(customer=anna, kind="phone", value="+359888123456")
    now = timezone.now()
    order_of(anna, now)
    pump()
    message = Message.objects.get()
    Message.objects.update(state="sent", external_id="x")
    sending.fail(message, why="bounced", at=now)
    pump()
    pump()

    other = Message.objects.get(instead_of=message)
    assert other.account.channel == "sms"
