"""On a customer's page: the segments they are in, since when, and a way to the why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.customer_page import Panel, Visit
from crm.models import Segment, SegmentMember

SHOWN = 12


def segments(visit: Visit) -> Panel | None:
    """Those that the reader may see, the latest first."""
    if visit.customer.erased_at or not visit.reader.has_perm("crm.view_segment"):
        return None
    seen = Segment.objects.kept().seen_by(visit.reader)
    standing = SegmentMember.objects.filter(customer__in=visit.people, segment__in=seen)
    found = list(standing.select_related("segment").order_by("-since", "-pk")[: SHOWN + 1])
    if not found:
        return None
    context = {"standing": found[:SHOWN], "more": len(found) > SHOWN, "customer": visit.customer}
    return Panel(title=_("Segments"), template="crm/customer/_segments.html", context=context)
