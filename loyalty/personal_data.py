"""What the programme keeps about a person. Ids, points and times stay after erasure; what colleagues typed goes."""

from django.utils.translation import gettext_lazy as _

from crm.personal_data import Erasing, Holding
from loyalty.models import AdjustmentRequest, Member, Transaction


def _forget_reasons(erasing: Erasing) -> None:
    AdjustmentRequest.objects.filter(member__customer_id__in=erasing.ids).update(reason="", decision_note="")


MEMBERS = Holding(
    name="memberships",
    title=_("Loyalty programmes"),
    model=Member,
    rows=lambda ids: Member.objects.filter(customer_id__in=ids),
    tells=("programme__name", "joined_at", "joined_through", "left_at"),
)
POINTS = Holding(
    name="points",
    title=_("Points"),
    model=Transaction,
    rows=lambda ids: Transaction.objects.filter(wallet__member__customer_id__in=ids),
    tells=("kind", "points", "occurred_at", "order__number"),
)
ADJUSTMENTS = Holding(
    name="point_adjustments",
    title=_("Adjustments of points"),
    model=AdjustmentRequest,
    rows=lambda ids: AdjustmentRequest.objects.filter(member__customer_id__in=ids),
    tells=("points", "reason", "requested_at", "decision"),
    erase=_forget_reasons,
)
HOLDINGS = (MEMBERS, POINTS, ADJUSTMENTS)
