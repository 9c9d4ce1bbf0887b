"""Numbers of orders, as the shops' tills give them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import connection

from crm.demo.rhythm import HERE

PREFIXES = {"lipa-online": "LO", "lipa-sofia": "LS", "lipa-varna": "LV"}


class OrderNumbers:
    """The day's orders of a shop are counted from one: LO-261122-17 is the seventeenth online order of that day."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT left(number, 9), max(split_part(number, '-', 3)::int) FROM crm_order"
                " WHERE number ~ '^L[OSV]-[0-9]{6}-[0-9]{1,9}$' GROUP BY 1"
            )
            self.last = Counter(dict(cursor.fetchall()))

    def next(self, shop: str, placed_at: datetime) -> str:
        day = f"{PREFIXES[shop]}-{placed_at.astimezone(HERE):%y%m%d}"
        self.last[day] += 1
        return f"{day}-{self.last[day]}"
