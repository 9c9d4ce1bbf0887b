from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Fact):
    kind = "loyalty.member_joined"
    called = _("The programme was joined")
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = _("Membership began: {programme_name}")

    programme_name: str
    joined_through: str


@dataclass(frozen=True, kw_only=True)
class CardIssued(Fact):
    kind = "loyalty.card_issued"
    group = Group.POINTS
    icon = "ticket"
    sentence = _("Card issued: {masked_number}")

    masked_number: str


@dataclass(frozen=True, kw_only=True)
class CardBlocked(Fact):
    """`reason` is what a colleague typed."""

    kind = "loyalty.card_blocked"
    group = Group.POINTS
    icon = "lock"
    mood = "bad"
    sentence = _("Card blocked: {masked_number}")
    more = "{reason}"
    personal = frozenset({"reason"})

    masked_number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PointsBroughtAlong(Fact):
    kind = "loyalty.points_brought_along"
    group = Group.POINTS
    icon = "star"
    sentence = ngettext_lazy(
        "{points} point brought along from an earlier programme",
        "{points} points brought along from an earlier programme",
        "points",
    )

    points: int
