"""How customers began: by what channel, in which shop, with how much. Some people at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from crm.worth.counting import Bought

# Few orders a person, so all of them are looked at by the index of their customers.
FIRST_ORDERS = """
SELECT DISTINCT ON (told.person) told.person, o.shop_id, o.channel, o.goods_amount, o.currency
FROM unnest(%(people)s::bigint[], %(ids)s::bigint[]) AS told(person, id)
JOIN crm_order o ON o.customer_id = told.id
WHERE o.cancelled_at IS NULL
ORDER BY told.person, o.placed_at, o.id
"""


@dataclass(frozen=True)
class Beginning:
    """Somebody's very first order."""

    shop_id: int
    channel: str
    amount: Decimal
    currency: str


def beginnings(people: Sequence[Bought]) -> Mapping[int, Beginning]:
    """Of those who bought, by the customer's id. One question."""
    pairs = [(one.customer_id, pk) for one in people if one.days for pk in one.ids]
    if not pairs:
        return {}
    persons, ids = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(FIRST_ORDERS, {"people": persons, "ids": ids})
        return {person: Beginning(*told) for person, *told in cursor.fetchall()}
