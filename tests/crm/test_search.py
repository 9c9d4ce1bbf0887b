from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Customer
from crm.people import noting
from crm.search import searching
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera():
    ShopFactory(region="BG")
    vera = CustomerFactory(given_name="Вера", patronymic="Андреевна", family_name="Соколова")
    IdentityFactory(customer=vera, kind="phone", value="+359887121702")
    IdentityFactory(customer=vera, kind="email", value="vera@example.org")
    IdentityFactory(customer=vera, kind="card", value="2960000000101")
    other = CustomerFactory(given_name="Калина", family_name="Стоянова")
    IdentityFactory(customer=other, kind="phone", value="+359887991702")
    return vera


def note(customer, text, at=NOON):
    author = UserFactory()
    return noting.write_note(customer, text=text, author=author, key=f"{customer.pk}-{text}"[:64], at=at)


@pytest.mark.parametrize(
    "typed",
    [
        "0887 121 702",
        "+359 887 121 702",
        "VERA@example.org",
        'мукф"учфьздующкп',
        "2960 0000 00101",
        "121702",
        "Вера 1702",
    ],
)
def test_a_person_is_found_by_what_they_are_known_by(vera, typed):
    assert searching.search(typed, at=NOON).people == [vera]


def test_the_last_four_digits_find_everybody_whose_phone_ends_so(vera):
    assert len(searching.search("1702", at=NOON).people) == 2
    assert searching.search("0000", at=NOON).people == []


@pytest.mark.parametrize("typed", ["LO-17", "lo-17", "дщ-17", "TRACK-9"])
def test_an_order_is_found_by_its_number_or_its_parcel(vera, typed):
    order = placed_order(customer=vera, number="LO-17")
    order.shipments.create(external_id="1", tracking_number="TRACK-9")

    found = searching.search(typed, at=NOON)
    assert found.orders == [order]
    assert found.people == [vera]
    assert found.sure == order


@pytest.mark.parametrize("typed", ["0887121702", "vera@example.org"])
def test_an_exact_phone_or_e_mail_is_beyond_doubt(vera, typed):
    assert searching.search(typed, at=NOON).sure == vera


def test_a_name_is_never_beyond_doubt(vera):
    found = searching.search("Вера Андреевна Соколова", at=NOON)

    assert found.people[0] == vera
    assert found.sure is None


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Просит звонить после шести, доставка на дом", "доставку"),
        ("Просит звонить после шести, доставка на дом", "звонить просит"),
        ("Чаят не стигна навреме", "чай"),
        ("Куриерът намери пратката", "пратка куриер"),
        ("She asked for deliveries on Fridays", "delivery friday"),
    ],
)
def test_entries_are_found_by_what_was_written_in_three_languages(vera, written, typed):
    entry = note(vera, written)

    assert searching.search(typed, at=NOON).entries == [entry]


def test_the_box_looks_back_ninety_days_and_one_timeline_for_ever(vera):
    old = note(vera, "Любит белый чай", at=NOON - timedelta(days=200))
    note(vera, "Черный кофе")
    note(CustomerFactory(), "Белый чай")

    assert old not in searching.search("белый", at=NOON).entries
    assert list(searching.holding("белый", vera.entries.all())) == [old]


def test_who_was_merged_leads_to_whom_they_are_now(vera):
    first = CustomerFactory(given_name="Верочка", family_name="Редкова", merged_into=vera)
    CustomerFactory(given_name="Веруня", family_name="Редкова", merged_into=first)

    assert searching.search("Редкова", at=NOON).people == [vera]


def test_the_erased_never_show(vera):
    Customer.objects.filter(pk=vera.pk).update(erased_at=NOON)

    for typed in ("Соколова", "vera@example.org", "121702"):
        assert vera not in searching.search(typed, at=NOON).people


def test_nothing_typed_breaks_the_search(vera):
    for typed in ("", " ", "\0", "'", "%", "\\", "&|!:*", "🙂", "ъ" * 500, "1" * 500, "a 'b", "_ _", "-1702"):
        searching.search(typed, at=NOON)


class TestPage:
    @pytest.fixture
    def agent(self, client):
        agent = UserFactory(is_superuser=True, language="en")
        client.force_login(agent)
        return agent

    def test_the_box_leads_straight_to_the_one_who_was_meant(self, client, agent, vera):
        answer = client.get(reverse("crm:search"), {"q": "0887121702"})

        assert answer.url == reverse("crm:customer", args=[vera.pk])

    def test_results_stand_in_groups_and_mask_how_to_reach_people(self, client, agent, vera):
        placed_order(customer=vera, number="SOKOLOVA")
        note(vera, "Соколова просит звонить")

        page = client.get(reverse("crm:search"), {"q": "Соколова"}).content.decode()
        assert "Вера Андреевна Соколова" in page
        assert "просит звонить" in page or "In the history" not in page
        assert "vera@example.org" not in page
        assert "87121702" not in page

    def test_one_history_is_searched_on_its_own_page(self, client, agent, vera):
        note(vera, "Любит белый чай", at=NOON - timedelta(days=900))
        note(vera, "Черный кофе")

        page = client.get(reverse("crm:customer", args=[vera.pk]), {"find": "белого чая"}).content.decode()
        assert "Любит белый чай" in page
        assert "Черный кофе" not in page

    def test_what_is_typed_stays_text(self, client, agent, vera):
        page = client.get(reverse("crm:search"), {"q": "<script>"}).content.decode()

        assert "<script>”" not in page
        assert "&lt;script&gt;" in page

    def test_suggestions_come_for_three_letters_and_more(self, client, agent, vera):
        assert "Соколова" in client.get(reverse("crm:suggestions"), {"q": "Cjrjk"}).content.decode()
        assert "Соколова" not in client.get(reverse("crm:suggestions"), {"q": "Co"}).content.decode()

    def test_a_page_costs_the_same_queries_however_many_are_found(self, client, agent, vera):
        def cost():
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse("crm:search"), {"q": "Соколова"})
            return len(asked)

        for n in range(5):
            person = CustomerFactory(given_name=f"Лада {n}", family_name="Соколова")
            IdentityFactory(customer=person)
        few = cost()
        for n in range(20):
            person = CustomerFactory(given_name=f"Мила {n}", family_name="Соколова")
            IdentityFactory(customer=person)
            note(person, "Соколова звонила")
        assert cost() == few

    def test_a_stranger_finds_nothing(self, client, vera):
        assert client.get(reverse("crm:search"), {"q": "Соколова"}).status_code == 302
