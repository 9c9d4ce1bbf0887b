"""The catalogue of rewards, and taking them for points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.paging import page
from crm.api.shapes import NumberParameter, PageQuery, Request, TryQuery, View, page_of, show
from crm.api.views import Operation
from loyalty.api.members_named import member_named
from loyalty.api.spending import PointsView
from loyalty.api.why_not import WhyNotView, why_not_told
from loyalty.coupons import rewarding
from loyalty.coupons.rewarding import Offer
from loyalty.errors import LedgerKeyUsedOtherwise, NotEnoughPoints, UnknownMember
from loyalty.models import Redemption, Reward
from loyalty.rewards import KINDS

KIND_NAMES = [kind.name for kind in KINDS]


class RewardsQuery(PageQuery):
    member = NumberParameter(
        required=False, help_text="Says for each reward whether this member can have it."
    )


class RewardView(View):
    id = fields.WholeField()
    programme = fields.TextField()
    kind = fields.ChoiceField(choices=KIND_NAMES)
    name = fields.TextField(help_text="In the language that was asked for.")
    gives = fields.TextField(help_text="In the language that was asked for.")
    points = fields.WholeField()
    stock = fields.WholeField(allow_null=True, help_text="What is left; null: not counted.")
    needs_code = fields.FlagField(help_text="Whoever redeems it gets a code for a checkout or a counter.")
    starts_at = fields.MomentField()
    ends_at = fields.MomentField(allow_null=True)
    can_have = fields.FlagField(allow_null=True, help_text="Null: no member was named.")
    why_not = WhyNotView(many=True)


class RewardRedemptionRequest(Request):
    member = fields.WholeField()


class RewardRedemptionView(View):
    id = fields.WholeField(allow_null=True, help_text="Null in a trial.")
    reward = fields.WholeField()
    member = fields.WholeField()
    gives = fields.TextField(help_text="In the language that was asked for.")
    points = fields.WholeField()
    code = fields.TextField(allow_null=True, help_text="Null where none is needed, and in a trial.")
    code_valid_until = fields.MomentField(allow_null=True)
    redeemed_at = fields.MomentField()
    cancelled_at = fields.MomentField(allow_null=True)


class CancellationRequest(Request):
    reason = fields.TextField(required=False, allow_blank=True, max_length=200, default="")


EXAMPLE = {
    "id": 3,
    "programme": "main",
    "kind": "discount",
    "name": "Five off",
    "gives": "€5.00 off the purchase",
    "points": 500,
    "stock": 20,
    "needs_code": True,
    "starts_at": "2026-03-01T00:00:00Z",
    "ends_at": None,
    "can_have": False,
    "why_not": [
        {
            "code": "not-enough-points",
            "title": "The member has fewer points than this costs.",
            "figures": {"available": 420},
        }
    ],
}
REDEMPTION_EXAMPLE = {
    "id": 9,
    "reward": 3,
    "member": 7,
    "gives": "€5.00 off the purchase",
    "points": 500,
    "code": "7KQM-2XWF-9HRD-T",
    "code_valid_until": "2026-04-01T12:00:00Z",
    "redeemed_at": "2026-03-02T12:00:00Z",
    "cancelled_at": None,
}
REFUSALS = (
    UnknownMember,
    rewarding.RewardNotOffered,
    rewarding.RewardSoldOut,
    rewarding.RewardNotForThisTier,
    rewarding.RewardNotForThisMember,
    rewarding.RewardTakenAlready,
    NotEnoughPoints,
    LedgerKeyUsedOtherwise,
)


class Rewards(PointsView):
    operations = {
        "GET": Operation(
            summary="List the rewards of the day; for a member, what they can have and why not",
            scope="rewards:read",
            asks=RewardsQuery,
            gives=page_of(RewardView),
            refusals=(UnknownMember,),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        """A fixed number of queries, beside what conditions ask about the member's customer."""
        at = timezone.now()
        member = member_named(self.asked["member"]) if "member" in self.asked else None
        found = _offered(at)
        if member:
            found = found.filter(programme=member.programme_id)
        rewards, next_cursor = page(found, cursor=self.asked.get("cursor"), limit=self.asked["limit"])
        standing = rewarding.standing_of(member, rewards=rewards, at=at) if member else None
        offers = [(reward, rewarding.offer(reward, standing) if standing else None) for reward in rewards]
        items = [show(RewardView, reward_told(reward, offer)) for reward, offer in offers]
        return Response({"items": items, "next_cursor": next_cursor})


