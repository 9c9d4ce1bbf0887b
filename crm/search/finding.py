"""Finding people by what an agent has at hand: a name, a phone, an e-mail, a card, the number of an order.

Reads only. Every look-up is exact by an index, or by the words of names as they sound (crm.search.hearing).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Right

from crm.models import Customer, Identity, Order, Shipment, Shop
from crm.people.identifiers import identifiers
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import survivors
from crm.search import hearing

MOST_BY_SIGN = 200
MOST_BY_ENDING = 500
LONGEST_TRUNK = 9
NAMED = "crm_name_words(crm_customer.given_name, crm_customer.patronymic, crm_customer.family_name) @@ %s::tsquery"


def customers(text: str, *, among: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those whose name holds every word of `text`, or who are known by it. Six queries more than the list itself."""
    known = Q(pk__in=known_by(text))
    if query := hearing.spoken_query(text):
        # The text is ours; what was typed is a parameter.
        known |= Q(RawSQL(NAMED, [query], output_field=BooleanField()))  # noqa: S611  # nosec B611
    return among.filter(known)


def known_by(text: str) -> set[int]:
    """Ids of the people who have this very e-mail, phone, card, handle or order number; of the merged, the survivor."""
    by_number = orders_numbered([text]).exclude(customer=None)
    return survivors(by_sign([text]) | set(by_number.values_list("customer_id", flat=True)[:MOST_BY_SIGN]))


def orders_known_by(text: str) -> Q:
    """Orders with this number or tracking number, and those of the people known by it."""
    numbered = list(orders_numbered([text]).values_list("pk", flat=True)[:MOST_BY_SIGN])
    return Q(pk__in=numbered) | Q(customer_id__in=by_sign([text]))


def orders_numbered(texts: Iterable[str]) -> QuerySet[Order]:
    """Orders with one of these numbers, or with a parcel of such a tracking number, in whatever case it is typed."""
    written = {form for text in texts for form in (text, text.upper(), text.lower()) if text}
    tracked = Shipment.objects.filter(tracking_number__in=written).exclude(tracking_number="")
    return Order.objects.filter(
        Q(number__in=written) | Q(pk__in=list(tracked.values_list("order_id", flat=True)[:MOST_BY_SIGN]))
    )


def by_sign(texts: Collection[str], *, shop: Shop | None = None) -> set[int]:
    """Ids of the customers who have one of these as their e-mail, phone, card, handle or number in a shop.

    With a shop, the numbers of other shops stay theirs.
    """
    regions = set(Shop.objects.values_list("region", flat=True))
    signs = Q()
    for kind, value in {sign for text in texts for sign in _readings(text, regions)}:
        signs |= Q(kind=kind, value=value)
    if not signs:
        return set()
    found = Identity.objects.filter(signs)
    if shop:
        found = found.filter(namespace__in=["", shop.slug])
    return set(found.values_list("customer_id", flat=True)[:MOST_BY_SIGN])


def by_ending(digits: str) -> set[int]:
    """Ids of the customers whose phone or card ends with these digits, of which there are at least four."""
    if len(digits) > LONGEST_TRUNK:
        digits = digits[-LONGEST_TRUNK:]
    ending = Identity.objects.alias(last_four=Right("value", 4)).filter(
        last_four=digits[-4:], kind__in=[IdentityKind.PHONE, IdentityKind.CARD], value__endswith=digits
    )
    return set(ending.values_list("customer_id", flat=True)[:MOST_BY_ENDING])


def _readings(text: str, regions: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every identity that the text could be: a local phone reads differently in each shop's country."""
    for known in identifiers():
        for region in regions or {""}:
            try:
                yield known.kind.value, known.normal(text, region)
            except ValueError:
                continue
