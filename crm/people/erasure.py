"""A person is forgotten: one action, with its reason on record. What cannot be undone is done in one transaction.

The customer stays as a tombstone without a name; orders keep numbers, amounts and times for the books; facts lose
their personal fields. Digests of the identities keep the person from being brought back unasked
(crm.people.suppression).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import personal_data, timeline
from crm.errors import Refusal
from crm.facts import CustomerErased
from crm.facts.one_person import ERASURE_REASONS
from crm.models import Customer, Identity, TimelineEntry, User
from crm.people import suppression
from crm.people.merging import let_one_at_a_time, lock
from crm.people.same_person import ids_by
from crm.personal_data import Erasing

LONGEST_REFERENCE = 60


class ErasureNeedsAReason(Refusal):
    code = "erasure-needs-a-reason"
    title = _("Say why the person is erased: one of the reasons that the law knows.")
    status = 422


@transaction.atomic
def erase(
    customer: Customer, *, reason: str, by: User | None, at: datetime, reference: str = ""
) -> TimelineEntry | None:
    """Forget everything personal about this person, under all their ids. It cannot be undone.

    `reason` is one of ERASURE_REASONS; `reference` the number of a letter or a request, never a name. Erasing again
    empties what has been told since (a parcel on its way, say) and records nothing: None.

    Locks: merging waits (advisory), then the person's rows in ascending id. Recorded as CustomerErased.

    Raises:
        ErasureNeedsAReason: nothing is erased.
    """
    if reason not in ERASURE_REASONS:
        raise ErasureNeedsAReason
    let_one_at_a_time()
    ids = ids_by(customer.pk)
    person = lock(*ids)[ids[0]]
    erasing = Erasing(ids=ids, traces=personal_data.traces_of(ids), at=at)
    known_by = Identity.objects.filter(customer__in=ids)
    suppression.suppress(known_by.values_list("kind", "namespace", "value"), at=at)
    for holding in personal_data.holdings():
        if holding.erase:
            holding.erase(erasing)
    if person.erased_at:
        return None
    return timeline.record(
        person,
        CustomerErased(reason=reason, reference=reference[:LONGEST_REFERENCE]),
        source="agent" if by else "veren",
        source_id=f"erasure:{person.pk}",
        occurred_at=at,
        recorded_at=at,
        actor=by,
        subject=person,
        language="en",
    )
