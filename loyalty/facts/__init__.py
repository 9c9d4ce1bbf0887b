"""What can happen in the programme. Each file states facts of one part; all are imported here, and found on start."""

from loyalty.facts.earning import PointsEarned, PointsGivenBack, PointsTakenBack
from loyalty.facts.members import CardBlocked, CardIssued, MemberJoined
from loyalty.facts.tiers import TierLost, TierReached

__all__ = [
    "CardBlocked",
    "CardIssued",
    "MemberJoined",
    "PointsEarned",
    "PointsGivenBack",
    "PointsTakenBack",
    "TierLost",
    "TierReached",
]
