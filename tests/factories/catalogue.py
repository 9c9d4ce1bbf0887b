from decimal import Decimal

import factory

from crm.models import Category, Offering, Product
from tests.factories.shops import ShopFactory


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Tea {n}")


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: f"TEA-{n}")
    name = "Липов чай"
    unit_cost = Decimal("2.1000")
    unit_cost_currency = "EUR"


class OfferingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Offering

    shop = factory.SubFactory(ShopFactory)
    product = factory.SubFactory(ProductFactory)
    price = Decimal("4.90")
    currency = "EUR"
    stock = 10
