import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera():
    vera = CustomerFactory(given_name="Вера", patronymic="Андреевна", family_name="Соколова")
    IdentityFactory(customer=vera, kind="phone", value="+359887121702")
    return vera


@pytest.fixture
def till(vera):
    return ShopSystem(ShopFactory(region="BG"), scopes="customers:read")


@pytest.mark.parametrize("typed", ["Sokolova Vera", "Cjrjkjdf", "1702", "0887121702", "LO-17"])
def test_a_till_finds_who_stands_before_it(till, vera, typed):
    placed_order(customer=vera, number="LO-17", shop=till.shop)

    answer = till.get(f"customers/lookup/?q={typed}")
    assert answer.status == 200
    assert [person["id"] for person in answer.body["items"]] == [vera.pk]


def test_numbers_of_other_shops_stay_theirs(till, vera):
    IdentityFactory(customer=vera, external=True, namespace="another-shop", value="c-99")

    placed_order(customer=vera, number="THEIRS-1")

    assert "c-99" not in str(till.get("customers/lookup/?q=Sokolova").body["items"][0])
    assert till.get("customers/lookup/?q=c-99").body["items"] == []
    assert till.get("customers/lookup/?q=THEIRS-1").body["items"] == []


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=a&limit=0", "?q=a&limit=1000", "?q=a&page=2", f"?q={'a' * 121}"]
)
def test_a_question_that_makes_no_sense_is_refused(till, query):
    assert till.get(f"customers/lookup/{query}").problem == (400, "invalid-query")


def test_looking_up_needs_its_scope(vera):
    answer = ShopSystem(scopes="orders:read").get("customers/lookup/?q=Sokolova")

    assert answer.status == 403


def test_the_cost_does_not_grow_with_what_is_found(till, vera):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            till.get("customers/lookup/?q=Sokolova&limit=20")
        return len(asked)

    for n in range(5):
        CustomerFactory(given_name=f"Лада {n}", family_name="Соколова")
    few = cost()
    for n in range(12):
        CustomerFactory(given_name=f"Мила {n}", family_name="Соколова")
    assert cost() <= few
