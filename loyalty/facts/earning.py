from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class PointsEarned(Fact):
    kind = "loyalty.points_earned"
    called = _("Points were earned")
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = ngettext_lazy(
        "Earned {points} point for order {order_number}",
        "Earned {points} points for order {order_number}",
        "points",
    )

    points: int
    order_number: str
    programme_name: str
    available_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PointsTakenBack(Fact):
    kind = "loyalty.points_taken_back"
    group = Group.POINTS
    icon = "star"
    sentence = ngettext_lazy(
        "{points} point taken back: goods of order {order_number} were returned",
        "{points} points taken back: goods of order {order_number} were returned",
        "points",
    )

    points: int
    order_number: str


@dataclass(frozen=True, kw_only=True)
class PointsLowered(Fact):
    """The shop changed an order, and as it stands now it earns less."""

    kind = "loyalty.points_lowered"
    group = Group.POINTS
    icon = "star"
    sentence = ngettext_lazy(
        "{points} point fewer: order {order_number} was changed",
        "{points} points fewer: order {order_number} was changed",
        "points",
    )

    points: int
    order_number: str


@dataclass(frozen=True, kw_only=True)
class PointsGivenBack(Fact):
    kind = "loyalty.points_given_back"
    group = Group.POINTS
    icon = "star"
    sentence = ngettext_lazy(
        "{points} point that paid for returned goods of order {order_number} is back",
        "{points} points that paid for returned goods of order {order_number} are back",
        "points",
    )
    more = _("The points keep the expiry they had.")

    points: int
    order_number: str
