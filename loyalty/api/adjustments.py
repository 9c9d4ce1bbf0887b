"""Points that a shop's system asks to be given or taken: a colleague decides, in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.errors import NoSuchThing
from crm.api.shapes import Request, TryQuery, View, show
from crm.api.views import Operation
from loyalty.api.members_named import member_named
from loyalty.api.spending import MOST_POINTS, PointsView
from loyalty.errors import UnknownMember
from loyalty.models import AdjustmentRequest
from loyalty.points import adjustment

STATES = ["waiting", "lapsed", "approved", "refused"]


class AdjustmentRequestBody(Request):
    member = fields.WholeField()
    points = fields.WholeField(
        min_value=-MOST_POINTS, max_value=MOST_POINTS, help_text="Below zero: points are taken."
    )
    reason = fields.TextField(max_length=200, help_text="Is shown to the colleague who decides, and kept.")

    def validate_points(self, points: int) -> int:
        if not points:
            raise ValidationError(_("This must not be zero."))
        return points


class AdjustmentView(View):
    id = fields.WholeField(allow_null=True, help_text="Null when it was only tried.")
    member = fields.WholeField(source="member_id")
    points = fields.WholeField(min_value=-MOST_POINTS)
    reason = fields.TextField(allow_blank=True)
    state = fields.ChoiceField(choices=STATES)
    requested_at = fields.MomentField()
    expires_at = fields.MomentField(help_text="Until then somebody can decide.")
    decided_at = fields.MomentField(allow_null=True)


EXAMPLE = {
    "id": 3,
    "member": 7,
    "points": 200,
    "reason": "The parcel came two days late",
    "state": "waiting",
    "requested_at": "2026-03-02T12:00:00Z",
    "expires_at": "2026-03-03T12:00:00Z",
    "decided_at": None,
}


class Adjustments(PointsView):
    operations = {
        "POST": Operation(
            summary="Ask for points to be given or taken",
            scope="adjustments:write",
            asks=TryQuery,
            takes=AdjustmentRequestBody,
            gives=AdjustmentView,
            status=201,
            refusals=(UnknownMember,),
            example={"member": 7, "points": 200, "reason": "The parcel came two days late"},
            answer_example=EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse | Response:
        told = self.read_body()
        member = member_named(told["member"], pointer="/member")

        def act(at: datetime) -> Any:
            asked = adjustment.request_adjustment(
                member, points=told["points"], reason=told["reason"], through=self.key.source[:40], at=at
            )
            return _shown(asked, at=at, is_tried=self.is_tried)

        return self.once_or_tried(act)


class OneAdjustment(PointsView):
    operations = {
        "GET": Operation(
            summary="Read what became of an adjustment you asked for",
            scope="adjustments:read",
            gives=AdjustmentView,
            answer_example=EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        asked = AdjustmentRequest.objects.filter(pk=pk, requested_through=self.key.source[:40]).first()
        if asked is None:
            raise NoSuchThing
        return Response(_shown(asked, at=timezone.now()))


def _shown(asked: AdjustmentRequest, *, at: datetime, is_tried: bool = False) -> Any:
    state = asked.decision or ("waiting" if asked.expires_at > at else "lapsed")
    names = ("member_id", "points", "reason", "requested_at", "expires_at", "decided_at")
    more = {name: getattr(asked, name) for name in names}
    return show(AdjustmentView, {"id": None if is_tried else asked.pk, "state": state, **more})
