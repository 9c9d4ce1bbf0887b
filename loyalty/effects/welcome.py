from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy, ngettext

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Purchase, Shares, above_zero, spread
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Welcome(Effect):
    """Points with the first purchase as a member, if it comes soon."""

    kind = "welcome"
    label = gettext_lazy("Points for the first purchase as a member")
    needs = frozenset({"earlier"})

    points: int
    within_days: int = 30

    def faults(self) -> list[Fault]:
        return above_zero(points=self.points)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        if not purchase.is_first_as_member:
            return Answer(Reason("not-first-as-member"))
        if (purchase.on - purchase.joined_on).days > self.within_days:
            return Answer(Reason("welcome-over", {"days": self.within_days}))
        return Answer(Reason("welcome"), spread(Fraction(self.points), purchase.lines))

    def aloud(self) -> str:
        return ngettext(
            "{points} point for the first purchase as a member, within this many days: {days}.",
            "{points} points for the first purchase as a member, within this many days: {days}.",
            self.points,
        ).format(points=number(self.points), days=self.within_days)
