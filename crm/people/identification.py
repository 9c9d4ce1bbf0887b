"""Which customer is this e-mail, phone, card, handle or number in a shop's system?

Strong evidence decides: an identity that was verified, or the shop's own number. Weak evidence (an address that
somebody typed) finds candidates for people to look at, and never decides; nobody is merged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import ConflictingIdentities, Fault, PersonErased, UnreadableIdentity
from crm.facts import IdentityAdded
from crm.models import Customer, Identity, Shop
from crm.people import identifiers, suppression
from crm.people.tombstones import refuse_words_about
from crm.timeline import Told


@dataclass(frozen=True, kw_only=True)
class Hint:
    """An identity as it was given. `is_verified`: whoever says so has proof that the person holds it."""

    kind: str
    value: str
    is_verified: bool = False


@dataclass(frozen=True, kw_only=True)
class Sign:
    """An identity in its normal form, and whether it decides."""

    kind: str
    namespace: str
    value: str
    original: str
    is_strong: bool

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.namespace, self.value

    def row(self, customer: Customer, *, otherwise: Identity.Evidence, at: datetime) -> Identity:
        """Of this customer, not written yet. A strong one is the shop's word; `otherwise` is how we know of a weak."""
        return Identity(
            customer=customer,
            kind=self.kind,
            namespace=self.namespace,
            value=self.value,
            original=self.original,
            evidence=Identity.Evidence.SHOP if self.is_strong else otherwise,
            verified_at=at if self.is_strong else None,
            added_at=at,
        )


@dataclass(frozen=True, kw_only=True)
class Identified:
    """Who it is (None: nobody for certain), who it might be, and the rows that said so."""

    customer: Customer | None
    candidates: tuple[Customer, ...]
    rows: tuple[Identity, ...]


def signs_of(hints: Sequence[Hint], *, shop: Shop) -> list[Sign]:
    """Every hint in its normal form, each once, surest first.

    Raises:
        UnreadableIdentity: with a pointer to each hint that cannot be read.
    """
    found: dict[tuple[str, str, str], Sign] = {}
    faults = []
    for position, hint in enumerate(hints):
        try:
            sign = sign_of(hint, shop)
        except ValueError:
            faults.append(Fault(pointer=f"/identities/{position}/value", detail=_("This cannot be read.")))
            continue
        if sign.key not in found or sign.is_strong:
            found[sign.key] = sign
    if faults:
        raise UnreadableIdentity(*faults)
    order = [known.kind for known in identifiers.identifiers()]
    return sorted(found.values(), key=lambda sign: order.index(sign.kind))  # type: ignore[arg-type]


def sign_of(hint: Hint, shop: Shop) -> Sign:
    """Raises ValueError when the hint cannot be read."""
    known = identifiers.identifier(hint.kind)
    return Sign(
        kind=known.kind.value,
        namespace=shop.slug if known.within_shop else "",
        value=known.normal(hint.value, shop.region),
        original=hint.value.strip()[: identifiers.LONGEST],
        is_strong=known.proves or hint.is_verified,
    )


def identify(hints: Sequence[Hint], *, shop: Shop) -> Identified:
    """Find the one customer that strong evidence names. One query, no locks, nothing is written.

    Evidence is strong when both sides prove it: the hint is verified (or the shop's own number) and so is the
    identity on record. Everything else finds candidates only.

    Raises:
        UnreadableIdentity: a hint cannot be read.
        ConflictingIdentities: two strong hints name two people.
    """
    return identify_by(signs_of(hints, shop=shop))


def identify_by(signs: Sequence[Sign]) -> Identified:
    """As `identify`, for signs that were read already."""
    rows = _rows_for(signs)
    strong = {sign.key for sign in signs if sign.is_strong}
    named = _people(row for row in rows if row.verified_at and _key(row) in strong)
    if len(named) > 1:
        raise ConflictingIdentities
    customer = next(iter(named.values()), None)
    others = {pk: person for pk, person in _people(rows).items() if pk not in named}
    return Identified(customer=customer, candidates=tuple(others.values()), rows=tuple(rows))


# Asked with every order: written out, it costs a fifth of what composing it anew each time did.
CUSTOMER = [field.attname for field in Customer._meta.concrete_fields]
IDENTITY = ("id", "customer_id", "kind", "namespace", "value", "verified_at")
OWNERS = f"""
SELECT {", ".join(f"i.{name}" for name in IDENTITY)}, {", ".join(f"c.{name}" for name in CUSTOMER)}
FROM unnest(%s::text[], %s::text[], %s::text[]) AS sign(kind, namespace, value)
JOIN crm_identity i ON i.value = sign.value AND i.kind = sign.kind AND i.namespace = sign.namespace
JOIN crm_customer c ON c.id = i.customer_id
ORDER BY i.id
"""  # noqa: S608  # nosec B608 - the names of our own columns


