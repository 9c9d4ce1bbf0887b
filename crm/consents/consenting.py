"""Consents are given and withdrawn, purpose by purpose, channel by channel; and whether we may is asked here.

No record is no consent to advertising. The ledger is append-only: a withdrawal is one more statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.consents.consent_state import Statement, Union, deciding
from crm.errors import Fault, PersonErased, Refusal
from crm.facts import ConsentGiven, ConsentWithdrawn
from crm.facts.consents import subject_of
from crm.models import Consent, Customer, Decision, Merge, Purpose, Shop, User
from crm.people.same_person import ids_of
from crm.purchases.ordering import check_plausible
from crm.timeline import Told


class ProcessingHasNoChannel(Refusal):
    code = "processing-has-no-channel"
    title = _("Consent to processing is given as such, not for a channel.")
    status = 422


OnRecord: TypeAlias = tuple[int, str, str, str, datetime]  # customer, then a `Said.statement`


@dataclass(frozen=True, kw_only=True)
class Said:
    """A statement that a file tells of."""

    purpose: str
    channel: str
    decision: str
    occurred_at: datetime
    proof: str = ""

    @property
    def statement(self) -> tuple[str, str, str, datetime]:
        return self.purpose, self.channel, self.decision, self.occurred_at


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What holds about one purpose and channel, and the statement that decided it."""

    purpose: str
    channel: str
    consent: Consent

    @property
    def decision(self) -> str:
        return self.consent.decision

    @property
    def is_given(self) -> bool:
        return self.consent.decision == Decision.GIVEN

    @property
    def subject(self) -> Promise | str:
        return subject_of(self.purpose, self.channel)


def give(customer: Customer, **told: Any) -> Consent:
    """Note that the person agreed. Takes what `record` takes, but the decision."""
    return record(customer, decision=Decision.GIVEN, **told)


def withdraw(customer: Customer, **told: Any) -> Consent:
    """Note that the person takes their consent back. An empty `channel` takes it back for every channel."""
    return record(customer, decision=Decision.WITHDRAWN, **told)


@transaction.atomic
def record(
    customer: Customer,
    *,
    decision: str,
    purpose: str,
    channel: str = "",
    source: str,
    occurred_at: datetime,
    at: datetime,
    text_version: str = "",
    proof: str = "",
    shop: Shop | None = None,
    actor: User | None = None,
    carried_from: Consent | None = None,
    is_history: bool = False,
) -> Consent:
    """Append one statement and its fact, once per (customer, purpose, channel, moment, decision, source).

    Locks the customer's row.

    Raises:
        ProcessingHasNoChannel, NotPlausible, PersonErased: nothing is recorded.
    """
    check_plausible(occurred_at, at=at, pointer="/occurred_at")
    if purpose == Purpose.PROCESSING and channel:
        raise ProcessingHasNoChannel(Fault(pointer="/channel", detail=_("Leave this empty.")))
    person = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if person.erased_at:
        raise PersonErased
    consent, is_new = Consent.objects.get_or_create(
        customer=person,
        purpose=purpose,
        channel=channel,
        decision=decision,
        occurred_at=occurred_at,
        source=source,
        defaults={
            "text_version": text_version,
            "proof": proof,
            "shop": shop,
            "actor": actor,
            "carried_from": carried_from,
            "recorded_at": at,
        },
    )
    if is_new:
        timeline.record(
            person,
            _fact_of(consent),
            source=source,
            source_id=f"consent:{consent.pk}",
            occurred_at=occurred_at,
            recorded_at=at,
            shop=shop,
            actor=actor,
            is_history=is_history,
        )
    return consent


# What anybody said who is the same person.
STATEMENTS = """
SELECT who.id, c.purpose, c.channel, c.decision, c.occurred_at
FROM unnest(%s::bigint[]) AS who(id)
CROSS JOIN LATERAL unnest(crm_same_person(who.id)) AS same(id)
JOIN crm_consent c ON c.customer_id = same.id
"""


def on_record(customers: Collection[int]) -> set[OnRecord]:
    """Every statement of these people, whoever told us of it. One query, none for nobody."""
    if not customers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS, [list(customers)])
        return set(cursor.fetchall())


def record_past(said: Sequence[tuple[int, Said]], *, source: str, shop: Shop, at: datetime) -> list[Told]:
    """Append many old statements at once; answers their facts, for the caller to record.

    Takes moments that were found plausible, statements that are not on record, and customers whose rows the caller has
    locked or just made. One that somebody recorded meanwhile is an IntegrityError.
    """
    consents = Consent.objects.bulk_create(
        Consent(
            customer_id=customer,
            purpose=one.purpose,
            channel=one.channel,
            decision=one.decision,
            occurred_at=one.occurred_at,
            proof=one.proof,
            source=source,
            shop=shop,
            recorded_at=at,
        )
        for customer, one in said
    )
    return [
        Told(
            fact=_fact_of(consent),
            customer_id=consent.customer_id,
            occurred_at=consent.occurred_at,
            recorded_at=at,
            source=source,
            source_id=f"consent:{consent.pk}",
            shop_id=shop.pk,
            is_history=True,
        )
        for consent in consents
    ]


