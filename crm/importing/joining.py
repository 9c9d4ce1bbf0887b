"""People on file become customers, or are found among them; what is missing of those who are known is added.

Who it is. The shop's own number decides, and so does a card, for the shop issues them: a row that has one and is known
by none makes a new customer, whoever else may have the same phone. A row with neither is whoever was known first by one
of its phones or e-mails, if no name and no birthday contradicts; else somebody new.

What is added. Only what is missing: a name, birthday, language or address that is on record stays, for a colleague may
have put it right since. Consents enter the ledger under their own dates, so that an old one overturns nothing that was
said later. Somebody who was erased is left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from crm import timeline
from crm.consents import consenting
from crm.consents.consenting import OnRecord, Said
from crm.facts import CustomerJoined, IdentityAdded
from crm.importing.people import Person, agrees, lacking_details
from crm.importing.refusals import RowRefusal
from crm.importing.telling import told
from crm.models import Address, Customer, Identity, ImportedRow, ImportJob, Suppression
from crm.people.identification import Sign, lock_signs
from crm.people.suppression import Key, suppressed
from crm.segments import waiting
from crm.timeline import Told

Outcome = ImportedRow.Outcome

# Whose each identity is: of those who were merged, the person they are the same as.
OWNERS = """
SELECT i.kind, i.namespace, i.value, i.verified_at IS NOT NULL,
       CASE WHEN c.merged_into_id IS NULL THEN c.id ELSE (crm_same_person(c.id))[1] END
FROM unnest(%(kinds)s::text[], %(namespaces)s::text[], %(values)s::text[]) AS sign(kind, namespace, value)
JOIN crm_identity i ON i.value = sign.value AND i.kind = sign.kind AND i.namespace = sign.namespace
JOIN crm_customer c ON c.id = i.customer_id
"""

WITH_ADDRESS = "SELECT DISTINCT customer_id FROM crm_address WHERE customer_id = ANY (%s)"

# In the order of their ids, as everybody locks people. Whoever was erased meanwhile is not among them.
LOCK = "SELECT id FROM crm_customer WHERE id = ANY (%s) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE"

# What somebody wrote since it was looked at stays.
COMPLETE = """
UPDATE crm_customer c SET
  given_name = coalesce(nullif(c.given_name, ''), said.given_name, ''),
  patronymic = coalesce(nullif(c.patronymic, ''), said.patronymic, ''),
  family_name = coalesce(nullif(c.family_name, ''), said.family_name, ''),
  language = coalesce(nullif(c.language, ''), said.language, ''),
  birthday = coalesce(c.birthday, said.birthday),
  updated_at = %(at)s
FROM jsonb_to_recordset(%(said)s) AS said(
  id bigint, given_name text, patronymic text, family_name text, language text, birthday date)
WHERE c.id = said.id
"""

VERIFY = """
UPDATE crm_identity SET verified_at = %(at)s, evidence = 'shop'
WHERE customer_id = ANY (%(customers)s) AND (kind, namespace, value) IN (
  SELECT * FROM unnest(%(kinds)s::text[], %(namespaces)s::text[], %(values)s::text[]))
  AND verified_at IS NULL
"""


IDENTITIES = """
COPY crm_identity (customer_id, kind, namespace, value, original, evidence, verified_at, added_at) FROM STDIN
"""


class Owner(NamedTuple):
    """Who has an identity, and whether it is proved that they do."""

    is_verified: bool
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class News:
    """What a row says that is not on record. `customer` is None for somebody new."""

    person: Person
    customer: Customer | None
    signs: Sequence[Sign]
    details: Mapping[str, object]
    consents: Sequence[Said]
    address: Mapping[str, str] | None

    @property
    def verdict(self) -> Outcome:
        if self.customer is None:
            return Outcome.NEW
        is_news = self.signs or self.details or self.consents or self.address
        return Outcome.ADDED if is_news else Outcome.KNOWN


@dataclass(frozen=True, kw_only=True)
class Found:
    """What looking at the rows came to, by their numbers."""

    refused: Mapping[int, RowRefusal]
    news: Mapping[int, News]

    @property
    def verdicts(self) -> dict[int, Outcome | RowRefusal]:
        return {**self.refused, **{number: one.verdict for number, one in self.news.items()}}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What is on record of everybody whom the rows could be about."""

    owners: Mapping[Key, Sequence[Owner]]
    erased: Collection[Key]
    customers: Mapping[int, Customer] = field(default_factory=dict)
    with_address: Collection[int] = ()


