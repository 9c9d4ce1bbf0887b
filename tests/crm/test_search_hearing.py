import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import NameWord
from crm.search import hearing
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera():
    vera = CustomerFactory(given_name="Вера", patronymic="Андреевна", family_name="Соколова")
    for given, family in [
        ("Калина", "Стоянова"),
        ("Верка", "Сколева"),
        ("Emma", "Clarke"),
        ("Анна", "Щерева"),
    ]:
        CustomerFactory(given_name=given, family_name=family)
    return vera


@pytest.mark.parametrize(
    "typed",
    [
        "соколова",
        "Соколова Вера Андреевна",
        "вера соколова",
        "Vera Sokolova",
        "Sokolova V",
        "Соколовой Вере",
        "сокалова",
        "соклоова вера",
        "Cjrjkjdf",
        "Сокол",
        "Вера Соколова Варна",
        "окол вер",
    ],
)
def test_a_person_is_heard_however_the_name_is_typed(vera, typed):
    assert hearing.people(typed)[0] == vera.pk


@pytest.mark.parametrize(
    ("typed", "given", "family"),
    [
        ("Shtereva", "Анна", "Щерева"),
        ("Shchereva Ana", "Анна", "Щерева"),
        ("Кларк Эмма", "Emma", "Clarke"),
        ("Сдфклу", "Emma", "Clarke"),
    ],
)
def test_alphabets_and_layouts_do_not_matter(vera, typed, given, family):
    found = hearing.people(typed)

    assert [named(pk) for pk in found[:1]] == [(given, family)]


def test_of_namesakes_who_bought_last_comes_first(vera):
    namesake = CustomerFactory(given_name="Вера", patronymic="Андреевна", family_name="Соколова")
    from_figures(namesake)

    assert hearing.people("соколова вера") == [namesake.pk, vera.pk]


def test_marks_and_drawings_break_nothing(vera):
    for typed in ("", "   ", "'", "\\", "&|!:*()", "🙂", "':*", "' | 'a", "\N{ZERO WIDTH SPACE}"):
        assert isinstance(hearing.people(typed), list)


def test_a_well_spelt_name_costs_few_queries_and_none_more_than_nine(vera):
    for _ in range(5):
        CustomerFactory(given_name="Вера", family_name="Соколова")
    with CaptureQueriesContext(connection) as asked:
        hearing.people("Соколова Вера")
    assert len(asked) == 2

    with CaptureQueriesContext(connection) as asked:
        hearing.people("Никто Никакой Никогда")
    assert len(asked) <= 9


def test_the_dictionary_learns_and_forgets_names_with_the_people(vera):
    assert NameWord.objects.filter(word="sokolova").exists()

    vera.family_name = "Лебедева"
    vera.save()
    assert hearing.people("лебидева") == [vera.pk]
    assert not NameWord.objects.filter(word="sokolova").exists()


def test_a_name_that_others_bear_is_not_forgotten(vera):
    CustomerFactory(given_name="Олег", family_name="Соколова")

    vera.family_name = ""
    vera.save()
    assert NameWord.objects.filter(word="sokolova").exists()


def test_an_erased_person_is_not_heard(vera):
    vera.erased_at = NOON
    vera.save()

    assert vera.pk not in hearing.people("соколова вера")


def named(pk):
    with connection.cursor() as cursor:
        cursor.execute("SELECT given_name, family_name FROM crm_customer WHERE id = %s", [pk])
        return cursor.fetchone()


def from_figures(customer):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_customerfigures (customer_id, orders, returns, net_revenue, currency, last_order_at)"
            " VALUES (%s, 1, 0, 1, 'EUR', %s)",
            [customer.pk, NOON],
        )