class RewardRedemptions(PointsView):
    operations = {
        "POST": Operation(
            summary="Redeem a reward for a member's points",
            scope="rewards:write",
            asks=TryQuery,
            takes=RewardRedemptionRequest,
            gives=RewardRedemptionView,
            status=201,
            refusals=REFUSALS,
            example={"member": 7},
            answer_example=REDEMPTION_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        get_object_or_404(Reward, pk=pk)
        return self.once_or_tried(lambda at: self._redeem(pk, told["member"], at))

    def _redeem(self, pk: int, member_pk: int, at: datetime) -> dict[str, Any]:
        member = member_named(member_pk)
        rewards = Reward.objects.select_related("programme").filter(programme=member.programme_id)
        reward = get_object_or_404(rewards, pk=pk)
        made = rewarding.redeem(
            member,
            reward=reward,
            key=self.ledger_key("reward-redemption"),
            at=at,
            source=self.key.source,
            shop=self.shop,
        )
        return show(RewardRedemptionView, redemption_told(made, is_trial=self.is_tried))


class RedemptionCancellations(PointsView):
    operations = {
        "POST": Operation(
            summary="Take a redeemed reward back: points and stock return, its code is blocked",
            scope="rewards:write",
            asks=TryQuery,
            takes=CancellationRequest,
            gives=RewardRedemptionView,
            status=201,
            refusals=(rewarding.RewardUsedAlready,),
            example={"reason": "Ordered by mistake"},
            answer_example={**REDEMPTION_EXAMPLE, "cancelled_at": "2026-03-02T12:05:00Z"},
        ),
    }

    def post(self, request: ApiRequest, pk: int, redemption_id: int) -> HttpResponse:
        told = self.read_body()
        redemption = redemption_or_404(pk, redemption_id)

        def cancel(at: datetime) -> dict[str, Any]:
            cancelled = rewarding.cancel(redemption, at=at, source=self.key.source, reason=told["reason"])
            return show(RewardRedemptionView, redemption_told(cancelled))

        return self.once_or_tried(cancel)


def redemption_or_404(reward_pk: int, pk: int) -> Redemption:
    redemptions = Redemption.objects.select_related("member", "reward__programme", "coupon")
    found = redemptions.filter(pk=pk, reward=reward_pk, member__customer__erased_at=None).first()
    if found is None:
        raise Http404
    return found


def _offered(at: datetime) -> QuerySet[Reward]:
    offered = Reward.objects.offered(at).filter(programme__closed_at=None)
    return offered.select_related("programme")


def reward_told(reward: Reward, offer: Offer | None) -> dict[str, Any]:
    return {
        "id": reward.pk,
        "programme": reward.programme.slug,
        "kind": reward.kind,
        "name": reward.name,
        "gives": reward.gives.aloud(reward.programme.currency),
        "points": reward.points,
        "stock": reward.stock,
        "needs_code": reward.gives.kind.needs_code,
        "starts_at": reward.starts_at,
        "ends_at": reward.ends_at,
        "can_have": offer.can_have if offer else None,
        "why_not": why_not_told(offer.why_not) if offer else [],
    }


def redemption_told(redemption: Redemption, *, is_trial: bool = False) -> dict[str, Any]:
    coupon = getattr(redemption, "coupon", None)
    return {
        "id": None if is_trial else redemption.pk,
        "reward": redemption.reward_id,
        "member": redemption.member_id,
        "gives": redemption.gives.aloud(redemption.reward.programme.currency),
        "points": redemption.points,
        "code": coupon.written if coupon and not is_trial else None,
        "code_valid_until": coupon.valid_until if coupon else None,
        "redeemed_at": redemption.redeemed_at,
        "cancelled_at": redemption.cancelled_at,
    }
