"""Customers of the shop, and the buyers that its orders name."""

from __future__ import annotations

from collections.abc import Sequence

from crm.connectors import wishes
from crm.connectors.base import CustomerGiven, PersonGiven, WishGiven
from crm.connectors.landing.news import Landed, News
from crm.errors import PersonErased
from crm.models import Customer, Shop
from crm.people.customers import enrol
from crm.people.identification import Hint, identify, sign_of
from crm.people.same_person import ids_of


def land_customer(given: CustomerGiven, news: News) -> Landed:
    try:
        return Landed(customer=_enrolled(given.person, news))
    except PersonErased:
        return Landed()  # nobody comes back unasked


def land_wish(given: WishGiven, news: News) -> Landed:
    hints = readable(given.person.hints, shop=news.shop)
    return Landed(customer=wishes.pass_on(news.connection, given, hints=hints, at=news.at))


def buyer_of(person: PersonGiven | None, news: News) -> Customer | None:
    """Whoever is known keeps the details that they have: a customer's own news is told apart from their orders'."""
    if person is None:
        return None
    known = identify(readable(person.hints, shop=news.shop), shop=news.shop).customer
    if known:
        return known if known.erased_at is None else None
    try:
        return _enrolled(person, news)
    except PersonErased:
        return None  # the sale is kept, and nobody comes back by it unasked


def is_another(person: PersonGiven | None, customer: Customer, news: News) -> bool:
    """Whether it is known for certain that this is somebody else than the customer."""
    hints = readable(person.hints, shop=news.shop) if person else []
    known = identify(hints, shop=news.shop).customer if hints else None
    return known is not None and known != customer and known.pk not in ids_of(customer)


def readable(hints: Sequence[Hint], *, shop: Shop) -> list[Hint]:
    return [hint for hint in hints if _can_be_read(hint, shop)]


def _enrolled(person: PersonGiven, news: News) -> Customer:
    return enrol(
        shop=news.shop,
        hints=readable(person.hints, shop=news.shop),
        details=person.details,
        source=news.source,
        at=news.at,
    ).customer


def _can_be_read(hint: Hint, shop: Shop) -> bool:
    try:
        sign_of(hint, shop)
    except ValueError:
        return False
    return True
