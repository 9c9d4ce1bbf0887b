"""What happens to points between earning and returning: they become available, are spent, expire, change hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts import Fact, Group
from crm.words.wording import MINUS, Money, number


@dataclass(frozen=True, kw_only=True)
class PointsAvailable(Fact):
    kind = "loyalty.points_available"
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = ngettext_lazy("{points} point can be spent now", "{points} points can be spent now", "points")

    points: int
    programme_name: str


@dataclass(frozen=True, kw_only=True)
class PointsRedeemed(Fact):
    """`worth_amount`: what they paid."""

    kind = "loyalty.points_redeemed"
    called = _("Points were spent")
    group = Group.POINTS
    icon = "star"
    sentence = ngettext_lazy(
        "{points} point redeemed: {worth}", "{points} points redeemed: {worth}", "points"
    )
    more = "{order_number}"

    points: int
    worth_amount: Decimal
    currency: str
    order_number: str

    @property
    def worth(self) -> Money:
        return Money(self.worth_amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class PointsDonated(Fact):
    kind = "loyalty.points_donated"
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = ngettext_lazy("{points} point donated", "{points} points donated", "points")

    points: int


@dataclass(frozen=True, kw_only=True)
class PointsExpireSoon(Fact):
    kind = "loyalty.points_expire_soon"
    group = Group.POINTS
    icon = "clock"
    sentence = ngettext_lazy(
        "{points} point expires on {expires_at}", "{points} points expire on {expires_at}", "points"
    )

    points: int
    expires_at: datetime
    programme_name: str


@dataclass(frozen=True, kw_only=True)
class PointsExpired(Fact):
    kind = "loyalty.points_expired"
    called = _("Points expired")
    group = Group.POINTS
    icon = "clock"
    mood = "bad"
    sentence = ngettext_lazy("{points} point expired", "{points} points expired", "points")

    points: int
    programme_name: str


@dataclass(frozen=True, kw_only=True)
class PointsAdjusted(Fact):
    kind = "loyalty.points_adjusted"
    group = Group.POINTS
    icon = "star"
    sentence = _("Points adjusted by hand: {signed_points}")
    more = "{reason}"
    personal = frozenset({"reason"})

    points: int
    reason: str

    @property
    def signed_points(self) -> str:
        return f"{MINUS if self.points < 0 else '+'}{number(abs(self.points))}"


@dataclass(frozen=True, kw_only=True)
class PointsMoved(Fact):
    """On the timeline of whoever has them now."""

    kind = "loyalty.points_moved"
    group = Group.POINTS
    icon = "users"
    sentence = ngettext_lazy(
        "{points} point moved here from customer {other_number}",
        "{points} points moved here from customer {other_number}",
        "points",
    )

    points: int
    other_id: int

    @property
    def other_number(self) -> str:
        return f"№ {self.other_id}"
