import pytest

from crm.models import Customer
from crm.search import finding
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera():
    ShopFactory(region="BG")
    vera = CustomerFactory(given_name="Вера", patronymic="Андреевна", family_name="Соколова")
    IdentityFactory(customer=vera, kind="phone", value="+359887123101")
    IdentityFactory(customer=vera, kind="email", value="vera@example.org")
    IdentityFactory(customer=vera, kind="card", value="2960000000101")
    CustomerFactory(given_name="Калина", family_name="Стоянова")
    return vera


@pytest.mark.parametrize(
    "text",
    [
        "соколова",
        "СОКОЛОВА вера",
        "кол вер",
        "0887 123 101",
        "+359 887 123 101",
        "VERA@example.org",
        "2960 0000 00101",
    ],
)
def test_somebody_is_found_by_what_an_agent_has_at_hand(vera, text):
    assert list(finding.customers(text, among=Customer.objects.all())) == [vera]


def test_somebody_is_found_by_the_number_of_an_order(vera):
    placed_order(customer=vera, number="LO-17")

    assert finding.known_by("LO-17") == {vera.pk}


def test_nobody_is_found_by_a_stranger_s_phone(vera):
    assert not finding.customers("+359 887 000 000", among=Customer.objects.all())


def test_a_sign_two_people_share_names_both(vera):
    other = CustomerFactory(created_at=NOON)
    IdentityFactory(customer=other, kind="phone", value="+359887123101")

    assert finding.known_by("0887123101") == {vera.pk, other.pk}
