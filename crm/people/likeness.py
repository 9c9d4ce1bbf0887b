"""Who may be one person: found by what they share, proposed with its evidence, and left to people to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection, transaction

from crm.models import Customer, MergeProposal, User

MOST_ALIKE = 50  # a phone that more people share is a desk's, and tells nothing about them

# Addresses that two people share; a shop's own number is never shared by right.
BY_IDENTITY = """
SELECT (crm_same_person(other.customer_id))[1]
FROM crm_identity mine JOIN crm_identity other USING (kind, namespace, value)
WHERE mine.customer_id = ANY (crm_same_person(%(customer)s))
  AND NOT other.customer_id = ANY (crm_same_person(%(customer)s))
LIMIT %(most)s
"""
BY_NAME_AND_BIRTHDAY = """
SELECT (crm_same_person(other.id))[1]
FROM crm_customer mine JOIN crm_customer other ON other.birthday = mine.birthday
  AND lower(other.given_name) = lower(mine.given_name) AND lower(other.family_name) = lower(mine.family_name)
WHERE mine.id = ANY (crm_same_person(%(customer)s)) AND mine.given_name <> '' AND mine.family_name <> ''
  AND NOT other.id = ANY (crm_same_person(%(customer)s))
LIMIT %(most)s
"""
EVIDENCE = {
    MergeProposal.Evidence.IDENTITY: BY_IDENTITY,
    MergeProposal.Evidence.NAME_AND_BIRTHDAY: BY_NAME_AND_BIRTHDAY,
}


def alike(customer_id: int) -> Mapping[int, list[str]]:
    """Who else may be this person, and why: {id: [evidence, …]}. Two queries; nobody erased, nobody merged already."""
    found: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        for evidence, query in EVIDENCE.items():
            cursor.execute(query, {"customer": customer_id, "most": MOST_ALIKE})
            for pk in dict.fromkeys(pk for (pk,) in cursor.fetchall()):
                found[pk].append(evidence.value)
    return found if len(found) < MOST_ALIKE else {}


def propose(customer_ids: Collection[int], *, at: datetime) -> None:
    """Note who may be the same as these. Idempotent: a pair stands once, its evidence is brought up to date.

    A pair that somebody dismissed stays dismissed.
    """
    people = Customer.objects.filter(pk__in=customer_ids, merged_into=None, erased_at=None)
    pairs = {
        (min(pk, other), max(pk, other)): evidence
        for pk in people.values_list("pk", flat=True)
        for other, evidence in alike(pk).items()
    }
    MergeProposal.objects.bulk_create(
        (
            MergeProposal(first_id=first, second_id=second, evidence=pairs[first, second], found_at=at)
            for first, second in sorted(pairs)
        ),
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["evidence"],
    )


@transaction.atomic
def dismiss(proposal: MergeProposal, *, by: User, at: datetime) -> None:
    """They are two people: the pair is not proposed again. The first word counts."""
    MergeProposal.objects.filter(pk=proposal.pk, dismissed_at=None).update(dismissed_at=at, dismissed_by=by)
