"""What speaks for one kind of loyalty or another. Each app says what it knows, wired in `config.worth`.

A source is a function of ids of customers, any id of a person, and asks the database a fixed number of questions
however many they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from django.conf import settings
from django.db import connection


@dataclass(frozen=True, kw_only=True)
class Signs:
    """Of one id. `recommends`: from 0 to 10, as they answered last."""

    recommends: int | None = None
    friends: int = 0
    good_words: int = 0
    bad_words: int = 0

    def __or__(self, other: Signs) -> Signs:
        """One person, known by two ids or by two sources. Of two answers that of whoever stands first."""
        return Signs(
            recommends=other.recommends if self.recommends is None else self.recommends,
            friends=self.friends + other.friends,
            good_words=self.good_words + other.good_words,
            bad_words=self.bad_words + other.bad_words,
        )


# Of these customers, the orders that were bought with something off: (customer, order).
BenefitSource: TypeAlias = Callable[[Sequence[int]], Iterable[tuple[int, int]]]
SignSource: TypeAlias = Callable[[Sequence[int]], Mapping[int, Signs]]

NOTHING = Signs()

REDUCED = """
SELECT o.customer_id, o.id FROM crm_order o
WHERE o.customer_id = ANY (%s) AND o.cancelled_at IS NULL
  AND EXISTS (SELECT FROM crm_orderline l WHERE l.order_id = o.id AND l.discount_amount > 0)
"""


def reduced_orders(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Orders with a line below its price."""
    with connection.cursor() as cursor:
        cursor.execute(REDUCED, [list(ids)])
        return list(cursor.fetchall())


def with_benefit(ids: Sequence[int]) -> dict[int, set[int]]:
    """Of each of these ids the orders bought with something off, whoever knows of it."""
    found: dict[int, set[int]] = defaultdict(set)
    sources: Sequence[BenefitSource] = _table("BENEFITS")
    for source in sources:
        for customer, order in source(ids):
            found[customer].add(order)
    return found


def signs_of(ids: Sequence[int]) -> dict[int, Signs]:
    found: dict[int, Signs] = {}
    sources: Sequence[SignSource] = _table("SIGNS")
    for source in sources:
        for customer, its in source(ids).items():
            found[customer] = found.get(customer, NOTHING) | its
    return found


def _table(name: str) -> Any:
    return getattr(import_module(settings.WORTH), name)
