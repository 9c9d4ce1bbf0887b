from __future__ import annotations

from typing import Any

import pytest

from crm.models import Category, Offering, Product
from tests.api_client import ShopSystem
from tests.factories.catalogue import OfferingFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def tea(**more: Any) -> dict[str, Any]:
    return {"sku": "TEA", "name": "Липов чай", "category": "Чай", "price": "4.90", "stock": 120, **more}


def test_a_product_is_put_into_the_catalogue_and_read_back(api: ShopSystem):
    told = api.post("products/", tea(unit_cost="2.1"))

    assert told.status == 201
    assert api.get(f"products/{told.body['id']}/").body == told.body
    assert (told.body["price"], told.body["currency"], told.body["stock"]) == ("4.90", "EUR", 120)
    assert (told.body["unit_cost"], told.body["unit_cost_currency"], told.body["category"]) == (
        "2.1000",
        "EUR",
        "Чай",
    )


def test_names_in_other_languages_and_the_barcode_can_be_read(api: ShopSystem):
    product = ProductFactory(names={"ru": "Липовый чай"}, barcode="3800123456789")

    told = api.get(f"products/{product.pk}/").body

    assert (told["names"], told["barcode"]) == ({"ru": "Липовый чай"}, "3800123456789")


def test_the_same_code_is_the_same_product(api: ShopSystem):
    first = api.post("products/", tea()).body
    again = api.post("products/", {"sku": "TEA", "name": "Липов чай, 50 г"}).body

    assert again == {**first, "name": "Липов чай, 50 г", "updated_at": again["updated_at"]}
    assert (Product.objects.count(), Offering.objects.count(), Category.objects.count()) == (1, 1, 1)


def test_price_and_stock_are_each_shops_own(api: ShopSystem):
    other = ShopSystem()
    told = api.post("products/", tea()).body

    assert other.get(f"products/{told['id']}/").body["price"] is None
    other.post("products/", tea(price="5.50", stock=None))
    assert api.get(f"products/{told['id']}/").body["price"] == "4.90"
    assert other.get(f"products/{told['id']}/").body["stock"] is None


def test_a_product_is_changed_in_part(api: ShopSystem):
    told = api.post("products/", tea()).body
    changed = api.patch(
        f"products/{told['id']}/", {"stock": 5, "is_active": False, "category": None}, if_match="*"
    )

    assert changed.status == 200
    assert (changed.body["stock"], changed.body["price"], changed.body["is_active"]) == (5, "4.90", False)
    assert changed.body["category"] is None


def test_stock_alone_offers_nothing(api: ShopSystem):
    product = ProductFactory()

    assert api.patch(f"products/{product.pk}/", {"stock": 5}, if_match="*").body["stock"] is None
    assert not Offering.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"sku": ""}, "/sku"),
        ({"sku": "x" * 65}, "/sku"),
        ({"name": None}, "/name"),
        ({"price": "-1"}, "/price"),
        ({"price": 4.9}, "/price"),
        ({"price": "1e30"}, "/price"),
        ({"price": None}, "/price"),
        ({"stock": "5"}, "/stock"),
        ({"stock": -1}, "/stock"),
        ({"stock": 1.5}, "/stock"),
        ({"stock": 10**30}, "/stock"),
        ({"stock": True}, "/stock"),
        ({"unit_cost": "1.23456"}, "/unit_cost"),
        ({"currency": "eur"}, "/currency"),
        ({"is_active": "yes"}, "/is_active"),
        ({"weight": 5}, "/weight"),
    ],
)
def test_a_product_told_wrongly_is_refused_with_a_pointer(
    api: ShopSystem, wrong: dict[str, Any], pointer: str
):
    answer = api.post("products/", tea(**wrong))

    assert answer.problem == (422, "invalid-body")
    assert answer.pointers == [pointer]
    assert not Product.objects.exists()


def test_stock_without_a_price_is_refused_for_a_new_product(api: ShopSystem):
    assert api.post("products/", {"sku": "TEA", "name": "Tea", "stock": 5}).pointers == ["/price"]


def test_a_code_does_not_change(api: ShopSystem):
    product = ProductFactory()

    assert api.patch(f"products/{product.pk}/", {"sku": "other"}).pointers == ["/sku"]


def test_products_are_listed_and_filtered_in_one_query(api: ShopSystem, django_assert_num_queries):
    for _ in range(3):
        OfferingFactory(shop=api.shop)
    ProductFactory(sku="OLD", is_active=False)
    api.warm("products/")
    with django_assert_num_queries(1):
        assert len(api.get("products/").body["items"]) == 4
    assert [item["sku"] for item in api.get("products/?is_active=false").body["items"]] == ["OLD"]
    assert [item["sku"] for item in api.get("products/?sku=OLD").body["items"]] == ["OLD"]
    assert api.get("products/?is_active=yes").problem == (400, "invalid-query")
    assert api.get("products/?updated_since=2099-01-01T00:00:00Z").body["items"] == []
