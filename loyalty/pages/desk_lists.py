"""What needs somebody in the programme now, on the desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.colleagues import own_shops
from crm.colleagues.desk import ROWS, DeskList, Morning, Row
from crm.words.wording import MINUS, near, number
from loyalty.models import AdjustmentRequest, JoiningRequest
from loyalty.points import adjustment


def approvals(morning: Morning) -> DeskList | None:
    """Adjustments that wait for a second person; those that the reader asked for wait for another."""
    if not morning.reader.has_perm(adjustment.MAY_DECIDE):
        return None
    waiting = AdjustmentRequest.objects.filter(decision="", expires_at__gt=morning.at)
    others = waiting.exclude(requested_by=morning.reader).select_related("member__customer")
    found = others.order_by("expires_at", "pk")[: ROWS + 1]
    rows = [
        Row(
            text=str(asked.member.customer),
            url=reverse("loyalty:approvals"),
            more=asked.reason,
            end=f"{MINUS if asked.points < 0 else '+'}{number(abs(asked.points))}",
        )
        for asked in found
    ]
    if not rows:
        return None
    return DeskList(
        title=_("Adjustments of points that wait for you"),
        icon="star",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=reverse("loyalty:approvals"),
        empty="",
    )


def waiting_at_the_till(morning: Morning) -> DeskList | None:
    """Who joins with a phone at a counter of the reader's."""
    if not morning.reader.has_perm("loyalty.change_joiningrequest"):
        return None
    waiting = JoiningRequest.objects.filter(asks_the_cashier=True, member=None, expires_at__gt=morning.at)
    seen = own_shops.seen_by(morning.reader, waiting.select_related("shop"))
    rows = [
        Row(
            text=_("No. %(number)s, %(name)s") % {"number": asked.pk, "name": asked.given_name},
            url=reverse("loyalty:waiting"),
            more=str(asked.shop),
            end=near(asked.asked_at, morning.at),
        )
        for asked in seen.order_by("-pk")[: ROWS + 1]
    ]
    if not rows:
        return None
    return DeskList(
        title=_("Waiting at the till"),
        icon="users",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=reverse("loyalty:waiting"),
        empty="",
    )
