"""What somebody wants of us: by which channel, in which language, about what; how they like to pay and to be served."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm.consents import consenting
from crm.models import (
    ConsentChannel,
    Customer,
    CustomerPreference,
    Identity,
    Purpose,
    Shop,
)
from crm.people.customers import change_customer
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_by, ids_of

# By what somebody is known → the consents that are about writing to it.
CONSENTS_OF = {
    IdentityKind.EMAIL: (ConsentChannel.EMAIL,),
    IdentityKind.PHONE: (ConsentChannel.SMS, ConsentChannel.PHONE),
    IdentityKind.TELEGRAM: (ConsentChannel.TELEGRAM,),
    IdentityKind.VIBER: (ConsentChannel.VIBER,),
}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """`advertising`: the channels by which offers are welcome, of those in `asked_about`."""

    preferred_channel: str
    language: str
    advertising: frozenset[str]
    asked_about: tuple[str, ...]
    payment: str
    delivery: str


def person_of(customer_id: int) -> Customer | None:
    """Whom the id stands for today; None: nobody, or somebody who was erased."""
    return Customer.objects.filter(pk__in=ids_by(customer_id)[:1], erased_at=None).first()


def wishes_of(customer: Customer) -> Wishes:
    preference = preference_of(customer)
    asked_about = channels_of(customer)
    return Wishes(
        preferred_channel=customer.preferred_channel,
        language=customer.language,
        advertising=frozenset(channel for channel in asked_about if _may(customer, channel)),
        asked_about=asked_about,
        payment=preference.payment if preference else "",
        delivery=preference.delivery if preference else "",
    )


def channels_of(customer: Customer) -> tuple[str, ...]:
    """By which offers could reach them, in the order in which a form asks."""
    kinds = set(Identity.objects.filter(customer__in=ids_of(customer)).values_list("kind", flat=True))
    return tuple(
        channel.value for kind, channels in CONSENTS_OF.items() if kind in kinds for channel in channels
    )


def preference_of(customer: Customer) -> CustomerPreference | None:
    """What was said last, under any of the person's ids."""
    said = CustomerPreference.objects.filter(customer__in=ids_of(customer))
    return said.order_by("-changed_at").first()


def preferred_first(choices: Sequence[str], preferred: str) -> list[str]:
    """What a checkout shows: everything there is, and what the person likes before the rest."""
    return sorted(choices, key=lambda choice: choice != preferred)


@transaction.atomic
def change(
    customer: Customer,
    *,
    shop: Shop,
    source: str,
    at: datetime,
    preferred_channel: str | None = None,
    language: str | None = None,
    advertising: Collection[str] | None = None,
    payment: str | None = None,
    delivery: str | None = None,
) -> Wishes:
    """Note what the person wants; what is None stays as it was. Saying the same again records nothing.

    `advertising`: the channels by which offers are welcome; the others that were asked about are not. Facts
    (ConsentGiven, ConsentWithdrawn). Locks the customer's row.

    Raises:
        PersonErased: nothing is changed.
    """
    told = {"preferred_channel": preferred_channel, "language": language}
    details = {name: value for name, value in told.items() if value is not None}
    change_customer(customer, details=details, shop=shop, source=source, at=at)
    if advertising is not None:
        _agree(customer, set(advertising), source=source, shop=shop, at=at)
    _prefer(customer, payment=payment, delivery=delivery, at=at)
    return wishes_of(customer)


def refuse_advertising(customer: Customer, *, source: str, at: datetime, channel: str = "") -> None:
    """No more offers on this channel, or on any. Again: nothing new, or one more statement that says the same.

    Raises:
        PersonErased.
    """
    known = channel if channel in ConsentChannel.values else ""
    if known and not _may(customer, known):
        return
    consenting.withdraw(
        customer, purpose=Purpose.ADVERTISING, channel=known, source=source, occurred_at=at, at=at
    )


def _agree(customer: Customer, wanted: set[str], *, source: str, shop: Shop, at: datetime) -> None:
    """Who wants offers nowhere wants none by channels to come either."""
    if not wanted:
        if any(_may(customer, channel) for channel in ("", *channels_of(customer))):
            refuse_advertising(customer, source=source, at=at)
        return
    for channel in channels_of(customer):
        if _may(customer, channel) != (channel in wanted):
            say = consenting.give if channel in wanted else consenting.withdraw
            say(
                customer,
                purpose=Purpose.ADVERTISING,
                channel=channel,
                source=source,
                occurred_at=at,
                at=at,
                shop=shop,
            )


def _prefer(customer: Customer, *, payment: str | None, delivery: str | None, at: datetime) -> None:
    standing = preference_of(customer) or CustomerPreference(customer=customer, changed_at=at)
    before = (standing.payment, standing.delivery)
    after = (
        before[0] if payment is None else payment,
        before[1] if delivery is None else delivery,
    )
    if before != after:
        CustomerPreference.objects.update_or_create(
            customer=customer, defaults={"payment": after[0], "delivery": after[1], "changed_at": at}
        )


def _may(customer: Customer, channel: str) -> bool:
    return consenting.may(customer, purpose=Purpose.ADVERTISING, channel=channel)
