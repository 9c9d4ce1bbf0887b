"""What the programme can do for the people of a campaign: see crm.campaigns.kinds. ⟡ One file, one kind."""

from collections.abc import Sequence

from crm.campaigns.kinds import CampaignKind
from loyalty.campaign_kinds.coupon import CouponKind
from loyalty.campaign_kinds.points import PointsKind

LISTED: Sequence[CampaignKind] = (PointsKind(), CouponKind())
