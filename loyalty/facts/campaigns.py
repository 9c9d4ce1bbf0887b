"""What somebody was given with many others. The subject of each entry is the campaign (crm.campaigns)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class PointsGivenInCampaign(Fact):
    kind = "loyalty.points_given_in_campaign"
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = ngettext_lazy(
        "Given {points} point in the campaign “{campaign_name}”",
        "Given {points} points in the campaign “{campaign_name}”",
        "points",
    )

    points: int
    campaign_name: str


@dataclass(frozen=True, kw_only=True)
class CouponGivenInCampaign(Fact):
    kind = "loyalty.coupon_given_in_campaign"
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = _("Given the coupon “{coupon_name}” in the campaign “{campaign_name}”")

    coupon_name: str
    campaign_name: str
