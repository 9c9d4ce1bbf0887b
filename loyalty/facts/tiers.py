from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class TierReached(Fact):
    kind = "loyalty.tier_reached"
    called = _("A tier was reached")
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = _("Reached the tier “{tier_name}”")

    tier_name: str
    tier_slug: str
    track: str


@dataclass(frozen=True, kw_only=True)
class TierLost(Fact):
    """`tier_name` is the tier that was lost; `now_name` the one that is left, if any."""

    kind = "loyalty.tier_lost"
    called = _("A tier was lost")
    group = Group.POINTS
    icon = "star"
    sentence = _("The tier “{tier_name}” has ended")
    more = "{now_said}"

    tier_name: str
    tier_slug: str
    now_name: str
    track: str

    @property
    def now_said(self) -> str:
        return _("From now on: “{tier}”").format(tier=self.now_name) if self.now_name else ""
