from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.members import cards
from loyalty.models import Programme
from tests.factories.loyalty import MemberFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def card_of(member):
    return reverse("card", args=[cards.token_of(cards.link_of(member, at=NOON))])


def earn(member, points, *, key, at=NOON, **lot):
    ledger.earn(member.pk, lots=[Lot(points=points, **lot)], key=key, occurred_at=at, at=at)


def test_the_card_shows_what_there_is_what_comes_and_what_goes(client):
    member = MemberFactory()
    goes = timezone.now() + timedelta(days=9)
    earn(member, 1284, key="a", expires_at=goes)
    earn(member, 60, key="b", available_at=timezone.now() + timedelta(days=3))

    page = client.get(card_of(member)).text

    assert "1,284" in page and "€12.84" in page
    assert "1,284 points expire on" in page
    assert "Can be spent from" in page
    assert "Points were given" in page
    assert cards.code_of(cards.link_of(member, at=NOON), at=timezone.now()).text[:4] in page


def test_the_card_costs_the_same_however_long_its_history(client, django_assert_max_num_queries):
    member = MemberFactory()
    address = card_of(member)
    for number in range(25):
        earn(member, 10, key=str(number))

    with django_assert_max_num_queries(16):
        first = client.get(address)
    older = client.get(f"{address}?before={first.context['statement'].older}")

    assert len(first.context["statement"].lines) == 10
    assert older.context["statement"].lines[0].transaction.key == "14"


def test_the_next_code_comes_with_the_balance(client):
    member = MemberFactory()
    earn(member, 1284, key="a")

    answer = client.get(card_of(member) + "code/").json()

    assert cards.member_who_shows(answer["text"], at=timezone.now()) == member
    assert 1 <= answer["seconds"] <= 30
    assert answer["balance"] == "1,284"
    assert answer["path"].startswith("M0 0h7")


def test_a_code_that_never_changes_is_not_counted_down(client):
    member = MemberFactory(programme__card_code=Programme.CardCode.STATIC)

    page = client.get(card_of(member))

    assert page.context["seconds"] == 0
    assert "data-card-counting" not in page.text


def test_an_ended_link_shows_nothing_of_the_member(client):
    member = MemberFactory()
    address = card_of(member)
    cards.end_link(member, by=None, at=NOON)

    answer = client.get(address)

    assert answer.status_code == 410
    assert str(member.customer) not in answer.text
    assert client.get(address + "code/").status_code == 404


def test_a_link_that_we_did_not_sign_leads_nowhere(client):
    MemberFactory()

    for token in ("x", "AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAA", "%00"):
        assert client.get(f"/card/{token}/").status_code == 404


def test_the_card_of_a_merged_member_is_the_one_who_goes_on(client):
    member, goes_on = MemberFactory(), MemberFactory()
    earn(goes_on, 77, key="a")
    member.merged_into = goes_on
    member.save()

    assert client.get(card_of(member)).context["wallet"].available == 77


def test_the_card_of_somebody_erased_is_gone(client):
    member = MemberFactory()
    address = card_of(member)
    member.customer.erased_at = NOON
    member.customer.save()

    assert client.get(address).status_code == 404


def test_no_card_is_kept_by_a_cache_or_sent_on(client):
    answer = client.get(card_of(MemberFactory()))

    assert "no-store" in answer.headers["Cache-Control"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_points_are_called_as_the_programme_calls_them(client):
    member = MemberFactory(programme__points_names={"en": "beans"})
    earn(member, 1284, key="a")

    assert "beans, worth €12.84" in client.get(card_of(member)).text
