"""Something done for many at once, as a shop's systems prepare it: somebody of ours always agrees to its start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import PageQuery, Request, TryQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.campaigns import drafting, foreseeing, measuring, running, starting
from crm.campaigns.drafting import FEWEST_DAYS, MOST_DAYS, USUAL_DAYS, USUAL_HOLD_OUT, Told
from crm.campaigns.errors import CampaignIsOver, NobodyInIt, NotADraft, TooLongToFind, UnfinishedCampaign
from crm.campaigns.kinds import UnknownKind
from crm.campaigns.results import Result, Standing
from crm.campaigns.spending import Spent
from crm.errors import Fault
from crm.measures.intervals import Difference
from crm.models import Campaign, Segment
from crm.rules import UnusableConditions
from crm.segments.errors import SegmentNotFilled

STARTED, CANCELLED = "started", "cancelled"


class CampaignRequest(Request):
    name = fields.TextField(max_length=drafting.LONGEST_NAME)
    kind = fields.SlugField(max_length=20, help_text="What is done: task, message, points, coupon.")
    terms = fields.ObjectField(help_text="What that kind asks for, such as `points`.")
    segment = fields.WholeField(required=False, help_text="One that colleagues share. Or `conditions`.")
    conditions = fields.ObjectField(
        required=False, help_text="A tree in the language of conditions, about customers."
    )
    hold_out = fields.AmountField(
        required=False, default=USUAL_HOLD_OUT, help_text="The share that the lot leaves out, up to a half."
    )
    why_no_hold_out = fields.TextField(
        required=False, allow_blank=True, default="", max_length=drafting.LONGEST_REASON
    )
    horizon_days = fields.WholeField(
        required=False, default=USUAL_DAYS, min_value=FEWEST_DAYS, max_value=MOST_DAYS
    )
    budget_amount = fields.AmountField(required=False, help_text="In the company's currency.")


class CampaignEventRequest(Request):
    event = fields.ChoiceField(choices=[STARTED, CANCELLED])


class DifferenceView(View):
    value = fields.BalanceField()
    low = fields.BalanceField(help_text="Of the 95 % interval.")
    high = fields.BalanceField()


class SideView(View):
    people = fields.WholeField()
    buyers = fields.WholeField()
    revenue = fields.BalanceField()


class CampaignResultView(View):
    """Differences are told only where something may be concluded."""

    standing = fields.ChoiceField(choices=[one.value for one in Standing])
    treated = SideView()
    held_out = SideView()
    bought = DifferenceView(allow_null=True, help_text="Of the shares of buyers.")
    revenue = DifferenceView(allow_null=True, help_text="Of the revenue a person.")


class ForesightView(View):
    people = fields.WholeField()
    held_out = fields.WholeField()
    looked_at = fields.WholeField(help_text="Of those who would be treated.")
    unreachable = fields.ObjectField(help_text="Reason: how many of those who were looked at.")
    cost_at_most = fields.AmountField(allow_null=True, help_text="Null: nothing bounds it.")
    currency = fields.CurrencyField()


class CampaignProgressView(View):
    done = fields.WholeField()
    skipped = fields.WholeField()
    left = fields.WholeField()
    held_out = fields.WholeField()


class CampaignView(View):
    id = fields.WholeField(allow_null=True, help_text="Null when it was only tried.")
    name = fields.TextField()
    kind = fields.SlugField()
    state = fields.ChoiceField(choices=list(Campaign.State.values))
    started_at = fields.MomentField(allow_null=True)
    measured_at = fields.MomentField(allow_null=True, help_text="Since then the result stands.")


class WholeCampaignView(CampaignView):
    foreseen = ForesightView(allow_null=True, help_text="Before it starts.")
    progress = CampaignProgressView(allow_null=True, help_text="Once it has started.")
    result = CampaignResultView(allow_null=True, help_text="Once both sides were counted.")


class CampaignsQuery(PageQuery):
    state = fields.ChoiceField(choices=list(Campaign.State.values), required=False)


class CampaignFilter(FilterSet):  # type: ignore[misc]
    class Meta:
        model = Campaign
        fields = ("state",)


EXAMPLE = {
    "name": "Silent stars in spring",
    "kind": "points",
    "terms": {"points": 100},
    "segment": 4,
    "hold_out": "0.1",
}
LISTED_EXAMPLE = {
    "id": 7,
    "name": "Silent stars in spring",
    "kind": "points",
    "state": "draft",
    "started_at": None,
    "measured_at": None,
}
ANSWER_EXAMPLE = {
    **LISTED_EXAMPLE,
    "foreseen": {
        "people": 318,
        "held_out": 30,
        "looked_at": 288,
        "unreachable": {"no-account": 12},
        "cost_at_most": "288.00",
        "currency": "EUR",
    },
    "progress": None,
    "result": None,
}
REFUSALS = (UnfinishedCampaign, UnknownKind, UnusableConditions, TooLongToFind)


class Campaigns(ApiView):
    operations = {
        "GET": Operation(
            summary="List campaigns",
            scope="campaigns:read",
            asks=CampaignsQuery,
            gives=page_of(CampaignView),
            answer_example={"items": [LISTED_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Draft a campaign and see what it would do; nothing happens to anybody yet",
            scope="campaigns:write",
            asks=TryQuery,
            takes=CampaignRequest,
            gives=WholeCampaignView,
            status=201,
            refusals=REFUSALS,
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        chosen = CampaignFilter({"state": self.asked.get("state")}, Campaign.objects.all())
        return self.page(chosen.qs, CampaignView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()

        def draft(at: datetime) -> Any:
            campaign = drafting.draft(_told(told), by=None, at=at)
            return {**_shown(campaign, at=at), **({"id": None} if self.is_tried else {})}

        return self.once_or_tried(draft)


class OneCampaign(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a campaign: what it would do, how far it is, what came of it",
            scope="campaigns:read",
            gives=WholeCampaignView,
            refusals=(TooLongToFind,),
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(_campaign(pk), at=timezone.now()))


class CampaignEvents(ApiView):
    operations = {
        "POST": Operation(
            summary="Ask for the start of a campaign, which a colleague then approves; or cancel it",
            scope="campaigns:write",
            takes=CampaignEventRequest,
            gives=CampaignView,
            refusals=(*REFUSALS, NotADraft, NobodyInIt, SegmentNotFilled, CampaignIsOver),
            example={"event": STARTED},
            answer_example={**LISTED_EXAMPLE, "state": "waiting"},
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        event, campaign = self.read_body()["event"], _campaign(pk)

        def happen(at: datetime) -> Any:
            if event == CANCELLED:
                return show(CampaignView, running.cancel(campaign, by=None, at=at))
            return show(CampaignView, starting.ask(campaign, by=None, at=at))

        return self.once(happen)


def _told(told: Mapping[str, Any]) -> Told:
    """Raises UnfinishedCampaign: nobody shares such a segment."""
    segment = None
    if (pk := told.get("segment")) is not None:
        segment = Segment.objects.kept().filter(pk=pk, shared_at__isnull=False).first()
        if segment is None:
            raise UnfinishedCampaign(Fault(pointer="/segment", detail=_("There is no such segment.")))
    return Told(
        name=told["name"],
        kind=told["kind"],
        terms=told["terms"],
        segment=segment,
        conditions=told.get("conditions"),
        hold_out=Decimal(told["hold_out"]),
        why_no_hold_out=told["why_no_hold_out"],
        horizon_days=told["horizon_days"],
        budget_amount=told.get("budget_amount"),
    )


def _campaign(pk: int) -> Campaign:
    found = Campaign.objects.select_related("segment", "snapshot").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _shown(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    has_begun = campaign.started_at is not None
    told = {
        **{name: getattr(campaign, name) for name in ("name", "kind", "state", "started_at", "measured_at")},
        "id": campaign.pk,
        "foreseen": None if has_begun else _foreseen(campaign, at=at),
        "progress": running.progress(campaign) if has_begun else None,
        "result": _result(measuring.result_of(campaign)) if campaign.counted_at else None,
    }
    return show(WholeCampaignView, told)


def _foreseen(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    seen = foreseeing.foresee(campaign, at=at)
    return {
        "people": seen.people,
        "held_out": seen.held_out,
        "looked_at": seen.looked_at,
        "unreachable": dict(seen.counted),
        "cost_at_most": seen.worst,
        "currency": campaign.currency,
    }


def _result(its: Result) -> dict[str, Any]:
    return {
        "standing": its.standing.value,
        "treated": _side(its.treated),
        "held_out": _side(its.held_out),
        "bought": _difference(its.bought, places=4),
        "revenue": _difference(its.revenue, places=2),
    }


def _side(its: Spent) -> dict[str, Any]:
    return {"people": its.people, "buyers": its.buyers, "revenue": its.revenue}


def _difference(found: Difference | None, *, places: int) -> dict[str, Decimal] | None:
    if found is None:
        return None
    told = {"value": found.value, "low": found.interval.low, "high": found.interval.high}
    return {name: Decimal(f"{value:.{places}f}") for name, value in told.items()}
