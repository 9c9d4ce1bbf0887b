"""Shapes that several addresses of the programme share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.serializers import SerializerMethodField

from crm.api import fields
from crm.api.shapes import View
from crm.written_once import written_once
from loyalty.models import Member
from loyalty.points.spending import worth


class BalancesView(View):
    available = fields.WholeField(help_text="Can be spent now.")
    pending = fields.WholeField(help_text="Wait for the end of a return window.")
    held = fields.WholeField(help_text="Set aside for a purchase.")
    debt = fields.WholeField(help_text="Owed after a return: new points pay it first.")


class MemberView(View):
    id = fields.WholeField()
    customer = fields.WholeField(source="customer_id")
    programme = fields.TextField(source="programme.slug")
    joined_at = fields.MomentField()
    joined_through = fields.ChoiceField(choices=list(Member.Joined.values))
    left_at = fields.MomentField(allow_null=True)
    merged_into = fields.WholeField(
        source="merged_into_id", allow_null=True, help_text="The member that goes on."
    )
    balances = BalancesView(source="wallet")
    currency = fields.CurrencyField(source="programme.currency")
    worth = SerializerMethodField(help_text="What the points that can be spent would pay.")
    updated_at = fields.MomentField()

    def get_worth(self, member: Member) -> str:
        return f"{worth(member.programme, member.wallet.available):.2f}"


MEMBER_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "customer": 17,
    "programme": "main",
    "joined_at": "2026-03-02T12:00:00Z",
    "joined_through": "api",
    "left_at": None,
    "merged_into": None,
    "balances": {"available": 1284, "pending": 60, "held": 0, "debt": 0},
    "currency": "EUR",
    "worth": f"{Decimal('12.84')}",
    "updated_at": "2026-03-02T12:00:00Z",
}


def member_or_404(pk: int) -> Member:
    """The member with this id; of one who was merged, the one that goes on. Members belong to every shop."""
    found = _with_all(pk)
    while found and found[0].merged_into_id:
        found = _with_all(found[0].merged_into_id)
    if not found or found[0].customer.erased_at:
        raise Http404
    return found[0]


@written_once(int)
def _with_all(pk: int) -> QuerySet[Member]:
    return Member.objects.select_related("programme", "wallet", "customer", "merged_into").filter(pk=pk)
