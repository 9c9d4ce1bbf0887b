"""A tree finds the same rows in the database and one by one, whatever is not known about them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings

from crm import rules
from crm.models import Address, Customer, CustomerFigures, Order, OrderLine, Product
from crm.people.identity_kinds import IdentityKind
from tests.crm.rule_trees import trees
from tests.factories.catalogue import CategoryFactory, ProductFactory
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # Tuesday already, half past midnight, in Sofia
SOFIA = ZoneInfo("Europe/Sofia")
MODELS = {"customer": Customer, "order": Order, "line": OrderLine, "product": Product}
TREES_PER_ROOT = 2000 if os.environ.get("VEREN_NIGHTLY") else 250


@pytest.fixture
def world() -> dict[str, QuerySet[Any]]:
    """Sixty-odd rows, in which everything that may be empty is empty somewhere."""
    tea = CategoryFactory(name="Чай")
    categories = [None, tea, CategoryFactory(name="Улун", parent=tea), CategoryFactory(name="Кофе")]
    brands = ["", "ЛИПА", "100% чай", "Ёж_"]
    products = [
        ProductFactory(sku=f"TEA-{n}", category=categories[n % 4], brand=brands[n % 3], is_active=n != 1)
        for n in range(5)
    ]
    customers = _people()
    shops = [ShopFactory(), ShopFactory()]
    for n in range(16):
        _order(n, shops[n % 2], customers[n % 9] if n % 4 else None, products)
    return {root: model.objects.all() for root, model in MODELS.items()}


def _people() -> list[Customer]:
    birthdays = [None, date(2000, 2, 29), date(1990, 3, 3), date(1999, 3, 2), date(2030, 1, 1), None]
    people = [
        CustomerFactory(
            birthday=birthdays[n % 6],
            language=["", "bg", "ru"][n % 3],
            created_at=AT - timedelta(days=n, hours=n * 5),
        )
        for n in range(12)
    ]
    people[8].merged_into = people[1]
    people[8].save()
    for n, person in enumerate(people):
        if n % 2:
            IdentityFactory(customer=person, kind=IdentityKind.PHONE if n % 3 else IdentityKind.EMAIL)
        if n % 3 == 0:
            Address.objects.create(customer=person, country="BG", city=["", "София", "SOFIA"][n % 4 % 3])
        if n % 4 == 0:
            Address.objects.create(customer=person, country="RU", city="Точка", is_main=True)
        if n % 5 < 3:
            CustomerFigures.objects.create(
                customer=person,
                orders=n % 4,
                net_revenue=Decimal("9.80") * n,
                last_order_at=None if n % 5 == 1 else AT - timedelta(days=n * 7),
            )
    return people


def _order(n: int, shop: Any, customer: Customer | None, products: list[Product]) -> None:
    placed_at = AT - timedelta(days=n % 7, hours=n * 3)
    order = Order.objects.create(
        shop=shop,
        customer=customer,
        external_id=str(n),
        number=str(n),
        channel=Order.Channel.values[n % 3],
        currency="EUR",
        goods_amount=Decimal("4.90") * n,
        delivery_amount=n % 2,
        placed_at=placed_at,
        paid_at=placed_at + timedelta(hours=1) if n % 3 else None,
        cancelled_at=AT if n % 6 == 5 else None,
    )
    for index in range(n % 4):
        OrderLine.objects.create(
            order=order,
            external_id=str(index),
            product=None if (n + index) % 3 == 0 else products[(n + index) % 5],
            sku=["", "TEA-1"][index % 2],
            name=["", "Липов чай", "TEA 100%"][index % 3],
            quantity=index + 1,
            unit_price=Decimal("4.90"),
            amount=Decimal("4.90") * (index + 1),
        )


@pytest.mark.parametrize("root", MODELS)
def test_random_trees_find_the_same_rows_in_sql_and_in_python(world, root):
    rows = list(world[root])

    @settings(max_examples=TREES_PER_ROOT, deadline=None, suppress_health_check=[*HealthCheck], database=None)
    @given(tree=trees(root))
    def found_alike(tree):
        conditions = rules.read(tree, root)

        in_database = world[root].filter(conditions.where(at=AT, clock=SOFIA))
        one_by_one = [row.pk for row in rows if conditions.holds(row, at=AT, clock=SOFIA)]

        assert sorted(in_database.values_list("pk", flat=True)) == sorted(one_by_one)

    found_alike()
