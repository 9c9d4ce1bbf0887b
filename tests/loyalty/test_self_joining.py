import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.consents import consenting
from crm.models import Customer, Identity, TimelineEntry
from crm.people import erasure
from loyalty import joining_tasks
from loyalty.members import cards, self_joining
from loyalty.members.self_joining import RequestIsOver, Said
from loyalty.models import JoiningRequest, Member
from loyalty.pages import joining as joining_page
from tests.factories.customers import IdentityFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.shops import ShopFactory, UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPED = {"name": "Вера", "address": "Vera@Example.org", "processing": "on"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter():
    """A shop with a programme, and the address of the page that its counter shows."""
    ProgrammeFactory()
    shop = ShopFactory(slug="lipa-varna")
    return f"{reverse('join')}?shop={shop.slug}"


def code_in(letter):
    return re.search(r"^\d{6}$", letter.body, re.MULTILINE).group()


def joined(client, page, **typed):
    client.post(page, {**TYPED, **typed})
    return client.post(reverse("join-code"), {"code": code_in(mail.outbox[-1])}, follow=True)


def test_a_customer_joins_by_a_code_and_sees_the_card(client, counter):
    answer = joined(client, counter)

    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0].startswith("/card/")
    assert "Вера" in answer.text
    member = Member.objects.get()
    assert member.joined_through == "counter"
    proved = Identity.objects.get(customer=member.customer)
    assert (proved.value, proved.evidence) == ("vera@example.org", "code")
    assert proved.verified_at
    assert JoiningRequest.objects.count() == 0


def test_the_two_consents_are_apart_and_come_unticked(client, counter):
    page = client.get(counter).text
    assert "checked" not in page

    joined(client, counter)
    vera = Customer.objects.get()
    assert consenting.may(vera, purpose="processing")
    assert not consenting.may(vera, purpose="advertising", channel="email")

    joined(Client(), counter, address="ada@example.org", advertising="on")
    ada = Customer.objects.exclude(pk=vera.pk).get()
    assert consenting.may(ada, purpose="advertising", channel="email")


def test_without_the_consent_to_processing_nothing_is_kept_and_nothing_sent(client, counter):
    answer = client.post(counter, {"name": "Вера", "address": "vera@example.org", "advertising": "on"})

    assert "Without this consent we may not keep your card." in answer.text
    assert (JoiningRequest.objects.count(), len(mail.outbox)) == (0, 0)


def test_whoever_asks_sees_the_same_whether_the_address_is_known_or_not(counter):
    known = IdentityFactory(value="vera@example.org", verified=True).customer
    MemberFactory(customer=known)

    def asked(address):
        client = Client()
        first = client.post(counter, {**TYPED, "address": address})
        page = client.get(first.url).text.replace(address, "")
        return first.status_code, first.url, re.sub(r'value="[^"]{60,}"', "", page)

    assert asked("vera@example.org") == asked("ada@example.org")
    assert [letter.to for letter in mail.outbox] == [["vera@example.org"], ["ada@example.org"]]


def test_a_member_who_comes_again_finds_their_own_card_and_keeps_their_name(client, counter):
    known = IdentityFactory(value="vera@example.org", verified=True).customer
    member = MemberFactory(customer=known)

    answer = joined(client, counter, name="Somebody else")

    assert known.given_name in answer.text
    assert Member.objects.get() == member
    known.refresh_from_db()
    assert known.given_name == "Ирина"


def test_an_address_that_nobody_proved_makes_nobody_its_owner(client, counter):
    typed_once = IdentityFactory(value="vera@example.org").customer

    joined(client, counter)

    assert Member.objects.get().customer != typed_once


def test_another_browser_can_do_nothing_with_the_code(client, counter):
    client.post(counter, TYPED)
    stranger = Client()

    answer = stranger.post(reverse("join-code"), {"code": code_in(mail.outbox[-1])})

    assert answer.status_code == 410
    assert Member.objects.count() == 0


def test_a_wrong_code_is_said_in_words(client, counter):
    client.post(counter, TYPED)
    right = code_in(mail.outbox[-1])

    answer = client.post(reverse("join-code"), {"code": "000000" if right != "000000" else "111111"})

    assert "The code does not fit" in answer.text
    assert Member.objects.count() == 0
    spaced = f"{right[:3]} {right[3:]}"
    assert client.post(reverse("join-code"), {"code": spaced}).status_code == 302


def test_what_was_typed_is_gone_after_half_an_hour(counter):
    programme, shop = ProgrammeFactory(), ShopFactory()
    told = {"programme": programme, "shop": shop, "through": "page"}
    said = Said(name="Вера", address="vera@example.org", agrees_to_advertising=False)
    asked = self_joining.ask(said, **told, browser="b", at=NOON)

    with pytest.raises(RequestIsOver):
        self_joining.request_of(asked.pk, browser="b", at=NOON + timedelta(minutes=30))
    joining_tasks.forget_joining_requests()
    assert not JoiningRequest.objects.filter(pk=asked.pk).exists()


