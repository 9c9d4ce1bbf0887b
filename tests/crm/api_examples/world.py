"""What the examples of the API speak of, by the numbers and names that they give it: customer 17, order 5, SPRING10.

Nothing is put into the examples: what stands on the page finds its things here.
"""

from __future__ import annotations

from django.utils import timezone

from crm.models import Shop
from tests.crm.api_examples import carts, desk, points, shop_floor, surveys_asked
from tests.factories.shops import ShopFactory


def build() -> Shop:
    """One of everything that an example names. Its moments are those of today: a hold of spring would be over."""
    now = timezone.now()
    shop: Shop = ShopFactory(slug="lipa-online")
    customer = shop_floor.furnish(shop, at=now)
    points.furnish(shop, customer, at=now)
    carts.furnish(shop, at=now)
    desk.furnish(shop, customer, at=now)
    surveys_asked.furnish(shop, customer, at=now)
    return shop
