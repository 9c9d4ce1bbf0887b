"""What can happen in the programme. Each file states facts of one part; all are imported here, and found on start."""

from loyalty.facts.campaigns import CouponGivenInCampaign, PointsGivenInCampaign
from loyalty.facts.earning import PointsEarned, PointsGivenBack, PointsLowered, PointsTakenBack
from loyalty.facts.members import CardBlocked, CardIssued, MemberJoined, PointsBroughtAlong
from loyalty.facts.points import (
    PointsAdjusted,
    PointsAvailable,
    PointsDonated,
    PointsExpired,
    PointsExpireSoon,
    PointsMoved,
    PointsRedeemed,
)
from loyalty.facts.rewards import (
    CouponReleased,
    CouponUsed,
    FriendReferred,
    GiftGiven,
    ReferralPaid,
    RewardGivenBack,
    RewardRedeemed,
)
from loyalty.facts.tiers import TierLost, TierReached

__all__ = [
    "CardBlocked",
    "CardIssued",
    "CouponGivenInCampaign",
    "CouponReleased",
    "CouponUsed",
    "FriendReferred",
    "GiftGiven",
    "MemberJoined",
    "PointsAdjusted",
    "PointsAvailable",
    "PointsBroughtAlong",
    "PointsDonated",
    "PointsEarned",
    "PointsExpireSoon",
    "PointsExpired",
    "PointsGivenBack",
    "PointsGivenInCampaign",
    "PointsLowered",
    "PointsMoved",
    "PointsRedeemed",
    "PointsTakenBack",
    "ReferralPaid",
    "RewardGivenBack",
    "RewardRedeemed",
    "TierLost",
    "TierReached",
]
