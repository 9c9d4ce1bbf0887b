"""Members: who they are in the programme, what they have, and why. They belong to the company: every shop sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import signing
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import SerializerMethodField

from crm.api import fields
from crm.api.customers import CustomerRequest, customer_or_404, details_in, hints_in
from crm.api.errors import QueryInvalid
from crm.api.paging import bad_cursor
from crm.api.shapes import PageQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import ConflictingIdentities, PersonErased, UnknownCustomer, UnreadableIdentity
from crm.models import Customer
from crm.people.customers import enrol
from loyalty.api.shapes import MEMBER_EXAMPLE, MemberView, member_or_404
from loyalty.entitlements import entitlements
from loyalty.members.joining import ProgrammeNotRunning, UnknownProgramme, join, programme_named
from loyalty.models import Member, Transaction
from loyalty.points import statement
from loyalty.points.standing import Standing
from loyalty.tier_progress import Progress

CURSOR_SALT = "page of a statement"


class MembersQuery(PageQuery):
    customer = fields.TextField(required=False, max_length=19, help_text="Any id of the person.")
    programme = fields.TextField(required=False, max_length=50, help_text="Its short name.")
    updated_since = fields.MomentField(
        required=False,
        help_text="May repeat and may miss what is being written: a loss-free sync reads the feed.",
    )

    def validate_customer(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise ValidationError(_("This must be a whole number."))
        return int(text)


class MemberRequest(CustomerRequest):
    customer = fields.WholeField(
        required=False, help_text="The id of a customer; otherwise say how they are recognised."
    )
    programme = fields.TextField(
        required=False, max_length=50, help_text="Its short name; may be left out where only one is running."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        about = set(attrs) - {"programme"}
        if not about:
            raise ValidationError(_("Say who joins: by the customer’s id, or by how they are recognised."))
        if "customer" in about and len(about) > 1:
            raise ValidationError({"customer": [_("Say this, or how they are recognised, not both.")]})
        return attrs


class DueView(View):
    points = fields.WholeField()
    at = fields.MomentField(allow_null=True, help_text="Null: never.")


class TierView(View):
    slug = fields.TextField()
    name = fields.TextField()
    level = fields.WholeField()


class ProgressView(View):
    track = fields.TextField(help_text="The ladder; most programmes have one, called main.")
    tier = TierView(allow_null=True)
    until = fields.MomentField(source="until_at", allow_null=True, help_text="It is kept at least so long.")
    next_tier = TierView(allow_null=True)
    figure = SerializerMethodField(help_text="What counts on this ladder, so far.")
    share_percent = fields.WholeField(help_text="Of the way to the next tier.")
    to_rise = fields.TextField(allow_blank=True, help_text="In the language that was asked for.")
    to_stay = fields.TextField(allow_blank=True, help_text="In the language that was asked for.")

    def get_figure(self, progress: Progress) -> str:
        return f"{progress.figure:.2f}"


class WholeMemberView(MemberView):
    tiers = ProgressView(
        many=True, help_text="For each ladder the tier, and what is needed to rise and to stay."
    )
    expiring = DueView(many=True, help_text="Points that can be spent, in the order in which they expire.")
    becoming_available = DueView(many=True, help_text="Points that are pending, and until when.")


class WhyView(View):
    rule = fields.TextField()
    points = fields.WholeField()
    sentence = fields.TextField(help_text="In the language that was asked for.")


class LineView(View):
    id = fields.WholeField(source="transaction.pk")
    kind = fields.ChoiceField(choices=list(Transaction.Kind.values))
    occurred_at = fields.MomentField(source="transaction.occurred_at")
    recorded_at = fields.MomentField(source="transaction.recorded_at")
    points = fields.WholeField()
    change = fields.WholeField(
        min_value=-fields.LARGEST_WHOLE,
        help_text="Of all points together; 0 where they only change their state.",
    )
    explanation = fields.TextField(help_text="In the language that was asked for.")
    reasons = WhyView(many=True, help_text="The rules that gave points, as they applied then.")
    order = fields.WholeField(source="transaction.order_id", allow_null=True)
    order_number = fields.TextField(allow_blank=True)
    available_after = fields.WholeField()
    pending_after = fields.WholeField()
    held_after = fields.WholeField()
    debt_after = fields.WholeField()


class EntitlementView(View):
    kind = fields.TextField()
    label = fields.TextField()  # type: ignore[assignment]
    is_allowed = fields.FlagField(help_text="False: it comes with `tier`, which the member has not reached.")
    tier = TierView()
    figures = fields.ObjectField(help_text="Its settings: see the documentation of the kind.")
    sentence = fields.TextField(help_text="In the language that was asked for.")


class EntitlementsView(View):
    items = EntitlementView(many=True)


WHOLE_EXAMPLE = {
    **MEMBER_EXAMPLE,
    "tiers": [
        {
            "track": "main",
            "tier": {"slug": "silver", "name": "Silver", "level": 2},
            "until": None,
            "next_tier": {"slug": "gold", "name": "Gold", "level": 3},
            "figure": "237.00",
            "share_percent": 79,
            "to_rise": "Purchases for €63.00 more lead to the tier “Gold”.",
            "to_stay": "",
        }
    ],
    "expiring": [{"points": 150, "at": "2026-11-30T22:00:00Z"}, {"points": 1134, "at": None}],
    "becoming_available": [{"points": 60, "at": "2026-03-16T12:00:00Z"}],
}
LINE_EXAMPLE = {
    "id": 91,
    "kind": "earn",
    "occurred_at": "2026-03-02T12:00:00Z",
    "recorded_at": "2026-03-02T12:00:00Z",
    "points": 60,
    "change": 60,
    "explanation": "Earned with order LP-100234",
    "reasons": [
        {"rule": "A point for each euro", "points": 60, "sentence": "The purchase counts with 60.20."}
    ],
    "order": 42,
    "order_number": "LP-100234",
    "available_after": 1284,
    "pending_after": 60,
    "held_after": 0,
    "debt_after": 0,
}


ENTITLEMENT_EXAMPLE = {
    "kind": "free_delivery",
    "label": "Free delivery",
    "is_allowed": True,
    "tier": {"slug": "silver", "name": "Silver", "level": 2},
    "figures": {"from_amount": "30.00"},
    "sentence": "Free delivery of purchases from €30.00.",
}


class Members(ApiView):
    operations = {
        "GET": Operation(
            summary="List members",
            scope="members:read",
            asks=MembersQuery,
            gives=page_of(MemberView),
            answer_example={"items": [MEMBER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Make a customer a member; who is one already is answered as they are",
            scope="members:write",
            takes=MemberRequest,
            gives=MemberView,
            status=201,
            refusals=(
                *(UnknownCustomer, UnknownProgramme, ProgrammeNotRunning),
                *(UnreadableIdentity, ConflictingIdentities, PersonErased),
            ),
            example={"programme": "main", "external_id": "c-1042", "given_name": "Елена"},
            answer_example=MEMBER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = Member.objects.filter(customer__erased_at=None).select_related("programme", "wallet")
        if "customer" in self.asked:
            if self.asked["customer"] > fields.LARGEST_WHOLE:
                raise QueryInvalid(
                    parameters=[{"parameter": "customer", "detail": str(_("This is too large."))}]
                )
            found = found.of_person(self.asked["customer"])
        if "programme" in self.asked:
            found = found.filter(programme__slug=self.asked["programme"])
        if "updated_since" in self.asked:
            found = found.filter(updated_at__gte=self.asked["updated_since"])
        return self.page(found, MemberView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: self._join(told, at))

    def _join(self, told: dict[str, Any], at: datetime) -> dict[str, Any]:
        programme = programme_named(told.get("programme", ""), at=at)
        customer = self._customer(told, at)
        member = join(
            customer,
            programme=programme,
            through=Member.Joined.API,
            shop=self.shop,
            source=self.key.source,
            source_id=f"member:{programme.pk}:{customer.pk}:{at.isoformat()}",
            at=at,
        )
        return show(MemberView, member_or_404(member.pk))

    def _customer(self, told: dict[str, Any], at: datetime) -> Customer:
        if (pk := told.get("customer")) is not None:
            try:
                return customer_or_404(self.shop, pk)
            except Http404 as error:
                raise UnknownCustomer from error
        enrolled = enrol(
            shop=self.shop, hints=hints_in(told), details=details_in(told), source=self.key.source, at=at
        )
        return enrolled.customer


class OneMember(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a member: balances, tier, progress, and what expires when",
            scope="members:read",
            gives=WholeMemberView,
            answer_example=WHOLE_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        member = member_or_404(pk)
        standing = Standing(member, timezone.now())
        return Response(
            {
                **show(MemberView, member),
                "tiers": [show(ProgressView, one) for one in standing.tiers],
                "expiring": [show(DueView, due) for due in standing.expiring],
                "becoming_available": [show(DueView, due) for due in standing.pending],
            }
        )


class Statement(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a member's statement, newest first, each line explained",
            scope="members:read",
            asks=PageQuery,
            gives=page_of(LineView),
            answer_example={"items": [LINE_EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        member = member_or_404(pk)
        page = statement.page(
            member.pk, before=_before(self.asked.get("cursor"), member), size=self.asked["limit"]
        )
        older = None if page.older is None else signing.dumps([member.pk, page.older], salt=CURSOR_SALT)
        return Response({"items": [show(LineView, line) for line in page.lines], "next_cursor": older})


class Entitlements(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what a member's tier entitles them to",
            scope="members:read",
            gives=EntitlementsView,
            answer_example={"items": [ENTITLEMENT_EXAMPLE]},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        found = entitlements(member_or_404(pk), timezone.now())
        return Response({"items": [show(EntitlementView, one) for one in found]})


def _before(cursor: str | None, member: Member) -> int | None:
    """Raises QueryInvalid: the cursor was not given for this statement."""
    if not cursor:
        return None
    try:
        owner, seq = signing.loads(cursor, salt=CURSOR_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise bad_cursor("cursor") from error
    if owner != member.pk:
        raise bad_cursor("cursor")
    return int(seq)
