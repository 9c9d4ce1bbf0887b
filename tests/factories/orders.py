"""Orders come by the verb that places them, so that their facts are there as well."""

from decimal import Decimal
from typing import Any

from crm.models import Order
from crm.purchases.ordering import LineGiven, place_order
from tests.factories.shops import NOON, ShopFactory


def line(external_id: str = "1", *, quantity: str = "2", unit_price: str = "4.90", **more: Any) -> LineGiven:
    return LineGiven(
        external_id=external_id,
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        **{"name": "Липов чай", **more},
    )


def placed_order(external_id: str = "o-1", **more: Any) -> Order:
    shop = more.pop("shop", None) or ShopFactory()
    told = {"lines": [line()], "placed_at": NOON, "at": NOON, "source": f"api:{shop.slug}", **more}
    return place_order(shop=shop, external_id=external_id, **told)
