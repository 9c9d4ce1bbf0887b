"""Customers become known, and what is known about them changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm import timeline
from crm.facts import CustomerJoined
from crm.models import Customer, Shop
from crm.people.identification import (
    Hint,
    Identified,
    Sign,
    add_identities,
    add_signs,
    identify_by,
    identities_of,
    lock_signs,
    signs_of,
)
from crm.people.tombstones import refuse_words_about
from crm.segments import waiting

DETAILS = (
    "family_name",
    "given_name",
    "patronymic",
    "birthday",
    "language",
    "time_zone",
    "preferred_channel",
)


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """`candidates` share weak evidence with the customer: perhaps the same person, for people to decide."""

    customer: Customer
    is_new: bool
    candidates: tuple[Customer, ...]


def enrol(
    *, shop: Shop, hints: Sequence[Hint], details: Mapping[str, object], source: str, at: datetime
) -> Enrolled:
    """Find the customer whom strong evidence names, or make a new one; then note the details and identities given.

    Idempotent where a hint is strong. With weak hints alone there is always a new customer: who it might be stands
    in `candidates`. A known customer of whom all is on record costs one query; otherwise takes the locks of
    `lock_signs` and the customer's row. A new customer is a fact (CustomerJoined), and so is each new identity.

    Raises:
        UnreadableIdentity, ConflictingIdentities: nothing is changed.
        PersonErased: whoever was known by one of the hints was erased, and must not come back unasked.
    """
    signs = signs_of(hints, shop=shop)
    found = identify_by(signs)
    if found.customer and _all_on_record(found, signs) and not _news(found.customer, details):
        return Enrolled(customer=found.customer, is_new=False, candidates=found.candidates)
    return _enrol(signs, shop=shop, details=details, source=source, at=at)


@transaction.atomic
def _enrol(
    signs: Sequence[Sign], *, shop: Shop, details: Mapping[str, object], source: str, at: datetime
) -> Enrolled:
    lock_signs(signs)
    found = identify_by(signs)
    customer, is_new = found.customer, found.customer is None
    if customer is None:
        customer = _create(shop=shop, details=details, source=source, at=at)
    else:
        _change(customer, details, at=at)
    if not _all_on_record(found, signs):
        add_signs(customer, signs, standing=found.rows, shop=shop, source=source, at=at)
    return Enrolled(customer=customer, is_new=is_new, candidates=found.candidates)


@transaction.atomic
def change_customer(
    customer: Customer,
    *,
    details: Mapping[str, object],
    hints: Sequence[Hint] = (),
    shop: Shop,
    source: str,
    at: datetime,
) -> Customer:
    """Note new details of a customer, and further identities. What is not named stays as it was.

    Raises:
        UnreadableIdentity, ConflictingIdentities, PersonErased: nothing is changed.
    """
    refuse_words_about(customer)
    if hints:
        add_identities(customer, hints=hints, shop=shop, source=source, at=at)
    _change(customer, details, at=at, always=bool(hints))
    return customer


def _all_on_record(found: Identified, signs: Sequence[Sign]) -> bool:
    if found.customer is None:
        return False
    own = identities_of(found.customer, found.rows)
    return all(sign.key in own and (own[sign.key].verified_at or not sign.is_strong) for sign in signs)


def _create(*, shop: Shop, details: Mapping[str, object], source: str, at: datetime) -> Customer:
    customer = Customer.objects.create(created_at=at, **_known(details))
    timeline.record(
        customer,
        CustomerJoined(shop_name=shop.name),
        source=source,
        source_id=f"customer:{customer.pk}",
        occurred_at=at,
        recorded_at=at,
        shop=shop,
        subject=customer,
    )
    return customer


def _change(customer: Customer, details: Mapping[str, object], *, at: datetime, always: bool = False) -> None:
    """Write what differs. `always` moves `updated_at` even when nothing does: something beside this row changed."""
    changed = _news(customer, details)
    for name in changed:
        setattr(customer, name, details[name])
    if changed or always:
        customer.save(update_fields=[*changed, "updated_at"])
    if changed:
        waiting.look_at([customer.pk], at=at)


def _news(customer: Customer, details: Mapping[str, object]) -> list[str]:
    return [name for name, value in _known(details).items() if getattr(customer, name) != value]


def _known(details: Mapping[str, object]) -> Mapping[str, object]:
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"not a customer's details: {sorted(unknown)}")
    return details
