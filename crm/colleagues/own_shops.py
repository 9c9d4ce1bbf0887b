"""Whose orders a colleague sees: those of every shop, or those of the shops they work in alone.

Customers and points belong to the company, orders to a shop: so a cashier sees every customer, and of what they bought
what was bought here.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from crm.models import User

Row = TypeVar("Row", bound=Model)


def seen_by(reader: Any, rows: QuerySet[Row], *, shop: str = "shop") -> QuerySet[Row]:
    """Rows of the shops whose orders this reader sees; `shop` is the way from a row to its shop."""
    seen = shops_seen_by(reader)
    return rows if seen is None else rows.filter(**{f"{shop}__in": seen})


def entries_seen_by(reader: Any, entries: QuerySet[Row]) -> QuerySet[Row]:
    """Entries of these shops, and those of no shop: a note is the company's. A new customer is nobody's order."""
    seen = shops_seen_by(reader)
    if seen is None:
        return entries
    return entries.filter(Q(shop__in=seen) | Q(shop=None) | Q(kind="crm.customer_joined"))


def sees_every_shop(reader: Any) -> bool:
    return shops_seen_by(reader) is None


def shops_seen_by(reader: Any) -> frozenset[int] | None:
    """None: of every shop. Somebody without a sign-in of ours sees none."""
    return reader.shops_seen if isinstance(reader, User) else frozenset()
