"""Recommendations: a member's code, and who came by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.shapes import NumberParameter, PageQuery, Request, TryQuery, View, page_of, show
from crm.api.views import Operation
from loyalty.api.members_named import member_named
from loyalty.api.spending import PointsView
from loyalty.errors import UnknownMember
from loyalty.members import referring
from loyalty.models import Referral

STATES = ["waiting_for_first_order", "in_return_window", "paid", "refused"]


class ReferralsQuery(PageQuery):
    referrer = NumberParameter(required=False, help_text="Only those whom this member recommended us to.")


class ReferralRequest(Request):
    code = fields.TextField(max_length=40, help_text="Of the member who recommended you.")
    friend = fields.WholeField(help_text="The new member.")


class ReferralView(View):
    id = fields.WholeField()
    referrer = fields.WholeField(source="referrer_id")
    friend = fields.WholeField(source="friend_id")
    referrer_points = fields.WholeField()
    friend_points = fields.WholeField()
    state = fields.ChoiceField(choices=STATES)
    referred_at = fields.MomentField()
    due_at = fields.MomentField(allow_null=True, help_text="When the return window of the first order ends.")
    paid_at = fields.MomentField(allow_null=True)
    refused_at = fields.MomentField(allow_null=True)
    reason = fields.ChoiceField(
        choices=list(Referral.Reason.values), allow_blank=True, help_text="Why it was refused."
    )


class ReferralCodeRequest(Request):
    member = fields.WholeField()


class ReferralCodeView(View):
    member = fields.WholeField(source="member_id")
    code = fields.TextField()
    link = fields.TextField(help_text="Where friends join with this code.")


EXAMPLE = {
    "id": 4,
    "referrer": 7,
    "friend": 11,
    "referrer_points": 300,
    "friend_points": 200,
    "state": "in_return_window",
    "referred_at": "2026-03-02T12:00:00Z",
    "due_at": "2026-03-18T09:00:00Z",
    "paid_at": None,
    "refused_at": None,
    "reason": "",
}


class Referrals(PointsView):
    operations = {
        "GET": Operation(
            summary="List referrals",
            scope="rewards:read",
            asks=ReferralsQuery,
            gives=page_of(ReferralView),
            refusals=(UnknownMember,),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Note on whose recommendation a member came",
            scope="rewards:write",
            asks=TryQuery,
            takes=ReferralRequest,
            gives=ReferralView,
            status=201,
            refusals=(
                UnknownMember,
                referring.UnknownReferralCode,
                referring.ReferralsNotOffered,
                referring.ReferralOfOneself,
                referring.ReferredAlready,
                referring.NotANewcomer,
            ),
            example={"code": "7KQM2XWF", "friend": 11},
            answer_example=EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = Referral.objects.all()
        if "referrer" in self.asked:
            found = found.filter(referrer=member_named(self.asked["referrer"]))
        return self.page(found, ReferralView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()

        def refer(at: datetime) -> dict[str, Any]:
            friend = member_named(told["friend"])
            made = referring.refer(friend, code=told["code"], at=at, source=self.key.source)
            return show(ReferralView, made)

        return self.once_or_tried(refer)


class ReferralCodes(PointsView):
    operations = {
        "POST": Operation(
            summary="Ask for a member's code and link; both stay the same",
            scope="rewards:write",
            takes=ReferralCodeRequest,
            gives=ReferralCodeView,
            status=201,
            refusals=(UnknownMember,),
            example={"member": 7},
            answer_example={
                "member": 7,
                "code": "7KQM2XWF",
                "link": "https://crm.example.com/join/?by=7KQM2XWF",
            },
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: self._code(told["member"], at))

    def _code(self, member_pk: int, at: datetime) -> dict[str, Any]:
        made = referring.code_of(member_named(member_pk), at=at)
        page = self.request.build_absolute_uri(reverse("join"))
        return show(
            ReferralCodeView,
            {
                "member_id": made.member_id,
                "code": made.code,
                "link": f"{page}?{urlencode({'by': made.code})}",
            },
        )