def _rows_for(signs: Sequence[Sign]) -> list[Identity]:
    if not signs:
        return []
    keys = zip(*(sign.key for sign in signs), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [list(part) for part in keys])
        found = cursor.fetchall()
    return [_with_owner(row[: len(IDENTITY)], row[len(IDENTITY) :]) for row in found]


def _with_owner(identity: Sequence[object], customer: Sequence[object]) -> Identity:
    row = Identity.from_db(connection.alias, IDENTITY, identity)
    row.customer = Customer.from_db(connection.alias, CUSTOMER, customer)
    return row


def _people(rows: Iterable[Identity]) -> dict[int, Customer]:
    people = (survivor(row.customer) for row in rows)
    return {person.pk: person for person in people}


def survivor(customer: Customer) -> Customer:
    """The person that a merged customer is the same as; anybody else is themselves."""
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def identities_of(customer: Customer, rows: Sequence[Identity]) -> dict[tuple[str, str, str], Identity]:
    """Those of `rows` that stand for this customer, or for somebody merged into them."""
    return {_key(row): row for row in rows if survivor(row.customer).pk == customer.pk}


def _key(row: Identity) -> tuple[str, str, str]:
    return row.kind, row.namespace, row.value


def lock_signs(signs: Sequence[Sign]) -> None:
    """Let one transaction at a time decide about these strong signs, so that two do not make two people of one.

    Transaction-level advisory locks, taken in order of their numbers; weak signs decide nothing and need none.
    """
    names = sorted(":".join(sign.key) for sign in signs if sign.is_strong)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(n) FROM (SELECT DISTINCT hashtextextended(name, 7210) AS n"
            " FROM unnest(%s::text[]) AS name ORDER BY n) AS numbers",
            [names],
        )


@transaction.atomic
def add_identities(
    customer: Customer, *, hints: Sequence[Hint], shop: Shop, source: str, at: datetime
) -> list[Identity]:
    """Let a customer be recognised by these too. Those on record stay; a weak one said with proof becomes verified.

    Takes the locks of `lock_signs`, then the customer's row. Each new identity is a fact (IdentityAdded).

    Raises:
        UnreadableIdentity: nothing is added.
        ConflictingIdentities: a strong one belongs to somebody else; nothing is added.
        PersonErased: the customer was erased, or one was that of somebody who was; nothing is added.
    """
    signs = signs_of(hints, shop=shop)
    lock_signs(signs)
    refuse_words_about(customer)
    found = identify_by(signs)
    if found.customer not in (None, customer):
        raise ConflictingIdentities
    return add_signs(customer, signs, standing=found.rows, shop=shop, source=source, at=at)


def add_signs(
    customer: Customer,
    signs: Sequence[Sign],
    *,
    standing: Sequence[Identity],
    shop: Shop,
    source: str,
    at: datetime,
) -> list[Identity]:
    """Write the signs that `standing` (rows read under the lock of `lock_signs`) lacks for this customer.

    Raises:
        PersonErased: one of those it lacks was that of somebody erased.
    """
    own = identities_of(customer, standing)
    _verify([own[sign.key] for sign in signs if sign.is_strong and sign.key in own], at=at)
    lacking = [sign for sign in signs if sign.key not in own]
    refuse_erased(lacking)
    typed = Identity.Evidence.TYPED
    fresh = Identity.objects.bulk_create(sign.row(customer, otherwise=typed, at=at) for sign in lacking)
    timeline.record_all([_told(row, customer, shop=shop, source=source, at=at) for row in fresh])
    return fresh


def refuse_erased(signs: Sequence[Sign]) -> None:
    """Raises PersonErased when one of these was that of somebody who was erased: see crm.people.suppression."""
    if signs and suppression.suppressed([sign.key for sign in signs]):
        raise PersonErased


def _verify(rows: Sequence[Identity], *, at: datetime) -> None:
    unverified = [row.pk for row in rows if row.verified_at is None]
    if unverified:
        Identity.objects.filter(pk__in=unverified).update(verified_at=at, evidence=Identity.Evidence.SHOP)


def _told(row: Identity, customer: Customer, *, shop: Shop, source: str, at: datetime) -> Told:
    return Told(
        fact=IdentityAdded(identity_kind=row.kind),
        customer_id=customer.pk,
        occurred_at=at,
        recorded_at=at,
        source=source,
        source_id=f"identity:{row.pk}",
        shop_id=shop.pk,
        subject=row,
        language=customer.language,
    )