def test_who_guesses_five_times_needs_a_new_code(client, counter):
    """How ten thousand guesses fare: see tests/crm/test_one_time_codes.py."""
    client.post(counter, TYPED)
    right = code_in(mail.outbox[-1])

    for guess in range(5):
        client.post(reverse("join-code"), {"code": f"{(int(right) + 1 + guess) % 1_000_000:06}"})

    assert "The code does not fit" in client.post(reverse("join-code"), {"code": right}).text
    assert Member.objects.count() == 0
    assert joined(client, counter).status_code == 200


def test_after_ten_codes_a_day_no_more_are_sent(counter):
    for _ in range(11):
        answer = Client().post(counter, TYPED)

    assert "Ten codes were sent to this address today." in answer.text
    assert len(mail.outbox) == 10


def test_with_a_phone_the_cashier_confirms(client, counter):
    answer = client.post(counter, {**TYPED, "address": "0888 123 456"}, follow=True)
    asked = JoiningRequest.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("join-waiting")
    assert str(asked.pk) in answer.text

    cashier = UserFactory()
    member = self_joining.confirm_at_the_till(asked, by=cashier, at=timezone.now())

    assert client.get(reverse("join-waiting")).url.startswith("/card/")
    phone = Identity.objects.get(customer=member.customer)
    assert (phone.value, phone.verified_at) == ("+359888123456", None)
    assert TimelineEntry.objects.get(kind="loyalty.member_joined").actor == cashier
    assert self_joining.confirm_at_the_till(asked, by=cashier, at=timezone.now()) == member


def test_a_phone_typed_at_the_till_takes_nobodys_account(client, counter):
    known = IdentityFactory(kind="phone", value="+359888123456", verified=True).customer
    client.post(counter, {**TYPED, "address": "0888 123 456"})

    member = self_joining.confirm_at_the_till(
        JoiningRequest.objects.get(), by=UserFactory(), at=timezone.now()
    )

    assert member.customer != known


def test_far_from_a_counter_a_phone_is_asked_for_an_email(client, counter):
    answer = client.post(reverse("join"), {**TYPED, "address": "0888 123 456"})

    assert "We cannot send a code to a phone yet." in answer.text
    assert JoiningRequest.objects.count() == 0


@pytest.mark.parametrize("address", ["vera@", "12", "Вера", "a@b\x00.org"])
def test_what_cannot_be_an_address_is_said_so(client, counter, address):
    answer = client.post(counter, {**TYPED, "address": address})

    assert answer.status_code == 200
    assert JoiningRequest.objects.count() == 0


def test_where_no_programme_runs_nobody_joins(client):
    ShopFactory()

    assert client.get(reverse("join")).status_code == 404


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_the_pages_speak_the_visitors_language(client, counter, language):
    answer = client.get(counter, headers={"accept-language": language})

    assert f'<html lang="{language}"' in answer.text


def test_erasing_somebody_ends_their_card_and_forgets_what_they_typed(client, counter):
    joined(client, counter)
    member = Member.objects.get()
    link = member.card_links.get()
    client.post(counter, TYPED)  # and once more, without typing the code

    erasure.erase(member.customer, by=UserFactory(is_superuser=True), reason="asked", at=timezone.now())

    assert JoiningRequest.objects.count() == 0
    link.refresh_from_db()
    assert link.ended_at
    assert client.get(reverse("card", args=[cards.token_of(link)])).status_code == 404


# ── limits ───────────────────────────────────────────────────────────────────
@pytest.fixture
def nothing_counted():
    cache.clear()
    yield
    cache.clear()


def test_a_machine_that_makes_others_get_letters_is_stopped_and_its_neighbours_go_on(
    client, counter, nothing_counted, monkeypatch
):
    monkeypatch.setattr(joining_page, "MOST_AN_HOUR", 3)
    for n in range(3):
        client.post(counter, {**TYPED, "address": f"vera{n}@example.org"})

    stopped = client.post(counter, {**TYPED, "address": "vera3@example.org"})
    neighbour = client.post(counter, TYPED, REMOTE_ADDR="203.0.113.9")

    assert stopped.status_code == 429
    assert "Very many people are joining from your network just now." in stopped.text
    assert neighbour.status_code == 302
    assert len(mail.outbox) == 4


def test_only_what_is_sent_is_counted(client, counter, nothing_counted, monkeypatch):
    monkeypatch.setattr(joining_page, "MOST_AN_HOUR", 1)
    for _ in range(3):
        client.get(counter)
        client.post(counter, {**TYPED, "name": ""})

    assert client.post(counter, TYPED).status_code == 302
