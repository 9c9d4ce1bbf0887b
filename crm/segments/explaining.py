"""Why she is in a segment, and why he is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm import company, rules
from crm.models import Customer, Segment, SegmentMember
from crm.people.same_person import ids_by
from crm.rules import Trace
from crm.segments.asking import ROOT


@dataclass(frozen=True, kw_only=True)
class Explained:
    """`since` as it stands in the segment; `trace` as it is now. The two differ until the customer is looked at."""

    customer: Customer
    since: datetime | None
    trace: Trace

    @property
    def will_move(self) -> bool:
        return self.trace.holds is not (self.since is not None)


def explain(segment: Segment, customer_pk: int, *, at: datetime) -> Explained | None:
    """By any id of the person; None: nobody has this number, or they were erased. In the reader's language."""
    ids = ids_by(customer_pk)
    customer = Customer.objects.filter(pk=ids[0], erased_at=None).first() if ids else None
    if customer is None:
        return None
    standing = SegmentMember.objects.filter(segment=segment, customer=customer)
    trace = rules.why(segment.conditions, ROOT, customer, at=at, clock=company.current().clock)
    return Explained(customer=customer, since=standing.values_list("since", flat=True).first(), trace=trace)
