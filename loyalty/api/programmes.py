"""What the company promises: its programmes, with their tiers. They belong to the company: every shop sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.paging import page
from crm.api.shapes import PageQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from loyalty import effects
from loyalty.models import Programme, Tier


class ProgrammeTierView(View):
    slug = fields.TextField()
    track = fields.TextField(help_text="The ladder; most programmes have one, called main.")
    name = fields.TextField()
    level = fields.WholeField()
    figure = fields.ChoiceField(choices=Tier.Figure.values, help_text="What counts.")
    threshold = fields.AmountField(whole_digits=12, help_text="How much of it is needed.")
    months = fields.WholeField(help_text="Over how many months it is counted.")
    period = fields.ChoiceField(choices=Tier.Period.values)


class RuleView(View):
    name = fields.TextField()
    effect = fields.ChoiceField(choices=list(effects.EFFECTS))
    gives = fields.TextField(help_text="In the language that was asked for.")
    valid_from = fields.MomentField(allow_null=True)
    valid_until = fields.MomentField(allow_null=True)


class ProgrammeView(View):
    slug = fields.TextField()
    name = fields.TextField()
    currency = fields.CurrencyField()
    points_names = fields.ObjectField(help_text="By language; empty: points.")
    point_value = fields.AmountField(places=4, help_text="How much of the currency one point pays.")
    joining = fields.ChoiceField(choices=Programme.Joining.values)
    pending_days = fields.WholeField()
    expiry = fields.ChoiceField(choices=Programme.Expiry.values)
    expiry_months = fields.WholeField()
    largest_share_percent = fields.WholeField(help_text="Of a purchase, that points may pay.")
    smallest_balance_points = fields.WholeField(help_text="Needed to start spending.")
    points_pay_delivery = fields.FlagField()
    earn_on_points_part = fields.FlagField(help_text="Whether what points paid earns points.")
    hold_minutes = fields.WholeField()
    started_at = fields.MomentField()
    closed_at = fields.MomentField(allow_null=True)
    tiers = ProgrammeTierView(many=True)
    rules = RuleView(many=True)


FIELDS = [str(name) for name in ProgrammeView().fields if str(name) not in ("tiers", "rules")]
EXAMPLE = {
    "slug": "main",
    "name": "Липа",
    "currency": "EUR",
    "points_names": {},
    "point_value": "0.0100",
    "joining": "asked",
    "pending_days": 14,
    "expiry": "after_earning",
    "expiry_months": 12,
    "largest_share_percent": 50,
    "smallest_balance_points": 0,
    "points_pay_delivery": False,
    "earn_on_points_part": False,
    "hold_minutes": 30,
    "started_at": "2026-01-01T00:00:00Z",
    "closed_at": None,
    "tiers": [
        {
            "slug": "silver",
            "track": "main",
            "name": "Silver",
            "level": 2,
            "figure": "spend",
            "threshold": "1000.00",
            "months": 12,
            "period": "rolling",
        }
    ],
    "rules": [
        {
            "name": "A point for each euro",
            "effect": "per_amount",
            "gives": "Points: 1 for each 1.00.",
            "valid_from": None,
            "valid_until": None,
        }
    ],
}


class Programmes(ApiView):
    operations = {
        "GET": Operation(
            summary="List the loyalty programmes",
            scope="programmes:read",
            asks=PageQuery,
            gives=page_of(ProgrammeView),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        shown, next_cursor = page(
            whole_programmes(), cursor=self.asked.get("cursor"), limit=self.asked["limit"], by="pk"
        )
        items = [show(ProgrammeView, programme_told(programme)) for programme in shown]
        return Response({"items": items, "next_cursor": next_cursor})


def whole_programmes() -> QuerySet[Programme]:
    return Programme.objects.prefetch_related("tiers", "rules__active_version")


def programme_told(programme: Programme) -> dict[str, Any]:
    told = {name: getattr(programme, name) for name in FIELDS}
    tiers = sorted(programme.tiers.all(), key=lambda tier: (tier.track, tier.level))
    rules = sorted(programme.rules.all(), key=lambda rule: rule.pk)
    return {**told, "tiers": tiers, "rules": [_rule(rule) for rule in rules if rule.active_version]}


def _rule(rule: Any) -> dict[str, Any]:
    version = rule.active_version
    return {
        "name": rule.name,
        "effect": version.effect,
        "gives": effects.read(version.effect, version.effect_settings).aloud(),
        "valid_from": version.valid_from,
        "valid_until": version.valid_until,
    }
