"""What the programme writes by itself. ⟡ One file, one notice; to add one, write its file and its line."""

from collections.abc import Sequence

from crm.notices.base import Notice
from loyalty.notices.birthday_gift import BirthdayGiftNotice
from loyalty.notices.points_earned import PointsEarnedNotice
from loyalty.notices.points_expire_soon import PointsExpireSoonNotice
from loyalty.notices.tier_reached import TierReachedNotice

LISTED: Sequence[Notice] = (
    PointsEarnedNotice(),
    PointsExpireSoonNotice(),
    TierReachedNotice(),
    BirthdayGiftNotice(),
)

__all__ = ["LISTED"]
