"""The programme on a customer's page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.customer_page import Panel, Visit
from loyalty.models import Member, Programme
from loyalty.points import adjustment, statement
from loyalty.points.standing import Standing

LINES_SHOWN = 4


def points(visit: Visit) -> Panel | None:
    """Balances, what expires next, tier, the latest lines with their why; or the way to become a member."""
    if not visit.reader.has_perm("loyalty.view_member") or visit.customer.erased_at:
        return None
    members = Member.objects.filter(customer__in=visit.people).current()
    member = members.select_related("programme", "wallet", "customer").first()
    if member is None:
        return _way_in(visit)
    context = {
        "member": member,
        "standing": Standing(member, visit.at),
        "statement": statement.page(member.pk, size=LINES_SHOWN),
        "may_adjust": visit.reader.has_perm(adjustment.MAY_ASK),
    }
    return Panel(
        title=member.programme.name,
        template="loyalty/staff/_panel.html",
        context=context,
        url=reverse("loyalty:member", args=[member.pk]),
    )


def _way_in(visit: Visit) -> Panel | None:
    if not visit.reader.has_perm("loyalty.add_member"):
        return None
    programmes = list(Programme.objects.running(visit.at)[:5])
    if not programmes:
        return None
    return Panel(
        title=_("Loyalty programme"), template="loyalty/staff/_join.html", context={"programmes": programmes}
    )
