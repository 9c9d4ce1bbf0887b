from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy, ngettext

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Purchase, Shares, above_zero, spread
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class FirstOrder(Effect):
    kind = "first_order"
    label = gettext_lazy("Points for the first order")
    needs = frozenset({"earlier"})

    points: int

    def faults(self) -> list[Fault]:
        return above_zero(points=self.points)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        if not purchase.is_first:
            return Answer(Reason("not-first-order"))
        return Answer(Reason("first-order"), spread(Fraction(self.points), purchase.lines))

    def aloud(self) -> str:
        return ngettext(
            "{points} point for the first order.", "{points} points for the first order.", self.points
        ).format(points=number(self.points))