def look(people: Mapping[int, Person]) -> Found:
    """Who each of these people is and what is news about them. At most six queries; nothing is locked or written."""
    recorded = _on_record(people.values())
    refused: dict[int, RowRefusal] = {}
    named: dict[int, Customer | None] = {}
    for number, person in people.items():
        who = _who(person, recorded)
        lacking = _lacking(person, who.pk if isinstance(who, Customer) else None, recorded)
        if isinstance(who, RowRefusal):
            refused[number] = who
        elif any(sign.key in recorded.erased for sign in lacking):
            refused[number] = RowRefusal.ERASED
        else:
            named[number] = who
    spoken = {who.pk for number, who in named.items() if who and people[number].consents}
    ledger = consenting.on_record(spoken)
    return Found(
        refused=refused,
        news={number: _news(people[number], who, recorded, ledger) for number, who in named.items()},
    )


def keep(job: ImportJob, people: Mapping[int, Person], *, at: datetime) -> Mapping[int, Outcome | RowRefusal]:
    """Write what is news about these people, no two of whom share an identity; say what became of each row.

    In the caller's transaction. Takes the locks of `identification.lock_signs` for people who seem new, and the rows of
    those about whom there is news. Facts: CustomerJoined of somebody new (that they can be reached is no news then),
    IdentityAdded of somebody known, and those of the consents; all of them as history.
    """
    found = look(people)
    newcomers = [one for one in found.news.values() if one.customer is None]
    if strong := [sign for one in newcomers for sign in one.signs if sign.is_strong]:
        lock_signs(strong)
        if _is_any_known(strong):  # somebody was quicker
            found = look(people)
    joined = _join(job, [one for one in found.news.values() if one.customer is None], at=at)
    completed = _complete(job, [one for one in found.news.values() if one.verdict == Outcome.ADDED], at=at)
    timeline.record_all(sorted([*joined, *completed], key=lambda one: one.occurred_at))
    return found.verdicts


def erased_among(keys: Sequence[Key]) -> Collection[Key]:
    """Where nobody was erased ever, as when a shop moves in, no digests need be made."""
    return suppressed(keys) if Suppression.objects.exists() else ()


def _is_any_known(signs: Sequence[Sign]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS ({OWNERS} WHERE i.verified_at IS NOT NULL)", _columns(sign.key for sign in signs)
        )
        return bool(cursor.fetchone()[0])


def _on_record(people: Iterable[Person]) -> Recorded:
    keys = sorted({sign.key for person in people for sign in person.signs})
    owners = owners_of(keys)
    ids = sorted({owner.customer_id for found in owners.values() for owner in found})
    with connection.cursor() as cursor:
        cursor.execute(WITH_ADDRESS, [ids])
        with_address = {pk for (pk,) in cursor.fetchall()}
    return Recorded(
        owners=owners,
        erased=erased_among(keys),
        customers=Customer.objects.in_bulk(ids),
        with_address=with_address,
    )


def owners_of(keys: Sequence[Key]) -> Mapping[Key, Sequence[Owner]]:
    """Who has each of these identities: of those who were merged, whoever they are the same as. One query."""
    owners: dict[Key, list[Owner]] = {}
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, _columns(keys))
        for kind, namespace, value, is_verified, customer in cursor.fetchall():
            owners.setdefault((kind, namespace, value), []).append(Owner(is_verified, customer))
    return owners


def _columns(keys: Iterable[Key]) -> dict[str, list[str]]:
    parts = [list(part) for part in zip(*keys, strict=True)] or [[], [], []]
    return dict(zip(("kinds", "namespaces", "values"), parts, strict=True))


def _who(person: Person, recorded: Recorded) -> Customer | RowRefusal | None:
    strong = [sign for sign in person.signs if sign.is_strong]
    named = {
        owner.customer_id
        for sign in strong
        for owner in recorded.owners.get(sign.key, ())
        if owner.is_verified
    }
    if len(named) > 1:
        return RowRefusal.TWO_PEOPLE
    if named:
        customer = recorded.customers[named.pop()]
        is_by_number = not person.number or _knows(strong[0], customer, recorded)
        return customer if is_by_number or agrees(person, customer) else RowRefusal.TWO_PEOPLE
    if strong:
        return None
    perhaps = {owner.customer_id for sign in person.signs for owner in recorded.owners.get(sign.key, ())}
    fitting = [pk for pk in sorted(perhaps) if agrees(person, recorded.customers[pk])]
    return recorded.customers[fitting[0]] if fitting else None


def _knows(sign: Sign, customer: Customer, recorded: Recorded) -> bool:
    return Owner(is_verified=True, customer_id=customer.pk) in recorded.owners.get(sign.key, ())


def _lacking(person: Person, customer_id: int | None, recorded: Recorded) -> list[Sign]:
    """The signs by which the customer is not known yet, or only unproved where the shop proves them."""
    return [
        sign
        for sign in person.signs
        if not any(
            owner.customer_id == customer_id and (owner.is_verified or not sign.is_strong)
            for owner in recorded.owners.get(sign.key, ())
        )
    ]


