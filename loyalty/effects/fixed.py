from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy, ngettext

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Purchase, Shares, above_zero, spread
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Fixed(Effect):
    """The same points for each purchase that meets the conditions."""

    kind = "fixed"
    label = gettext_lazy("Points for the purchase")

    points: int

    def faults(self) -> list[Fault]:
        return above_zero(points=self.points)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        return Answer(Reason("fixed"), spread(Fraction(self.points), purchase.lines))

    def aloud(self) -> str:
        return ngettext("{points} point.", "{points} points.", self.points).format(points=number(self.points))
