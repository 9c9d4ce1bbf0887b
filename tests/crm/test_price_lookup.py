"""What a company pays, what there is, and how old that is: on the page and in the API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Agreement, Company, PriceList, Shop
from crm.purchases import price_lists, shelf
from crm.purchases.shelf import ItemTold, OfferTold, PriceListTold, PriceTold, StockTold, WarehouseTold
from tests.api_client import ShopSystem
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    made: Shop = ShopFactory()
    return made


@pytest.fixture
def company(shop: Shop) -> Company:
    """Buys wholesale; three goods stand on the shelf, one of them without a wholesale price."""
    told: list[Any] = [
        PriceListTold(external_id="r", name="Розничная"),
        PriceListTold(external_id="w", name="Оптовая"),
        WarehouseTold(external_id="main", name="Основной"),
        *(
            ItemTold(external_id=f"id-{n}", name=f"Чай № {n}", article=f"TEA-{n}", unit="шт")
            for n in range(3)
        ),
        *(
            OfferTold(
                external_id=f"id-{n}",
                prices=[
                    PriceTold(price_list="r", price=Decimal("5")),
                    *([PriceTold(price_list="w", price=Decimal("3.1250"))] if n else []),
                ],
                stock=[StockTold(warehouse="main", quantity=Decimal(n))],
            )
            for n in range(3)
        ),
    ]
    shelf.tell(shop=shop, told=told, as_of=NOON, at=NOON)
    while shelf.settle(shop=shop, at=NOON):
        pass
    made = Company.objects.create(name="Чайна ООД")
    wholesale = PriceList.objects.get(shop=shop, external_id="w")
    Agreement.objects.create(company=made, price_list=wholesale, starts_on=NOON.date())
    return made


def asked(shop: Shop, **query: Any) -> Any:
    return ShopSystem(shop).ask("GET", f"prices/?{urlencode(query)}")


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True, language="en"))
    return client


def test_a_company_sees_its_own_price_list_with_stock_and_its_age(shop: Shop, company: Company) -> None:
    price_lists.note_heard(shop, is_first=True, at=timezone.now())
    told = asked(shop, company=company.pk).body

    assert (told["price_list"], told["is_stale"]) == ("Оптовая", False)
    assert [(one["code"], one["price"], one["quantity"]) for one in told["items"]] == [
        ("TEA-1", "3.1250", "1.000"),
        ("TEA-2", "3.1250", "2.000"),
    ]
    assert told["items"][0]["stock"] == [{"warehouse": "Основной", "quantity": "1.000"}]


def test_what_is_stale_says_so(shop: Shop, company: Company) -> None:
    price_lists.note_heard(shop, is_first=True, at=timezone.now() - timedelta(days=1))

    assert asked(shop, company=company.pk).body["is_stale"]


def test_goods_are_found_by_name_code_and_page(shop: Shop, company: Company) -> None:
    by_name = asked(shop, company=company.pk, q="чай 2").body
    by_code = asked(shop, company=company.pk, q="tea-1").body
    first = asked(shop, company=company.pk, limit=1).body
    second = asked(shop, company=company.pk, cursor=first["next_cursor"]).body

    assert [one["code"] for one in by_name["items"]] == ["TEA-2"]
    assert [one["code"] for one in by_code["items"]] == ["TEA-1"]
    assert [one["code"] for one in first["items"] + second["items"]] == ["TEA-1", "TEA-2"]


def test_without_an_agreement_in_the_shop_there_is_nothing_to_see(shop: Shop, company: Company) -> None:
    assert asked(ShopFactory(), company=company.pk).status == 404
    Agreement.objects.update(ends_on=NOON.date())
    assert asked(shop, company=company.pk).status == 404
    assert asked(shop, company=0).status == 404


def test_of_several_agreements_the_one_that_began_last_counts(shop: Shop, company: Company) -> None:
    retail = PriceList.objects.get(shop=shop, external_id="r")
    later = Agreement.objects.create(
        company=company, price_list=retail, starts_on=NOON.date() + timedelta(days=1)
    )

    assert price_lists.agreement_of(company, shop=shop, on=NOON.date()) != later
    assert price_lists.agreement_of(company, shop=shop, on=later.starts_on) == later


def test_the_page_of_a_company_shows_prices_stock_and_a_warning(
    administrator: Client, shop: Shop, company: Company, django_assert_max_num_queries: Any
) -> None:
    price_lists.note_heard(shop, is_first=True, at=timezone.now() - timedelta(days=1))
    address = reverse("crm:company-prices", args=[company.pk])
    with django_assert_max_num_queries(14):
        page = administrator.get(address).text

    assert "TEA-2" in page and "silent for much longer" in page and "TEA-0" not in page
    assert "TEA-1" not in administrator.get(address, {"q": "TEA-2"}).text
    Agreement.objects.all().delete()
    assert "no agreement in force" in administrator.get(address).text
