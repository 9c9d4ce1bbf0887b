"""Who bought: a customer for each number in the shop's system, known from their first document on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from crm import timeline
from crm.facts import CustomerJoined
from crm.importing.telling import told
from crm.models import Customer, Identity, ImportedDocument, ImportJob, Shop
from crm.people.identification import Sign, lock_signs, survivor
from crm.people.identity_kinds import IdentityKind
from crm.people.suppression import suppressed


@transaction.atomic
def introduce(job: ImportJob, documents: Sequence[ImportedDocument], *, at: datetime) -> dict[str, int]:
    """Everybody whom these documents name, by number; who was not known becomes a customer (CustomerJoined).

    Documents come by date: the first that names somebody says since when they are known. Idempotent. Takes the locks
    of `identification.lock_signs` for new numbers only, and a transaction of its own keeps them for a moment only.
    The file has a number and no name, so that is all that is known; it is the shop's own, and decides. Somebody who
    was erased stays nobody: their documents are kept without a customer.
    """
    firsts: dict[str, datetime] = {}
    for document in documents:
        if document.customer_ref:
            firsts.setdefault(document.customer_ref, document.occurred_at)
    known = known_customers(job.shop, firsts)
    if missing := firsts.keys() - known.keys():
        signs = {ref: _sign(job.shop, ref) for ref in missing}
        lock_signs(list(signs.values()))
        known |= known_customers(job.shop, missing)
        erased = {ref for _kind, _shop, ref in suppressed([sign.key for sign in signs.values()])}
        newcomers = sorted(firsts.keys() - known.keys() - erased, key=lambda ref: (firsts[ref], ref))
        known |= _create(job, {ref: firsts[ref] for ref in newcomers}, signs, at=at)
    return known


def known_customers(shop: Shop, refs: Iterable[str]) -> dict[str, int]:
    """Number in the shop → customer; of those who were merged, whom they are the same as."""
    rows = Identity.objects.filter(
        kind=IdentityKind.EXTERNAL, namespace=shop.slug, value__in=list(refs), verified_at__isnull=False
    )
    known, merged = {}, []
    for ref, customer_id, merged_into in rows.values_list("value", "customer", "customer__merged_into"):
        known[ref] = customer_id
        if merged_into:
            merged.append(ref)
    for row in rows.filter(value__in=merged).select_related("customer__merged_into") if merged else ():
        known[row.value] = survivor(row.customer).pk
    return known


def _create(
    job: ImportJob, newcomers: dict[str, datetime], signs: dict[str, Sign], *, at: datetime
) -> dict[str, int]:
    customers = Customer.objects.bulk_create(Customer(created_at=first) for first in newcomers.values())
    created = dict(zip(newcomers, customers, strict=True))
    imported = Identity.Evidence.IMPORTED
    Identity.objects.bulk_create(
        signs[ref].row(customer, otherwise=imported, at=at) for ref, customer in created.items()
    )
    timeline.record_all(
        [
            told(
                job,
                CustomerJoined(shop_name=job.shop.name),
                event=f"customer:{ref}:joined",
                customer_id=customer.pk,
                subject=customer,
                occurred_at=newcomers[ref],
                at=at,
            )
            for ref, customer in created.items()
        ]
    )
    return {ref: customer.pk for ref, customer in created.items()}


def _sign(shop: Shop, ref: str) -> Sign:
    return Sign(kind=IdentityKind.EXTERNAL, namespace=shop.slug, value=ref, original=ref, is_strong=True)