def may(customer: Customer, *, purpose: str, channel: str = "") -> bool:
    """Whether the person, under any of their ids, has agreed to this, and not taken it back since.

    Asked before every sending. Who withdrew their consent to processing gets no advertising either. Two queries;
    one more for somebody who was merged.
    """
    return not customer.erased_at and _said_by(customer).allows(purpose, channel)


def allowed_channels(
    ids: Mapping[int, Collection[int]], *, purpose: str, channels: Collection[str]
) -> dict[int, set[str]]:
    """As `may`, of each of these people (by all their ids) and each of the channels. Two queries for all of them."""
    person_of = {pk: person for person, known in ids.items() for pk in known}
    said: dict[int, list[Consent]] = defaultdict(list)
    unions: dict[int, list[Union]] = defaultdict(list)
    for consent in Consent.objects.filter(customer__in=person_of).order_by("pk"):
        said[person_of[consent.customer_id]].append(consent)
    for merge in Merge.objects.filter(customer__in=person_of, undone_at=None):
        unions[person_of[merge.customer_id]].append(_union(merge))
    return {
        person: {one for one in channels if _Said(said[person], unions[person]).allows(purpose, one)}
        for person in ids
    }


def standings(customer: Customer) -> list[Standing]:
    """What holds about each purpose and channel that the person ever spoke of. As many queries as `may`."""
    said = _said_by(customer)
    subjects = sorted({(one.purpose, one.channel) for one in said.consents}, key=_processing_first)
    found = [(purpose, channel, said.holds(purpose, channel)) for purpose, channel in subjects]
    return [
        Standing(purpose=purpose, channel=channel, consent=consent)
        for purpose, channel, consent in found
        if consent
    ]


def carry_withdrawals(*, to: Customer, said_by: Sequence[int], since: datetime, at: datetime) -> None:
    """Let what was withdrawn while people were taken for one count for this one too, now that they are two.

    Nobody knows which of them said so; of a consent given meanwhile only the customer it was recorded on has it.
    """
    withdrawn = Consent.objects.filter(
        customer__in=said_by, decision=Decision.WITHDRAWN, recorded_at__gte=since
    )
    for consent in withdrawn.order_by("occurred_at", "pk"):
        record(
            to,
            decision=Decision.WITHDRAWN,
            purpose=consent.purpose,
            channel=consent.channel,
            source=consent.source,
            occurred_at=consent.occurred_at,
            at=at,
            text_version=consent.text_version,
            carried_from=consent,
        )


@dataclass(frozen=True)
class _Said:
    consents: Sequence[Consent]
    unions: Sequence[Union]

    def holds(self, purpose: str, channel: str) -> Consent | None:
        """The statement that decides; one about every channel is about this one too."""
        about = [one for one in self.consents if one.purpose == purpose and one.channel in ("", channel)]
        found = deciding([_statement(one) for one in about], self.unions)
        return found.record if found else None

    def allows(self, purpose: str, channel: str) -> bool:
        if purpose != Purpose.PROCESSING and _is(self.holds(Purpose.PROCESSING, ""), Decision.WITHDRAWN):
            return False
        return _is(self.holds(purpose, channel), Decision.GIVEN)


def _said_by(customer: Customer) -> _Said:
    ids = ids_of(customer)
    consents = list(Consent.objects.filter(customer__in=ids).select_related("shop").order_by("pk"))
    if len(ids) == 1 or not consents:
        return _Said(consents, ())
    merges = Merge.objects.filter(customer__in=ids, undone_at=None)
    return _Said(consents, [_union(one) for one in merges])


def _union(merge: Merge) -> Union:
    return Union(merge.survivor_id, merge.customer_id, merge.merged_at)


def _statement(consent: Consent) -> Statement:
    return Statement(
        consent.customer_id, consent.decision == Decision.GIVEN, consent.occurred_at, record=consent
    )


def _fact_of(consent: Consent) -> ConsentGiven | ConsentWithdrawn:
    if consent.decision == Decision.GIVEN:
        return ConsentGiven(
            purpose=consent.purpose, channel=consent.channel, text_version=consent.text_version
        )
    return ConsentWithdrawn(purpose=consent.purpose, channel=consent.channel)


def _is(consent: Consent | None, decision: str) -> bool:
    return consent is not None and consent.decision == decision


def _processing_first(subject: tuple[str, str]) -> tuple[bool, str]:
    purpose, channel = subject
    return purpose != Purpose.PROCESSING, channel
