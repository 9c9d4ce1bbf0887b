"""One at a time writes on the shelf of a shop."""

from __future__ import annotations

from django.db import connection

from crm.models import Shop


def take_turn(shop: Shop) -> None:
    """Until the transaction ends (a transaction-level advisory lock)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7212))", [f"shelf:{shop.pk}"])
