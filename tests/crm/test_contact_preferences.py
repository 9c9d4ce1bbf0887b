"""What somebody wants of us stands behind a link under every message; a click takes advertising back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.consents import consenting, contact_preferences, preference_links
from crm.models import Consent, Customer, CustomerPreference, TimelineEntry
from crm.people import merging
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Customer:
    ShopFactory()
    anna = CustomerFactory(language="ru")
    IdentityFactory(customer=anna, value="anna@mail.example")
    IdentityFactory(customer=anna, kind="phone", value="+359888123456")
    return anna


def page_of(customer: Customer) -> str:
    return reverse("contact-preferences", args=[preference_links.token_of(customer.pk)])


def one_click(customer: Customer, channel: str = "email") -> str:
    link = preference_links.unsubscribe_address_of(customer.pk, channel=channel)
    return link.removeprefix("http://127.0.0.1:8000")


def agree(customer: Customer, channel: str = "email") -> None:
    consenting.give(
        customer, purpose="advertising", channel=channel, source="agent", occurred_at=NOON, at=NOON
    )


def may(customer: Customer, channel: str = "email") -> bool:
    return consenting.may(customer, purpose="advertising", channel=channel)


def wish(customer: Customer, **told: object) -> int:
    everything = {"preferred_channel": "", "language": "ru", "advertising": [], "payment": "", "delivery": ""}
    return Client().post(page_of(customer), {**everything, **told}).status_code


def test_a_link_is_the_persons_own_and_cannot_be_guessed(anna: Customer) -> None:
    token = preference_links.token_of(anna.pk)

    assert preference_links.customer_id_of(token) == anna.pk
    for wrong in ("", "-", "x", token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), f"z{token}"):
        assert preference_links.customer_id_of(wrong) is None


def test_a_link_outlives_a_change_of_the_secret_key(anna: Customer, settings: Any) -> None:
    token = preference_links.token_of(anna.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" + "1" * 48

    assert preference_links.customer_id_of(token) == anna.pk
    assert preference_links.token_of(anna.pk) != token


def test_somebody_elses_link_is_a_404(anna: Customer) -> None:
    assert Client().get("/p/1-AAAAAAAAAAAAAAAA/").status_code == 404
    assert Client().post("/p/1-AAAAAAAAAAAAAAAA/unsubscribe/").status_code == 404


def test_the_page_shows_no_address_and_no_name(anna: Customer) -> None:
    html = Client().get(page_of(anna)).content.decode()

    for secret in ("anna@mail.example", "888123456", anna.family_name):
        assert secret not in html


def test_a_get_changes_nothing(anna: Customer) -> None:
    agree(anna)

    for address in (page_of(anna), one_click(anna)):
        assert Client().get(address).status_code == 200

    assert may(anna)
    assert Consent.objects.count() == 1


def test_one_click_takes_advertising_back_without_a_cookie(anna: Customer) -> None:
    agree(anna)
    agree(anna, "sms")

    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(one_click(anna), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not may(anna)
    assert may(anna, "sms")


def test_one_click_again_records_nothing_new(anna: Customer) -> None:
    agree(anna)
    for _time in range(3):
        Client().post(one_click(anna))

    assert Consent.objects.filter(decision="withdrawn").count() == 1


def test_wishes_are_kept_and_shown_again(anna: Customer) -> None:
    told = {"preferred_channel": "phone", "language": "bg", "advertising": ["sms"]}
    assert wish(anna, **told, payment="card", delivery="locker") == 302

    known = contact_preferences.wishes_of(Customer.objects.get(pk=anna.pk))
    assert (known.preferred_channel, known.language) == ("phone", "bg")
    assert (known.payment, known.delivery) == ("card", "locker")
    assert known.advertising == {"sms"}
    html = Client().get(page_of(anna)).content.decode()
    assert '<option value="locker" selected>' in html


def test_the_same_wishes_again_record_nothing(anna: Customer) -> None:
    wish(anna, advertising=["email"], payment="card")
    wish(anna, advertising=["email"], payment="card")

    assert Consent.objects.count() == 1
    assert TimelineEntry.objects.filter(kind="crm.consent_given").count() == 1
    assert CustomerPreference.objects.count() == 1


def test_who_wants_no_offers_anywhere_gets_none_by_channels_to_come(anna: Customer) -> None:
    agree(anna, "")
    wish(anna, advertising=[])

    assert not may(anna)
    assert not may(anna, "telegram")


def test_a_channel_without_a_mark_is_taken_out_of_a_consent_for_all(anna: Customer) -> None:
    agree(anna, "")
    wish(anna, advertising=["sms", "phone"])

    assert [may(anna, channel) for channel in ("email", "sms", "phone")] == [False, True, True]


@pytest.mark.parametrize(
    "told",
    [{"preferred_channel": "card"}, {"language": "xx"}, {"advertising": ["post"]}, {"payment": "gold"}],
)
def test_what_was_not_offered_is_not_kept(anna: Customer, told: dict[str, object]) -> None:
    assert wish(anna, **told) == 200
    assert not CustomerPreference.objects.exists()
    assert not Consent.objects.exists()


def test_a_merged_persons_link_leads_to_who_they_are_now(anna: Customer) -> None:
    boris = CustomerFactory()
    contact_preferences.change(boris, payment="transfer", shop=ShopFactory(), source="test", at=NOON)
    merging.merge(anna, other=boris, by=UserFactory(), at=NOON + timedelta(hours=1))

    assert contact_preferences.person_of(boris.pk) == anna
    assert contact_preferences.wishes_of(anna).payment == "transfer"


def test_an_erased_person_has_no_page(anna: Customer) -> None:
    Customer.objects.filter(pk=anna.pk).update(erased_at=NOON)

    assert Client().get(page_of(anna)).status_code == 404
