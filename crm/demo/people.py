"""Who the lives belong to: their rows, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from crm.demo.company import Stage
from crm.demo.copying import copy
from crm.demo.lives import ONLINE, Life
from crm.demo.names import mail_address, phone
from crm.facts import CustomerJoined, IdentityAdded, NoteWritten
from crm.models import Address, Customer, Identity
from crm.people.identity_kinds import IdentityKind
from crm.timeline import Told


def write_people(lives: Sequence[Life]) -> tuple[list[Customer], list[Identity]]:
    """The customers, one for each life, and all that they are recognised by."""
    customers = [_customer(life) for life in lives]
    copy(customers)
    pairs = list(zip(lives, customers, strict=True))
    identities = [identity for life, customer in pairs for identity in _identities(life, customer)]
    copy(identities)
    copy([_address(life, customer) for life, customer in pairs])
    return customers, identities


def _customer(life: Life) -> Customer:
    return Customer(
        given_name=life.person.given_name,
        patronymic=life.person.patronymic,
        family_name=life.person.family_name,
        birthday=life.person.birthday,
        language=life.person.language,
        time_zone="Europe/Sofia",
        preferred_channel="telegram" if life.telegram else "",
        created_at=life.joined_at,
        updated_at=life.joined_at,
    )


def _identities(life: Life, customer: Customer) -> list[Identity]:
    """The number in the online shop always; the rest as far as it was given."""
    by = Identity.Evidence
    language = life.person.language
    mail, mobile = mail_address(life.person, life.number), phone(language, life.number)
    found = [_identity(customer, IdentityKind.EXTERNAL, str(life.number), by.SHOP, life.joined_at, ONLINE)]
    if life.gave_email:
        found.append(
            _identity(
                customer, IdentityKind.EMAIL, mail, by.CODE if life.confirmed else by.SHOP, life.joined_at
            )
        )
    if life.gave_phone:
        found.append(_identity(customer, IdentityKind.PHONE, mobile, by.TYPED, life.joined_at))
    if life.has_card:
        last_known = life.orders[min(1, len(life.orders) - 1)][1].placed_at
        found.append(_identity(customer, IdentityKind.CARD, f"2960{life.number:09d}", by.SHOP, last_known))
    if life.telegram:
        found.append(_identity(customer, IdentityKind.TELEGRAM, life.telegram, by.MESSAGE, life.joined_at))
    return found


def _identity(
    customer: Customer, kind: str, value: str, evidence: str, added_at: datetime, namespace: str = ""
) -> Identity:
    proven = evidence in (Identity.Evidence.CODE, Identity.Evidence.MESSAGE) or kind in (
        IdentityKind.EXTERNAL,
        IdentityKind.CARD,
    )
    return Identity(
        customer=customer,
        kind=kind,
        namespace=namespace,
        value=value,
        original=value,
        evidence=evidence,
        verified_at=added_at if proven else None,
        added_at=added_at,
    )


def _address(life: Life, customer: Customer) -> Address:
    return Address(
        customer=customer,
        country="BG",
        region=life.home.region,
        city=life.home.city,
        postal_code=life.home.postal_code,
        street=life.home.street,
        is_main=True,
    )


def tell_people(
    lives: Sequence[Life], customers: Sequence[Customer], identities: Sequence[Identity], stage: Stage
) -> Iterator[Told]:
    for life, customer in zip(lives, customers, strict=True):
        yield _joined(life, customer, stage)
        for noted_at, text in life.notes:
            yield _noted(customer, noted_at, text, stage)
    for identity in identities:
        if identity.kind == IdentityKind.CARD:
            yield _card_added(identity)


def _joined(life: Life, customer: Customer, stage: Stage) -> Told:
    shop = stage.shops[life.orders[0][0]]
    return Told(
        fact=CustomerJoined(shop_name=shop.name),
        customer_id=customer.pk,
        occurred_at=life.joined_at,
        recorded_at=life.joined_at,
        source=f"api:{shop.slug}",
        source_id=f"customer:{customer.pk}",
        shop_id=shop.pk,
        subject=customer,
        language=customer.language,
    )


def _noted(customer: Customer, noted_at: datetime, text: str, stage: Stage) -> Told:
    return Told(
        fact=NoteWritten(text=text),
        customer_id=customer.pk,
        occurred_at=noted_at,
        recorded_at=noted_at,
        source="agent",
        source_id=f"note:{customer.pk}:{noted_at.astimezone(UTC).isoformat()}",
        actor_id=stage.agent.pk,
        language="bg",
    )


def _card_added(card: Identity) -> Told:
    return Told(
        fact=IdentityAdded(identity_kind=card.kind),
        customer_id=card.customer_id,
        occurred_at=card.added_at,
        recorded_at=card.added_at,
        source=f"api:{ONLINE}",
        source_id=f"identity:{card.pk}",
        subject=card,
        language=card.customer.language,
    )
