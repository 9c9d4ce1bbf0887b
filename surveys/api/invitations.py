"""Who is asked: a shop asks one person or many, hears who was not and why, and prints links on its receipts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.bulk import Bulk, operations_of
from crm.api.events import CustomerReference, referred_to
from crm.api.shapes import NumberParameter, PageQuery, Query, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import Fault, UnknownCustomer, UnknownOrder
from crm.models import Order, Shop
from crm.people.same_person import ids_by
from surveys.answers import links
from surveys.api.responses import UnknownSurvey
from surveys.asking.inviting import invite
from surveys.models import Invitation, Skip, Survey, SurveyVersion

ASKED, SKIPPED = "asked", "skipped"


class InvitationRequest(Request):
    survey = fields.SlugField(max_length=50, help_text="Its short name.")
    external_id = fields.TextField(
        max_length=64, help_text="What you ask about, in your system: for the same one nobody is asked twice."
    )
    customer = CustomerReference()
    order = fields.WholeField(
        required=False, allow_null=True, default=None, help_text="Which order of yours it is about, if any."
    )


class InvitationView(View):
    id = fields.WholeField(allow_null=True, help_text="Nothing, where nobody was asked.")
    state = fields.ChoiceField(choices=[ASKED, SKIPPED])
    why_not = fields.ChoiceField(choices=["", *Skip.Reason.values], help_text="Of somebody who was skipped.")
    survey = fields.TextField()
    customer = fields.WholeField()
    channel = fields.TextField(allow_blank=True)
    asked_at = fields.MomentField(allow_null=True)
    expires_at = fields.MomentField(allow_null=True)
    is_answered = fields.FlagField()
    url = fields.TextField(allow_blank=True, help_text="Theirs alone: whoever opens it answers for them.")

    def to_representation(self, instance: Invitation | Skip) -> Any:
        told = _skipped(instance) if isinstance(instance, Skip) else _asked(instance)
        return super().to_representation(told)


class InvitationsQuery(PageQuery):
    survey = fields.SlugField(required=False, max_length=50)
    customer = NumberParameter(
        required=False, help_text="Of this person, under whichever number they were known."
    )


class LinkQuery(Query):
    order = NumberParameter(
        required=False, help_text="For the receipt of this order; without it, for anybody."
    )


class LinkView(View):
    url = fields.TextField(
        help_text="To stand on a receipt, on a poster or on your site, as words or as a code."
    )


EXAMPLE = {"survey": "delivery", "external_id": "parcel-77", "customer": {"id": 17}, "order": 301}
ANSWER_EXAMPLE = {
    "id": 88,
    "state": "asked",
    "why_not": "",
    "survey": "delivery",
    "customer": 17,
    "channel": "email",
    "asked_at": "2026-03-02T12:00:00Z",
    "expires_at": "2026-03-16T12:00:00Z",
    "is_answered": False,
    "url": "https://crm.example.com/s/i2g.Qb7c9k2mXw/",
}


class Invitations(ApiView):
    operations = {
        "GET": Operation(
            summary="List who was asked",
            scope="invitations:read",
            asks=InvitationsQuery,
            gives=page_of(InvitationView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Ask somebody, unless they were asked lately or want no surveys",
            scope="invitations:write",
            takes=InvitationRequest,
            gives=InvitationView,
            status=201,
            refusals=(UnknownSurvey, UnknownCustomer, UnknownOrder),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = _readable(self)
        if survey := self.asked.get("survey"):
            found = found.filter(version__survey__slug=survey)
        if customer := self.asked.get("customer"):
            found = found.filter(customer__in=ids_by(customer))
        return self.page(found, InvitationView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: invite_told(told, shop=self.shop, source=self.key.source, at=at))


class OneInvitation(ApiView):
    operations = {
        "GET": Operation(
            summary="Read who was asked, and whether they answered",
            scope="invitations:read",
            gives=InvitationView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(InvitationView, get_object_or_404(_readable(self), pk=pk)))


class BulkInvitations(Bulk):
    kind = "invitations"
    operations = operations_of(kind, EXAMPLE)


class SurveyLink(ApiView):
    operations = {
        "GET": Operation(
            summary="Read the link for a receipt, or for a page of your shop",
            scope="surveys:read",
            asks=LinkQuery,
            gives=LinkView,
            answer_example={"url": "https://crm.example.com/s/r2g.8d.Qb7c9k2mXw/"},
        ),
    }

    def get(self, request: ApiRequest, slug: str) -> Response:
        surveys = Survey.objects.in_use(timezone.now()).exclude(budget=Survey.Budget.STAFF)
        survey = get_object_or_404(surveys, slug=slug)
        if order_pk := self.asked.get("order"):
            order = get_object_or_404(Order, shop=self.shop, pk=order_pk)
            token = links.receipt_token(survey, order)
        else:
            token = links.open_token(survey, self.shop)
        return Response(show(LinkView, {"url": links.address_by(token)}))


def invite_told(told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any:
    """What an InvitationRequest asks for; an InvitationView of it.

    Raises:
        UnknownSurvey, UnknownCustomer, UnknownOrder.
    """
    versions = SurveyVersion.objects.filter(state=SurveyVersion.State.PUBLISHED, survey__slug=told["survey"])
    version = versions.exclude(survey__budget=Survey.Budget.STAFF).select_related("survey").first()
    if version is None:
        raise UnknownSurvey(Fault(pointer="/survey", detail=UnknownSurvey.title))
    done = invite(
        version,
        customer=referred_to(told["customer"], shop),
        source=source,
        source_id=told["external_id"],
        at=at,
        about=_order(told["order"], shop) if told["order"] else None,
        shop=shop,
    )
    return show(InvitationView, done)


def _order(pk: int, shop: Shop) -> Order:
    """Raises UnknownOrder."""
    order = Order.objects.filter(pk=pk, shop=shop).first()
    if order is None:
        raise UnknownOrder(Fault(pointer="/order", detail=UnknownOrder.title))
    return order


def _readable(view: ApiView) -> QuerySet[Invitation]:
    """Of this shop, or of no shop alone."""
    ours = Invitation.objects.filter(Q(shop=view.shop) | Q(shop=None))
    return ours.select_related("version__survey")


def _asked(invitation: Invitation) -> Mapping[str, Any]:
    return {
        "id": invitation.pk,
        "state": ASKED,
        "why_not": "",
        "survey": invitation.version.survey.slug,
        "customer": invitation.customer_id,
        "channel": invitation.channel,
        "asked_at": invitation.asked_at,
        "expires_at": invitation.expires_at,
        "is_answered": invitation.answered_at is not None,
        "url": links.address_of(invitation),
    }


def _skipped(skip: Skip) -> Mapping[str, Any]:
    return {
        "id": None,
        "state": SKIPPED,
        "why_not": skip.reason,
        "survey": skip.survey.slug,
        "customer": skip.customer_id,
        "channel": "",
        "asked_at": None,
        "expires_at": None,
        "is_answered": False,
        "url": "",
    }
