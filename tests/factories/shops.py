from datetime import UTC, datetime

import factory

from crm.models import Shop, User

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class ShopFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Shop

    slug = factory.Sequence(lambda n: f"shop-{n}")
    name = factory.LazyAttribute(lambda shop: shop.slug.replace("-", " ").title())
    kind = Shop.Kind.ONLINE
    currency = "EUR"
    region = "BG"


class UserFactory(factory.django.DjangoModelFactory):
    """A colleague."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"colleague-{n}@lipa.example")
    name = "Мария Колева"
    is_staff = True
