"""What a customer is worth, how far they came, whether they may stop buying, and why they come back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import FloatField

from crm.api import fields
from crm.api.customers import customer_or_404
from crm.api.shapes import View, show
from crm.api.views import ApiView, Operation
from crm.models import Customer, CustomerLoyalty, CustomerWorth, LoyaltyKind, RiskLevel
from crm.worth.categories import Category
from crm.worth.stages import Stage

REASONS = ("gone", "silent", "late", "slower", "few_expected", "returns")


class RiskReasonView(View):
    code = fields.ChoiceField(choices=REASONS)
    found = FloatField(help_text="What is found of this customer: days, days with purchases, or returns.")
    usual = FloatField(help_text="What it is held against.")


class LoyaltyKindsView(View):
    rational = fields.WholeField(help_text="For what is saved, of 100.")
    emotional = fields.WholeField(help_text="For liking it, of 100.")
    behavioural = fields.WholeField(help_text="Out of habit, of 100.")
    dominant = fields.ChoiceField(choices=LoyaltyKind.choices, allow_blank=True, help_text="Empty: none yet.")


class LearnedChannelView(View):
    channel = fields.TextField(help_text="Where they answer most of what is sent to them.")
    answered = fields.WholeField()
    sent = fields.WholeField()


class WorthView(View):
    as_of = fields.DayField(allow_null=True, help_text="Up to the end of this day; null: not counted yet.")
    counted_at = fields.MomentField(allow_null=True)
    category = fields.ChoiceField(choices=Category.choices, allow_blank=True)
    stage = fields.ChoiceField(choices=Stage.choices, allow_blank=True)
    stage_since = fields.DayField(allow_null=True)
    risk = fields.ChoiceField(choices=RiskLevel.choices, allow_blank=True)
    risk_reasons = RiskReasonView(many=True, source="reasons_told")
    recency = fields.WholeField(allow_null=True, help_text="From 1 to 5, as the next two.")
    frequency = fields.WholeField(allow_null=True)
    monetary = fields.WholeField(allow_null=True)
    orders = fields.WholeField()
    returns = fields.WholeField()
    purchase_days = fields.WholeField()
    currency = fields.TextField(allow_blank=True)
    net_revenue = fields.BalanceField(source="historic_value")
    margin = fields.BalanceField(
        allow_null=True, help_text="Where the company counts by it and the cost of everything is known."
    )
    expected_purchases = fields.AmountField(
        allow_null=True, places=4, help_text="Within the company's horizon; null: not to be foreseen."
    )
    expected_value = fields.AmountField(allow_null=True)
    learned_channel = LearnedChannelView(allow_null=True, source="learned")
    loyalty = LoyaltyKindsView(allow_null=True, source="kinds")


EXAMPLE = {
    "as_of": "2026-03-01",
    "counted_at": "2026-03-02T03:12:00Z",
    "category": "star",
    "stage": "loyal",
    "stage_since": "2025-11-20",
    "risk": "raised",
    "risk_reasons": [{"code": "late", "found": 25.0, "usual": 31.0}],
    "recency": 4,
    "frequency": 5,
    "monetary": 5,
    "orders": 7,
    "returns": 0,
    "purchase_days": 7,
    "currency": "EUR",
    "net_revenue": "412.80",
    "margin": None,
    "expected_purchases": "1.8234",
    "expected_value": "96.40",
    "learned_channel": {"channel": "telegram", "answered": 5, "sent": 6},
    "loyalty": {"rational": 11, "emotional": 64, "behavioural": 48, "dominant": "emotional"},
}


class Worth(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what a customer is worth",
            scope="customers:read",
            gives=WorthView,
            answer_example=EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(WorthView, _counted(customer_or_404(self.shop, pk))))


@dataclass(frozen=True)
class _Counted:
    """A row, with what the answer tells in another form. Of whoever is not counted yet, a row without anything."""

    row: CustomerWorth
    kinds: CustomerLoyalty | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def reasons_told(self) -> list[dict[str, Any]]:
        return [
            dict(zip(("code", "found", "usual"), reason, strict=True)) for reason in self.row.risk_reasons
        ]

    @property
    def learned(self) -> dict[str, Any] | None:
        if not self.row.learned_channel:
            return None
        return {
            "channel": self.row.learned_channel,
            "answered": self.row.learned_answered,
            "sent": self.row.learned_sent,
        }


def _counted(customer: Customer) -> _Counted:
    row = CustomerWorth.objects.filter(pk=customer.pk).first()
    kinds = CustomerLoyalty.objects.filter(pk=customer.pk).first()
    return _Counted(row or CustomerWorth(pk=customer.pk, historic_value=Decimal(0)), kinds)
