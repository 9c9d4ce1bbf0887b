"""Two customers are found to be one person, and may be found to be two after all.

Merging moves one pointer (`Customer.merged_into`). Orders, entries, identities and consents stay where they were
recorded; reading follows the pointer (crm.people.same_person). So separating gives everything back, and what was
recorded
meanwhile stays with the id it was recorded on: mostly the survivor's, who answers for both. Only a withdrawn consent
counts for both afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.consents import consenting
from crm.errors import PersonErased, Refusal
from crm.facts import CustomersMerged, CustomersSeparated
from crm.models import Customer, Merge, User
from crm.people.customers import DETAILS
from crm.people.same_person import ids_by

MERGING = 7212  # the advisory lock of whoever moves pointers


class AlreadyOnePerson(Refusal):
    code = "already-one-person"
    title = _("These two are one person already.")


class NotMerged(Refusal):
    code = "not-merged"
    title = _("These two are separate people already.")


@transaction.atomic
def merge(
    survivor: Customer,
    *,
    other: Customer,
    by: User | None,
    at: datetime,
    evidence: Sequence[str] = (),
    take: Collection[str] = (),
) -> Merge:
    """Let `other` be the same person as `survivor`, who keeps the name and answers for both.

    Either may be merged already: the people they stand for are merged. `take` names details
    (crm.people.customers.DETAILS)
    in which the survivor gives way to the other; what stood before is kept for the way back.

    Locks: one merging at a time (advisory), then both rows in ascending id. Two merges racing on the same people, in
    whatever direction, leave one pointer, and the second is refused. Recorded on the survivor (CustomersMerged).

    Raises:
        AlreadyOnePerson, PersonErased: nothing is changed.
    """
    let_one_at_a_time()
    survivor_pk, other_pk = _person_behind(survivor), _person_behind(other)
    if survivor_pk == other_pk:
        raise AlreadyOnePerson
    people = lock(survivor_pk, other_pk)
    survivor, other = people[survivor_pk], people[other_pk]
    if survivor.erased_at or other.erased_at:
        raise PersonErased
    replaced = _take(survivor, other, take)
    other.merged_into = survivor
    other.save(update_fields=["merged_into", "updated_at"])
    survivor.save(update_fields=[*replaced, "updated_at"])
    merge = Merge.objects.create(
        customer=other,
        survivor=survivor,
        evidence=list(evidence),
        replaced=replaced,
        merged_at=at,
        merged_by=by,
    )
    _tell(
        survivor,
        CustomersMerged(merged_id=other.pk, survivor_id=survivor.pk),
        f"merge:{merge.pk}",
        merge,
        by=by,
        at=at,
    )
    return merge


@transaction.atomic
def unmerge(merge: Merge, *, by: User | None, at: datetime) -> Merge:
    """Let the two be two people again, with whoever had been merged into either of them before.

    Everything recorded before the merge is where it was; what was recorded since stays with its id; a consent
    withdrawn since counts for both. Details that gave way come back, unless they were changed again. Locks as `merge`.
    Recorded on both (CustomersSeparated).

    Raises:
        NotMerged, PersonErased: nothing is changed.
    """
    let_one_at_a_time()
    standing = Merge.objects.select_for_update().get(pk=merge.pk)
    if standing.undone_at:
        raise NotMerged
    survivor_pk = _person_behind(Customer(pk=standing.customer_id))
    together = ids_by(survivor_pk)
    people = lock(*{survivor_pk, standing.survivor_id, standing.customer_id})
    survivor, other = people[standing.survivor_id], people[standing.customer_id]
    if any(person.erased_at for person in people.values()):
        raise PersonErased
    other.merged_into = None
    other.save(update_fields=["merged_into", "updated_at"])
    given_back = _give_back(survivor, standing.replaced)
    survivor.save(update_fields=[*given_back, "updated_at"])
    standing.undone_at, standing.undone_by = at, by
    standing.save(update_fields=["undone_at", "undone_by"])
    for person, another in ((people[survivor_pk], other), (other, people[survivor_pk])):
        fact = CustomersSeparated(other_id=another.pk)
        _tell(person, fact, f"unmerge:{standing.pk}:{person.pk}", standing, by=by, at=at)
    _let_withdrawals_count_for_both(people[survivor_pk], other, together, since=standing.merged_at, at=at)
    return standing


def _let_withdrawals_count_for_both(
    one: Customer, other: Customer, together: Sequence[int], *, since: datetime, at: datetime
) -> None:
    theirs = ids_by(other.pk)
    ours = [pk for pk in together if pk not in theirs]
    consenting.carry_withdrawals(to=other, said_by=ours, since=since, at=at)
    consenting.carry_withdrawals(to=one, said_by=theirs, since=since, at=at)


def let_one_at_a_time() -> None:
    """Until the transaction ends nobody else moves pointers, so that who is one person stays as it was read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGING])


def _person_behind(customer: Customer) -> int:
    """The survivor's id, whatever `customer` knew of itself when it was read."""
    return ids_by(customer.pk)[0]


def lock(*ids: int) -> dict[int, Customer]:
    """Their rows, FOR NO KEY UPDATE, in ascending id."""
    locked = Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {person.pk: person for person in locked}


def _take(survivor: Customer, other: Customer, names: Collection[str]) -> dict[str, Any]:
    """Let the survivor's details give way to the other's; what was and what became of it, as JSON keeps it."""
    if unknown := set(names) - set(DETAILS):
        raise TypeError(f"not a customer's details: {sorted(unknown)}")
    replaced = {}
    for name in names:
        before, after = getattr(survivor, name), getattr(other, name)
        if before != after:
            replaced[name] = {"before": _kept(before), "after": _kept(after)}
            setattr(survivor, name, after)
    return replaced


def _give_back(survivor: Customer, replaced: Mapping[str, Any]) -> list[str]:
    """Put back what gave way, where nobody has changed it since. Returns which details."""
    given_back = []
    for name, change in replaced.items():
        if _kept(getattr(survivor, name)) == change["after"]:
            setattr(survivor, name, _read(name, change["before"]))
            given_back.append(name)
    return given_back


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "birthday" and value else value


def _tell(
    person: Customer,
    fact: CustomersMerged | CustomersSeparated,
    event: str,
    merge: Merge,
    *,
    by: User | None,
    at: datetime,
) -> None:
    timeline.record(
        person,
        fact,
        source="agent" if by else "veren",
        source_id=event,
        occurred_at=at,
        recorded_at=at,
        actor=by,
        subject=merge,
    )
