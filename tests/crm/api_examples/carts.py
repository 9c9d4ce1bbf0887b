"""Code 4 of points in the cart of the shop's own system, which nobody used."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.connectors import connecting
from crm.models import Shop
from loyalty import ledger
from loyalty.models import CartCode
from tests.crm.api_examples.numbers import next_is
from tests.crm.api_examples.points import MEMBER


def furnish(shop: Shop, *, at: datetime) -> None:
    """The shop's system tells and is not asked: it has no address here."""
    secrets = connecting.fresh_secrets("woocommerce")
    connection = connecting.connect(shop=shop, vendor="woocommerce", secrets=secrets, at=at)
    until = at + timedelta(hours=1)
    held = ledger.hold(MEMBER, points=300, key="for a cart", until=until, at=at)
    next_is(CartCode, 4)
    CartCode.objects.create(
        connection=connection,
        hold_id=held.hold_id,
        code="VP-7K2M-Q9XR-4TND",
        amount="3.00",
        currency="EUR",
        usable_until=until,
        asked_at=at,
        ended_at=at,
    )
