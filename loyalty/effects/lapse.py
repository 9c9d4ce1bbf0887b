from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Purchase, Shares, above_zero, spread
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class ReturnAfterLapse(Effect):
    """Points for who comes back after a long time."""

    kind = "lapse"
    label = gettext_lazy("Points for coming back after a long time")
    needs = frozenset({"earlier"})

    points: int
    days: int

    def faults(self) -> list[Fault]:
        return above_zero(points=self.points, days=self.days)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        if purchase.previous_on is None:
            return Answer(Reason("no-earlier-purchase"))
        days = (purchase.on - purchase.previous_on).days
        if days < self.days:
            return Answer(Reason("no-lapse", {"days": days}))
        return Answer(
            Reason("return-after-lapse", {"days": days}), spread(Fraction(self.points), purchase.lines)
        )

    def aloud(self) -> str:
        return _("{points} points for the first purchase after {days} days without one.").format(
            points=number(self.points), days=self.days
        )
