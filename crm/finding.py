"""Finding people by what an agent has at hand: a name, a phone, an e-mail, a card, the number of an order.

Reads only. Every look-up is exact by an index, or by the trigrams of names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from crm.identifiers import identifiers
from crm.models import Customer, Identity, Order, Shipment, Shop

MOST_WORDS = 6
MOST_BY_SIGN = 200


def customers(text: str, *, among: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those whose name holds every word of `text`, or who are known by it. Two queries more than the list itself."""
    known = known_by(text)
    return among.alias(lower_name=Lower("full_name")).filter(_named(text) | Q(pk__in=known))


def known_by(text: str) -> set[int]:
    """Ids of the customers who have this very e-mail, phone, card, handle or order number."""
    return _by_sign(text) | _by_order(text)


def orders_known_by(text: str) -> Q:
    """Orders with this number or tracking number, and those of the people known by it."""
    tracked = Shipment.objects.filter(tracking_number=text).exclude(tracking_number="")
    return (
        Q(number=text)
        | Q(pk__in=list(tracked.values_list("order_id", flat=True)[:MOST_BY_SIGN]))
        | Q(customer_id__in=_by_sign(text))
    )


def _named(text: str) -> Q:
    found = Q()
    for word in text.lower().split()[:MOST_WORDS]:
        found &= Q(lower_name__contains=word)
    return found


def _by_sign(text: str) -> set[int]:
    signs = Q()
    for kind, value in _readings(text, set(Shop.objects.values_list("region", flat=True))):
        signs |= Q(kind=kind, value=value)
    if not signs:
        return set()
    return set(Identity.objects.filter(signs).values_list("customer_id", flat=True)[:MOST_BY_SIGN])


def _readings(text: str, regions: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every identity that the text could be: a local phone reads differently in each shop's country."""
    for known in identifiers():
        for region in regions or {""}:
            try:
                yield known.kind.value, known.normal(text, region)
            except ValueError:
                continue


def _by_order(text: str) -> set[int]:
    by_number = Order.objects.filter(number=text).exclude(customer=None)
    return set(by_number.values_list("customer_id", flat=True)[:MOST_BY_SIGN])