def _news(
    person: Person, customer: Customer | None, recorded: Recorded, ledger: Collection[OnRecord]
) -> News:
    known = customer.pk if customer else None
    has_address = known in recorded.with_address
    return News(
        person=person,
        customer=customer,
        signs=_lacking(person, known, recorded),
        details=lacking_details(person, customer) if customer else person.details,
        consents=[
            said for said in person.consents if known is None or (known, *said.statement) not in ledger
        ],
        address=None if has_address else person.address,
    )


def _join(job: ImportJob, newcomers: Sequence[News], *, at: datetime) -> list[Told]:
    customers = Customer.objects.bulk_create(
        Customer(created_at=_known_since(one, at=at), **one.details) for one in newcomers
    )
    pairs = list(zip(customers, newcomers, strict=True))
    with connection.cursor() as cursor, cursor.copy(IDENTITIES) as copy:
        for customer, one in pairs:
            for sign in one.signs:
                copy.write_row(_identity_values(customer.pk, sign, at=at))
    _keep_addresses(pairs)
    facts = [
        told(
            job,
            CustomerJoined(shop_name=job.shop.name),
            event=f"person:{customer.pk}:joined",
            customer_id=customer.pk,
            subject=customer,
            occurred_at=customer.created_at,
            at=at,
        )
        for customer in customers
    ]
    return [*facts, *_consented(job, pairs, at=at)]


def _known_since(one: News, *, at: datetime) -> datetime:
    """As the file says; else since their first consent, for then they were known; else since now."""
    return one.person.known_since or min([said.occurred_at for said in one.consents], default=at)


def _complete(job: ImportJob, known: Sequence[News], *, at: datetime) -> list[Told]:
    ids = sorted({one.customer.pk for one in known if one.customer})
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ids])
        there = {pk for (pk,) in cursor.fetchall()}
        pairs = [(one.customer, one) for one in known if one.customer and one.customer.pk in there]
        cursor.execute(COMPLETE, {"at": at, "said": json.dumps([_changes(one) for _, one in pairs])})
    _keep_addresses(pairs)
    waiting.look_at([customer.pk for customer, _one in pairs], at=at, is_history=True)
    return [*_recognised(job, pairs, at=at), *_consented(job, pairs, at=at)]


def _changes(one: News) -> dict[str, Any]:
    said = {name: value if isinstance(value, str) else str(value) for name, value in one.details.items()}
    return {"id": one.customer.pk if one.customer else None, **said}


def _recognised(job: ImportJob, pairs: Sequence[tuple[Customer, News]], *, at: datetime) -> list[Told]:
    """Unproved ones that the shop proves become proved; those that were not there are added, and told."""
    signs = [(customer, sign) for customer, one in pairs for sign in one.signs]
    if not signs:
        return []
    customers = sorted({customer.pk for customer, _ in signs})
    with connection.cursor() as cursor:
        proved = [sign.key for _, sign in signs if sign.is_strong]
        cursor.execute(VERIFY, {"at": at, "customers": customers, **_columns(proved)})
    standing = set(
        Identity.objects.filter(customer__in=customers).values_list(
            "customer_id", "kind", "namespace", "value"
        )
    )
    fresh = Identity.objects.bulk_create(
        sign.row(customer, otherwise=Identity.Evidence.IMPORTED, at=at)
        for customer, sign in signs
        if (customer.pk, *sign.key) not in standing
    )
    return [
        told(
            job,
            IdentityAdded(identity_kind=row.kind),
            event=f"identity:{row.pk}",
            customer_id=row.customer_id,
            subject=row,
            occurred_at=at,
            at=at,
        )
        for row in fresh
    ]


def _identity_values(customer_id: int, sign: Sign, *, at: datetime) -> tuple[object, ...]:
    """In the order of IDENTITIES."""
    evidence = Identity.Evidence.SHOP if sign.is_strong else Identity.Evidence.IMPORTED
    verified_at = at if sign.is_strong else None
    return customer_id, *sign.key, sign.original, evidence.value, verified_at, at


def _keep_addresses(pairs: Iterable[tuple[Customer, News]]) -> None:
    Address.objects.bulk_create(
        (Address(customer=customer, is_main=True, **one.address) for customer, one in pairs if one.address),
        ignore_conflicts=True,
    )


def _consented(job: ImportJob, pairs: Iterable[tuple[Customer, News]], *, at: datetime) -> list[Told]:
    return consenting.record_past(
        [(customer.pk, said) for customer, one in pairs for said in one.consents],
        source=f"import:{job.shop.slug}",
        shop=job.shop,
        at=at,
    )
