"""The link by which a customer opens their own order without signing in: unguessable, of that one order alone."""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from crm.models import Order

SALT = "crm.order_links"


def token_of(order: Order) -> str:
    return signing.Signer(salt=SALT).sign(str(order.pk)).replace(":", ".")


def path_of(order: Order) -> str:
    return reverse("order", args=[token_of(order)])


def order_by(token: str) -> Order | None:
    """None: nobody made this link, or the order is nobody's."""
    try:
        pk = signing.Signer(salt=SALT).unsign(token.replace(".", ":"))
    except signing.BadSignature:
        return None
    orders = Order.objects.select_related("customer", "shop").prefetch_related("lines", "shipments")
    return orders.filter(pk=int(pk), customer__isnull=False, customer__erased_at=None).first()
